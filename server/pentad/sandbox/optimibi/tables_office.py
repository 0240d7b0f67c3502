"""The tables of the personnel and general-ledger databases, as DuckDB scripts."""

from __future__ import annotations

PEOPLE = """
CREATE SCHEMA dbo; CREATE SCHEMA payroll;
CREATE TABLE dbo.department AS
SELECT i AS department_id, ['Stores','Warehouse','Finance','People','Digital','Design'][i] AS department_name,
       ['Operations','Operations','Office','Office','Office','Product'][i] AS division FROM range(1, 7) r(i);
CREATE TABLE dbo.employee AS
SELECT i AS employee_id, 'E' || lpad(CAST(i AS VARCHAR), 4, '0') AS staff_no,
       1 + roll('dept', i, 6) AS department_id,
       ['Aarhus','Bremen','Lyon','Oslo','Porto'][1 + roll('site', i, 5)] AS site,
       DATE '2009-01-05' + roll('hired', i, 6000) AS hired_on,
       CAST(50 + 10 * roll('part', i, 6) AS INTEGER) AS percentage,
       CASE WHEN roll('left', i, 9) = 0 THEN DATE '2025-01-01' + roll('gone', i, 400) END AS left_on
FROM range(1, 421) r(i);
CREATE TABLE dbo.absence AS
SELECT i AS absence_id, 1 + roll('who', i, 420) AS employee_id,
       ['sick','holiday','parental','training'][1 + roll('kind', i, 4)] AS kind,
       DATE '2025-01-02' + roll('start', i, 420) AS started_on, 1 + roll('days', i, 14) AS days
FROM range(1, 2201) r(i);
CREATE TABLE payroll.payslip AS
SELECT i AS payslip_id, 1 + i % 420 AS employee_id, 202501 + i // 420 AS period,
       CAST(2100 + roll('gross', i, 420000) / 100 AS DECIMAL(10, 2)) AS gross_pay
FROM range(0, 2520) r(i);
"""

LEDGER = """
CREATE SCHEMA "GL";
CREATE TABLE "GL"."ACCOUNT" AS
SELECT 4000 + 10 * i AS "ACCOUNT_NO",
       ['Revenue','Returns','Materials','Wages','Rent','Energy','IT','Travel','Tax'][i]
       AS "ACCOUNT_NAME", CASE WHEN i < 3 THEN 'Income' ELSE 'Expense' END AS "ACCOUNT_CLASS"
FROM range(1, 10) r(i);
CREATE TABLE "GL"."COST_CENTER" AS
SELECT i AS "COST_CENTER_ID",
       ['Stores North','Stores South','Head office','Warehouse','Web'][i] AS "COST_CENTER_NAME"
FROM range(1, 6) r(i);
CREATE TABLE "GL"."JOURNAL" AS
SELECT i AS "ENTRY_NO", 4010 + 10 * roll('account', i, 9) AS "ACCOUNT_NO",
       1 + roll('center', i, 5) AS "COST_CENTER_ID",
       DATE '2024-07-01' + roll('posted', i, 600) AS "POSTED_ON",
       CAST((roll('amount', i, 900000) - 200000) / 100 AS DECIMAL(14, 2)) AS "AMOUNT",
       CASE WHEN i % 5 = 0 THEN NULL ELSE 'Doc ' || (90000 + i) END AS "DOCUMENT"
FROM range(1, 5001) r(i);
CREATE TABLE "GL"."BUDGET" AS
SELECT i AS "LINE_NO", 4010 + 10 * (i % 9) AS "ACCOUNT_NO", 1 + i // 9 % 5 AS "COST_CENTER_ID",
       'FY' || (2025 + i // 45 % 2) AS "FISCAL_YEAR",
       CAST(5000 + roll('plan', i, 60000) AS DECIMAL(14, 2)) AS "PLANNED"
FROM range(0, 90) r(i);
"""
