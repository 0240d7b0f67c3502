"""The tables of the retail warehouse and of the freight database, as DuckDB scripts."""

from __future__ import annotations

RETAIL = """
CREATE SCHEMA sales; CREATE SCHEMA staging;
CREATE TABLE sales.store AS
SELECT i AS store_id,
       ['Aarhus','Bremen','Lyon','Oslo','Porto','Zürich'][1 + i % 6] || ' ' || (1 + i // 6) AS store_name,
       ['Aarhus','Bremen','Lyon','Oslo','Porto','Zürich'][1 + i % 6] AS city,
       ['North','North','South','North','Coast','South'][1 + i % 6] AS region,
       DATE '2012-03-01' + roll('opened', i, 3600) AS opened
FROM range(1, 25) r(i);
CREATE TABLE sales.product AS
SELECT i AS product_id,
       ['Tent','Jacket','Boot','Lamp','Rope','Stove','Flask','Map'][1 + i % 8] || ' '
           || chr(CAST(65 + i % 26 AS INTEGER)) || i AS product_name,
       ['Camp','Clothing','Footwear','Light','Climb','Camp','Camp','Books'][1 + i % 8] AS category,
       ['Fjellrev','Tormenta','Nordkapp','Søster'][1 + roll('brand', i, 4)] AS brand,
       CAST(4 + roll('cost', i, 9000) / 100 AS DECIMAL(10, 2)) AS unit_cost,
       CAST(12 + roll('price', i, 24000) / 100 AS DECIMAL(10, 2)) AS list_price
FROM range(1, 121) r(i);
CREATE TABLE sales.ticket AS
SELECT 100000 + i AS ticket_id, 1 + roll('store', i, 24) AS store_id,
       DATE '2025-01-01' + roll('day', i, 425) AS sold_at,
       ['W','S','P'][1 + roll('channel', i, 3)] AS channel,
       CASE WHEN i % 7 = 0 THEN NULL ELSE 'M' || (5000 + roll('member', i, 900)) END AS member_no
FROM range(0, 2000) r(i);
CREATE TABLE sales.ticket_line AS
SELECT 100000 + i // 3 AS ticket_id, 1 + i % 3 AS line_no, 1 + roll('product', i, 120) AS product_id,
       1 + roll('quantity', i, 5) AS quantity,
       CAST(5 + roll('amount', i, 40000) / 100 AS DECIMAL(12, 2)) AS net_amount,
       CAST(roll('discount', i, 25) / 100 AS DECIMAL(4, 2)) AS discount
FROM range(0, 6000) r(i);
CREATE TABLE sales.target AS
SELECT 1 + i % 24 AS store_id, DATE '2025-01-01' + to_months(CAST(i // 24 AS INTEGER)) AS month_start,
       CAST(20000 + roll('plan', i, 30000) AS DECIMAL(12, 2)) AS plan_amount
FROM range(0, 336) r(i);
CREATE TABLE sales.channel_name AS
SELECT * FROM (VALUES ('W', 'Web shop'), ('S', 'Store'), ('P', 'Phone')) v(channel_code, channel_text);
CREATE VIEW sales.ticket_detail AS
SELECT l.*, t.sold_at, t.channel, s.region FROM sales.ticket_line l JOIN sales.ticket t USING (ticket_id)
JOIN sales.store s USING (store_id);
CREATE TABLE staging.ticket_raw AS
SELECT 1 + i % 180 AS load_no, 100000 + i % 190 AS ticket_id,
       CASE WHEN i % 11 = 0 THEN NULL ELSE 'line ' || i END AS payload,
       TIMESTAMP '2026-02-01 03:00:00' + to_seconds(i * 7) AS loaded_at
FROM range(0, 400) r(i);
"""

FREIGHT = """
CREATE SCHEMA freight;
CREATE TABLE freight.carrier AS
SELECT i AS carrier_id, ['Kystfrakt','Rápido Sur','Hanse Cargo','Alpenbote','北海物流'][i] AS carrier_name,
       ['sea','road','rail','road','air'][i] AS mode FROM range(1, 6) r(i);
CREATE TABLE freight.depot AS
SELECT i AS depot_id, ['Rotterdam','Hamburg','Gdańsk','Porto','Lyon','Oslo','Turku','Bari'][i] AS depot_name,
       ['NL','DE','PL','PT','FR','NO','FI','IT'][i] AS country FROM range(1, 9) r(i);
CREATE TABLE freight.shipment AS
SELECT 7000000 + i AS shipment_id,
       1 + roll('carrier', i, 5) AS carrier_id, 1 + roll('depot', i, 8) AS depot_id,
       TIMESTAMP '2025-06-01 06:00:00' + to_minutes(CAST(roll('left', i, 380000) AS BIGINT)) AS shipped_at,
       roll('late', i, 12) - 3 AS days_late,
       CAST(roll('weight', i, 90000) / 10 AS DECIMAL(10, 1)) AS weight_kg,
       CAST(30 + roll('freight', i, 200000) / 100 AS DECIMAL(10, 2)) AS freight_cost,
       CASE WHEN i % 9 = 0 THEN NULL ELSE roll('damaged', i, 20) = 0 END AS damaged
FROM range(0, 3000) r(i);
CREATE TABLE freight.shipment_event AS
SELECT i AS event_id, 7000000 + i % 3000 AS shipment_id,
       ['booked','loaded','customs','delivered'][1 + i // 3000] AS status
FROM range(0, 12000) r(i);
"""
