"""Countries, ports, warehouses and companies of the supply chain, made inside the database.

`roll` and `pick` depend on the seed, so that two seeds give two companies with the same habits.
"""

from __future__ import annotations

DICE = """
CREATE TEMP MACRO roll(label, n, low, high) AS
  low + CAST(hash(getvariable('seed'), label, n) % CAST(high - low + 1 AS UBIGINT) AS BIGINT);
CREATE TEMP MACRO pick(options, label, n) AS options[roll(label, n, 1, len(options))];
"""

COUNTRIES = """
CREATE TABLE supply_chain.map_country AS
SELECT 'country:' || code AS entity_id, 'country' AS entity_type, name AS entity_label,
  row_number() OVER () AS "@row", code AS country_code, name AS country_name,
  population::BIGINT AS population, vat::DECIMAL(5, 4) AS vat_rate
FROM (VALUES
  ('ES', 'Spain', 48600000, 0.21), ('NO', 'Norway', 5550000, 0.25), ('PT', 'Portugal', 10640000, 0.23),
  ('DE', 'Germany', 84500000, 0.19), ('NL', 'Netherlands', 17900000, 0.21), ('BE', 'Belgium', 11800000, 0.21),
  ('FR', 'France', 68200000, 0.20), ('IT', 'Italy', 58900000, 0.22), ('GR', 'Greece', 10400000, 0.24),
  ('PL', 'Poland', 36700000, 0.23), ('SE', 'Sweden', 10550000, 0.25), ('AT', 'Austria', 9100000, 0.20),
  ('TR', 'Türkiye', 85300000, 0.20), ('CI', 'Côte d''Ivoire', 28900000, 0.18),
  ('CW', 'Curaçao', 155000, 0.06), ('SG', 'Singapore', 5920000, 0.09), ('CN', 'China', 1410000000, 0.13),
  ('KR', 'South Korea', 51700000, 0.10), ('GB', 'United Kingdom', 68300000, 0.20),
  ('BR', 'Brazil', 211000000, NULL), ('HK', 'Hong Kong', 7500000, NULL)
) AS listed(code, name, population, vat);
"""

PLACES = """
CREATE TABLE supply_chain.map_port AS
SELECT 'port:' || id AS entity_id, 'port' AS entity_type, name AS entity_label, id AS "@row",
  id::INTEGER AS location_id, name AS location_name, left(code, 2) AS country_code,
  latitude::DOUBLE AS latitude, longitude::DOUBLE AS longitude, code AS port_code,
  roll('draught', id, 0, 2) > 0 AS is_deep_water
FROM (SELECT 10 + row_number() OVER () AS id, * FROM (VALUES
  ('Valencia', 'ESVLC', 39.45, -0.32), ('Algeciras', 'ESALG', 36.13, -5.44),
  ('Barcelona', 'ESBCN', 41.35, 2.16), ('Piraeus', 'GRPIR', 37.94, 23.63),
  ('Rotterdam', 'NLRTM', 51.95, 4.14), ('Antwerp', 'BEANR', 51.27, 4.34),
  ('Hamburg', 'DEHAM', 53.54, 9.93), ('Gdańsk', 'PLGDN', 54.39, 18.68),
  ('Oslo', 'NOOSL', 59.90, 10.74), ('Bergen', 'NOBGO', 60.40, 5.31),
  ('Sines', 'PTSIE', 37.95, -8.87), ('Lisbon', 'PTLIS', 38.70, -9.14),
  ('Le Havre', 'FRLEH', 49.48, 0.12), ('Genoa', 'ITGOA', 44.40, 8.92),
  ('İzmir', 'TRIZM', 38.44, 27.15), ('Abidjan', 'CIABJ', 5.28, -4.01),
  ('Willemstad', 'CWWIL', 12.12, -68.94), ('Singapore', 'SGSIN', 1.26, 103.8),
  ('Shenzhen', 'CNSZX', 22.50, 113.9), ('Shanghai', 'CNSHA', 30.63, 122.1),
  ('Busan', 'KRPUS', 35.10, 129.0), ('Göteborg', 'SEGOT', 57.69, 11.86),
  ('Felixstowe', 'GBFXT', 51.95, 1.31), ('Santos', 'BRSSZ', -23.98, -46.29)
) AS listed(name, code, latitude, longitude));

CREATE TABLE supply_chain.map_warehouse AS
SELECT 'warehouse:' || id AS entity_id, 'warehouse' AS entity_type, city || ' ' || hall AS entity_label,
  id AS "@row", id::INTEGER AS location_id, city || ' ' || hall AS location_name, country_code,
  latitude, longitude, (roll('volume', id, 20, 900) * 100)::BIGINT AS capacity_m3,
  DATE '1998-01-01' + roll('opened', id, 0, 9000)::INTEGER AS opened_on, city AS warehouse_city
FROM (
  SELECT 100 + row_number() OVER (ORDER BY location_id, hall DESC) AS id, location_name AS city,
    country_code, hall,
    CASE WHEN hall = 'East' THEN NULL ELSE latitude END AS latitude,
    CASE WHEN hall = 'East' THEN NULL ELSE longitude END AS longitude
  FROM supply_chain.map_port, (VALUES ('North'), ('East')) AS halls(hall)
  WHERE location_id <= 25
) ORDER BY id;
"""

COMPANIES = """
CREATE TEMP TABLE names AS
SELECT row_number() OVER (ORDER BY hash(getvariable('seed'), name, trade)) AS n, name || ' ' || trade AS name
FROM unnest(['Müller & Söhne', 'O''Brien', 'Ångström', 'Núñez', 'Nordhaven', 'Lisbon', 'Żuraw', 'Hansen',
  'Fontaine', 'Çelik', 'Pacific', 'Adriatic', 'Kowalski', 'Øresund', 'Iberian', 'D''Angelo', 'Baltic',
  'Tanaka', 'Rhône', 'Atlas']) AS first(name),
  unnest(['Castings', 'Polymers', 'Fasteners', 'Bearings', 'Hydraulics', 'Forge', 'Electronics', 'Textiles',
  'Seals', 'Optics', 'Tooling', 'Metals', 'Valves', 'Glass', 'Foundry', 'Coatings', 'Cables', 'Springs'])
  AS second(trade)
WHERE name || ' ' || trade NOT IN ('Nordhaven Castings', 'Lisbon Polymers');

SET VARIABLE codes = (SELECT list(country_code ORDER BY "@row") FROM supply_chain.map_country);

CREATE TEMP MACRO business(id) AS {
  'country_code': pick(getvariable('codes'), 'home', id),
  'parent': CASE WHEN roll('owned', id, 0, 9) < 6 THEN roll('owner', id, 1, 12) END,
  'founded_on': DATE '1890-01-01' + roll('founded', id, 0, 48000)::INTEGER,
  'is_active': roll('active', id, 0, 19) > 0
};

CREATE TABLE supply_chain.map_company AS
SELECT 'company:' || n AS entity_id, 'company' AS entity_type, name || ' Holding' AS entity_label,
  n AS "@row", n::INTEGER AS company_id, name || ' Holding' AS company_name, country_code,
  CASE WHEN n BETWEEN 2 AND 5 THEN n - 1 WHEN n > 7 THEN 7 END::INTEGER AS parent_company_id,
  founded_on, is_active
FROM (SELECT n, split_part(name, ' ', 1) AS name, unnest(business(n)) FROM names WHERE n <= 12) ORDER BY n;

CREATE TABLE supply_chain.map_supplier AS
SELECT 'supplier:' || id AS entity_id, 'supplier' AS entity_type, s.name AS entity_label, id AS "@row",
  id::INTEGER AS company_id, s.name AS company_name, s.country_code, parent::INTEGER AS parent_company_id,
  founded_on, is_active, s.name AS supplier_name, c.country_name AS supplier_country,
  CASE WHEN roll('new', id, 0, 7) > 0 THEN (roll('rating', id, 100, 500) / 100)::DECIMAL(3, 2) END
    AS supplier_rating,
  days::INTEGER AS lead_time_days, roll('on time', id, 600, 1000) / 1000 AS on_time_rate,
  pick(['30 days net', '14 days 2 %', 'in advance'], 'terms', id) AS payment_terms
FROM (
  SELECT 100 + n AS id, parent, founded_on, is_active,
    CASE n WHEN 18 THEN 'Nordhaven Castings' WHEN 19 THEN 'Lisbon Polymers' ELSE name END AS name,
    CASE n WHEN 18 THEN 'NO' WHEN 19 THEN 'PT' ELSE country_code END AS country_code,
    CASE n WHEN 18 THEN 21 WHEN 19 THEN 9 ELSE roll('lead', n, 2, 90) END AS days
  FROM (SELECT n, name, unnest(business(100 + n)) FROM names WHERE n <= 200)
) AS s JOIN supply_chain.map_country AS c ON c.country_code = s.country_code ORDER BY id;

CREATE TABLE supply_chain.map_carrier AS
SELECT 'carrier:' || id AS entity_id, 'carrier' AS entity_type, name AS entity_label, id AS "@row",
  id::INTEGER AS company_id, name AS company_name, country_code, parent::INTEGER AS parent_company_id,
  founded_on, is_active, name AS carrier_name,
  pick(['sea', 'air', 'road', 'rail'], 'mode', id) AS transport_mode
FROM (
  SELECT 300 + n AS id, split_part(name, ' ', 1) || ' Lines' AS name, unnest(business(300 + n))
  FROM names WHERE n <= 25
) ORDER BY id;

CREATE TABLE supply_chain.map_customer AS
SELECT 'customer:' || id AS entity_id, 'customer' AS entity_type, name AS entity_label, id AS "@row",
  id::INTEGER AS company_id, name AS company_name, country_code, parent::INTEGER AS parent_company_id,
  founded_on, is_active, name AS customer_name,
  pick(['automotive', 'energy', 'marine', 'medical'], 'segment', id) AS segment,
  CASE WHEN roll('trusted', id, 0, 4) > 0 THEN roll('credit', id, 10, 900) * 1000 END::DECIMAL(14, 2)
    AS credit_limit
FROM (
  SELECT 400 + n AS id, name || ' ' || n AS name, unnest(business(400 + n))
  FROM names WHERE n <= 300
) ORDER BY id;
"""
