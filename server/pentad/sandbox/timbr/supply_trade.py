"""Products, orders and shipments of the supply chain, made inside the database.

Whatever the seed, purchase order 7001 has two lines, is worth 1,840.50 dollars and went to supplier 118.
"""

from __future__ import annotations

PRODUCTS = """
CREATE TABLE supply_chain.map_component AS
SELECT 'component:' || id AS entity_id, 'component' AS entity_type, name AS entity_label, id AS "@row",
  id::INTEGER AS product_id, sku, name AS product_name, price::DECIMAL(12, 2) AS list_price,
  roll('weight', id, 1, 40000) / 1000 AS weight_kg,
  DATE '2005-01-01' + roll('introduced', id, 0, 6500)::INTEGER AS introduced_on,
  pick(['steel', 'brass', 'nylon', 'ceramic', 'aluminium'], 'material', id) AS material,
  CASE WHEN id % 9 > 0 THEN roll('tolerance', id, 1, 50) / 100 END AS tolerance_mm
FROM (
  SELECT id,
    CASE id WHEN 1001 THEN 'BRG-22' WHEN 1002 THEN 'SEAL-08' ELSE kind[1] || '-' || (id - 700) END AS sku,
    CASE id WHEN 1001 THEN 'Bearing 22 mm' WHEN 1002 THEN 'Shaft seal 8 mm' ELSE kind[2] || ' ' || id END
      AS name,
    CASE id WHEN 1001 THEN 132.00 WHEN 1002 THEN 14.20 ELSE roll('price', id, 95, 48000) / 100 END AS price
  FROM (SELECT 1000 + n AS id, [['BRG', 'Bearing'], ['SEAL', 'Seal'], ['VLV', 'Valve'], ['GSK', 'Gasket'],
    ['HSG', 'Housing'], ['SHF', 'Shaft'], ['SPR', 'Spring'], ['MTR', 'Motor']][1 + n % 8] AS kind
    FROM range(1, 401) AS numbers(n))
) ORDER BY id;

CREATE TABLE supply_chain.map_finished_good AS
SELECT 'finished_good:' || id AS entity_id, 'finished_good' AS entity_type, name AS entity_label,
  id AS "@row", id::INTEGER AS product_id, 'FG-' || id AS sku, name AS product_name,
  (roll('price', id, 9900, 990000) / 100)::DECIMAL(12, 2) AS list_price,
  roll('weight', id, 500, 900000) / 1000 AS weight_kg,
  DATE '2015-01-01' + roll('introduced', id, 0, 3600)::INTEGER AS introduced_on,
  (2016 + roll('model', id, 0, 9))::INTEGER AS model_year,
  4000000000000 + roll('ean', id, 0, 99999999999) AS ean
FROM (
  SELECT 2000 + n AS id, pick(['Pump', 'Winch', 'Gearbox', 'Compressor', 'Séparateur'], 'kind', n) || ' ' || n
    AS name
  FROM range(1, 151) AS numbers(n)
) ORDER BY id;

CREATE TEMP TABLE goods AS
SELECT row_number() OVER (ORDER BY product_id) - 1 AS position, product_id, sku, list_price FROM (
  SELECT product_id, sku, list_price FROM supply_chain.map_component
  UNION ALL SELECT product_id, sku, list_price FROM supply_chain.map_finished_good);
"""

OFFERS = """
CREATE TABLE supply_chain.pairs_supplies AS
SELECT s.company_id AS source_id, g.product_id AS target_id,
  (g.list_price * roll('offer', s.company_id * 1000 + j, 60, 98) / 100)::DECIMAL(12, 2) AS unit_price,
  roll('offered days', s.company_id * 1000 + j, 2, 90)::INTEGER AS lead_time_days
FROM supply_chain.map_supplier AS s, range(12) AS offers(j)
JOIN goods AS g ON g.position = (roll('first offer', s.company_id, 0, 549) + j * 45) % 550;

CREATE TABLE supply_chain.pairs_stocks AS
SELECT w.location_id AS source_id, g.product_id AS target_id,
  roll('shelf', w.location_id * 1000 + j, 0, 5000)::INTEGER AS on_hand_quantity,
  DATE '2025-06-01' + roll('counted', w.location_id * 1000 + j, 0, 180)::INTEGER AS counted_on
FROM supply_chain.map_warehouse AS w, range(60) AS shelves(j)
JOIN goods AS g ON g.position = (roll('first shelf', w.location_id, 0, 549) + j * 9) % 550;

-- Six tiers of parts; some go past one tier, so that there are ways of different length to one part.
CREATE TABLE supply_chain.pairs_part_of AS
WITH RECURSIVE edges AS (
  SELECT DISTINCT 1001 + n AS source_id,
    1001 + roll('larger', n * 3 + j, 0, 65) * 6 + n % 6 + reach AS target_id
  FROM range(400) AS parts(n), (VALUES (0, 1), (1, 1), (2, 2)) AS ways(j, reach)
  WHERE n % 6 + reach <= 5 AND (n = 0 OR roll('used', n * 3 + j, 0, 2) > 0)
), walks(source_id, target_id, level) AS (
  SELECT source_id, target_id, 1 FROM edges
  UNION SELECT w.source_id, e.target_id, w.level + 1
  FROM walks AS w JOIN edges AS e ON e.source_id = w.target_id
)
SELECT source_id, target_id, min(level)::INTEGER AS transitivity_level FROM walks GROUP BY ALL;

CREATE TABLE supply_chain.pairs_subsidiary_of AS
WITH RECURSIVE edges AS (
  SELECT company_id AS source_id, parent_company_id AS target_id FROM (
    SELECT company_id, parent_company_id FROM supply_chain.map_company
    UNION ALL SELECT company_id, parent_company_id FROM supply_chain.map_supplier
    UNION ALL SELECT company_id, parent_company_id FROM supply_chain.map_carrier
    UNION ALL SELECT company_id, parent_company_id FROM supply_chain.map_customer)
  WHERE parent_company_id IS NOT NULL
), walks(source_id, target_id, level) AS (
  SELECT source_id, target_id, 1 FROM edges
  UNION SELECT w.source_id, e.target_id, w.level + 1
  FROM walks AS w JOIN edges AS e ON e.source_id = w.target_id
)
SELECT source_id, target_id, min(level)::INTEGER AS transitivity_level FROM walks GROUP BY ALL;
"""

PURCHASES = """
-- 50,000 lines in all: from none to twenty each, two for the first order, eighteen to make up the sum.
CREATE TEMP TABLE bought AS
SELECT 7001 + n AS po_id,
  CASE n WHEN 0 THEN 2 ELSE CASE rank WHEN 4998 THEN 18 ELSE rank % 21 END END AS lines
FROM (SELECT n, row_number() OVER (ORDER BY n = 0, hash(getvariable('seed'), 'lines', n)) - 1 AS rank
  FROM range(5000) AS numbers(n)) ORDER BY n;

CREATE TABLE supply_chain.map_po_line AS
SELECT 'po_line:' || line_id AS entity_id, 'po_line' AS entity_type, line_id AS entity_label, id AS "@row",
  line_id, po_id::INTEGER AS po_id, line_number::INTEGER AS line_number, product_id, sku,
  pieces::INTEGER AS quantity, price AS unit_price, (pieces * price)::DECIMAL(14, 2) AS line_total,
  po_id > 7001 AND roll('missing', id, 0, 11) = 0 AS is_backordered
FROM (
  SELECT b.*, b.po_id || '-' || line_number AS line_id, g.product_id, g.sku,
    CASE id WHEN 700101 THEN 12 WHEN 700102 THEN 30 ELSE roll('pieces', id, 1, 200) END AS pieces,
    CASE id WHEN 700101 THEN 120.00 WHEN 700102 THEN 13.35
      ELSE g.list_price * roll('bargain', id, 70, 100) / 100 END::DECIMAL(12, 2) AS price
  FROM (SELECT po_id, line_number, po_id * 100 + line_number AS id
    FROM (SELECT po_id, unnest(range(1, lines + 1)) AS line_number FROM bought)) AS b
  JOIN goods AS g
    ON g.position = CASE WHEN id < 700103 THEN line_number - 1 ELSE roll('goods', id, 0, 549) END
) ORDER BY id;

CREATE TABLE supply_chain.map_purchase_order AS
SELECT 'purchase_order:' || po_id AS entity_id, 'purchase_order' AS entity_type,
  'PO-' || po_id AS entity_label, po_id AS "@row", po_id::INTEGER AS po_id, 'PO-' || po_id AS PO_Number,
  po_id = 7001 OR roll('express', po_id, 0, 4) = 0 AS Is_Expedited, total_value, ordered_on,
  ordered_on + roll('due', po_id, 14, 60)::INTEGER AS due_on,
  CASE WHEN status <> 'draft' THEN ordered_on + to_seconds(roll('approved', po_id, 28800, 200000)) END
    AS approved_at, status,
  CASE WHEN roll('agreed', po_id, 0, 2) > 0 THEN (roll('discount', po_id, 0, 150) / 1000)::DECIMAL(5, 4) END
    AS discount_rate,
  pick([NULL, NULL, NULL, 'Don''t split this delivery', 'Bitte an Tor 3, Grüße, Jürgen', 'Marked "fragile"'],
    'note', po_id) AS buyer_note,
  CASE po_id WHEN 7001 THEN 118 ELSE roll('supplier', po_id, 101, 300) END::INTEGER AS supplier_id,
  CASE po_id WHEN 7001 THEN 11 ELSE roll('port', po_id, 11, 34) END::INTEGER AS ships_from_id
FROM (
  SELECT b.po_id, sums.total_value,
    DATE '2024-01-01' + roll('ordered', b.po_id, 0, 729)::INTEGER AS ordered_on,
    CASE WHEN lines = 0 THEN 'draft' WHEN b.po_id = 7001 THEN 'open'
      ELSE pick(['open', 'shipped', 'closed', 'closed'], 'status', b.po_id) END AS status
  FROM bought AS b
  LEFT JOIN (
    SELECT po_id, sum(line_total)::DECIMAL(14, 2) AS total_value FROM supply_chain.map_po_line GROUP BY po_id
  ) AS sums ON sums.po_id = b.po_id
) ORDER BY po_id;
"""

MOVES = """
CREATE TABLE supply_chain.map_shipment AS
SELECT 'shipment:' || id AS entity_id, 'shipment' AS entity_type, CAST(tracking AS VARCHAR) AS entity_label,
  id AS "@row", id::INTEGER AS shipment_id, po_id, roll('carrier', id, 301, 325)::INTEGER AS carrier_id,
  CASE WHEN id % 4 > 0 THEN roll('hall', id, 101, 130) END::INTEGER AS warehouse_id,
  CASE WHEN id % 4 = 0 THEN roll('buyer', id, 401, 700) END::INTEGER AS customer_id,
  tracking AS tracking_number, due_on - to_seconds(roll('left', id, 400000, 2000000)) AS shipped_at,
  due_on + late::INTEGER AS arrived_on, late::INTEGER AS days_late,
  (roll('freight', id, 9900, 990000) / 100)::DECIMAL(12, 2) AS freight_cost
FROM (
  SELECT p.po_id, p.due_on, id, 9007199254740993 + roll('tracking', id, 0, 99999999999999999) AS tracking,
    CASE WHEN p.status <> 'open' THEN roll('late', id, -12, 9) END AS late
  FROM (SELECT *, po_id * 10 + unnest(range(CASE WHEN po_id % 4 = 0 THEN 2 ELSE 1 END)) AS id
    FROM supply_chain.map_purchase_order WHERE status <> 'draft') AS p
) ORDER BY id;

CREATE TABLE supply_chain.map_customs_clearance AS
SELECT 'customs_clearance:' || shipment_id AS entity_id, 'customs_clearance' AS entity_type,
  tariff AS entity_label, shipment_id AS "@row", shipment_id AS clearance_id, shipment_id,
  arrived_on AS cleared_on,
  (roll('duty', shipment_id, 0, 250000) / 100)::DECIMAL(12, 2) AS duty_amount, tariff AS tariff_code
FROM (SELECT *, '84' || roll('tariff', shipment_id, 1000, 9999) AS tariff FROM supply_chain.map_shipment)
WHERE arrived_on IS NOT NULL AND roll('cleared', shipment_id, 0, 1) = 1 ORDER BY shipment_id;

CREATE TABLE supply_chain.map_order AS
SELECT 'order:' || id AS entity_id, 'order' AS entity_type, 'SO-' || id AS entity_label, id AS "@row",
  id::INTEGER AS order_id, 'SO-' || id AS order_number,
  roll('customer', id, 401, 700)::INTEGER AS customer_id,
  (roll('value', id, 5000, 9000000) / 100)::DECIMAL(14, 2) AS order_value,
  TIMESTAMP '2024-01-01 06:00:00' + to_seconds(roll('placed', id, 0, 60000000)) AS placed_at,
  pick(['web', 'phone', 'edi'], 'channel', id) AS channel
FROM (SELECT 90000 + n AS id FROM range(1, 2001) AS numbers(n)) ORDER BY id;

CREATE TABLE supply_chain.pairs_sourced_from AS
SELECT order_id AS source_id,
  (7001 + (roll('cover', order_id, 0, 4999) + j * 1250) % 5000)::INTEGER AS target_id,
  roll('allocated', order_id * 4 + j, 1, 80)::INTEGER AS allocated_quantity
FROM supply_chain.map_order, range(4) AS covers(j) WHERE j < roll('covers', order_id, 0, 3);
"""
