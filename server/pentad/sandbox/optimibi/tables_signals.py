"""The tables of the click stream and of the sensors, as DuckDB scripts."""

from __future__ import annotations

CLICKS = """
CREATE SCHEMA web;
CREATE TABLE web.campaign AS
SELECT i AS campaign_id, ['none','Spring tents','Winter boots','Été léger','Gift cards'][i] AS campaign_name,
       ['direct','search','social','mail','search'][i] AS medium FROM range(1, 6) r(i);
CREATE TABLE web.page AS
SELECT i AS page_id, '/' || ['home','tents','boots','cart','help','stores'][i] AS page_path
FROM range(1, 7) r(i);
CREATE TABLE web.visit AS
SELECT uuid_of('visit', i) AS visit_id, 1 + roll('campaign', i, 5) AS campaign_id,
       1 + roll('page', i, 6) AS page_id,
       TIMESTAMP '2026-01-01 00:00:00' + to_seconds(CAST(roll('seen', i, 5000000) AS BIGINT)) AS started_at,
       ['DE','DK','FR','NO','PT'][1 + roll('country', i, 5)] AS country,
       1 + roll('views', i, 24) AS page_views,
       CASE WHEN roll('buys', i, 12) = 0
           THEN CAST(9 + roll('basket', i, 30000) / 100 AS DECIMAL(10, 2)) END AS revenue
FROM range(0, 4000) r(i);
"""

SENSORS = """
CREATE SCHEMA iot;
CREATE TABLE iot.site AS
SELECT i AS site_id, ['Cold store A','Cold store B','Dock 3','Roof'][i] AS site_name FROM range(1, 5) r(i);
CREATE TABLE iot.device AS
SELECT 'dev-' || lpad(CAST(i AS VARCHAR), 3, '0') AS device_id, 1 + i % 4 AS site_id,
       ['thermo','humidity','door'][1 + i % 3] AS kind,
       ['1.4.2','1.5.0','2.0.1'][1 + roll('fw', i, 3)] AS firmware,
       roll('battery', i, 101) AS battery
FROM range(1, 49) r(i);
CREATE TABLE iot.reading AS
SELECT i AS reading_id, 'dev-' || lpad(CAST(1 + roll('device', i, 48) AS VARCHAR), 3, '0') AS device_id,
       TIMESTAMP '2026-02-20 00:00:00' + to_minutes(i) AS taken_at,
       CASE WHEN roll('lost', i, 25) > 0
           THEN CAST((roll('value', i, 4500) - 500) / 100 AS DOUBLE) END AS value,
       roll('alarm', i, 40) = 0 AS alarm
FROM range(0, 8000) r(i);
"""
