"""Attempts. `REFUSED` by the check; `CLOSED` by the worker without it; `BOUNDED` pass the check and are
stopped by time, memory or disk."""

from __future__ import annotations

REFUSED = r"""
SELECT * FROM read_csv('/etc/passwd')
SELECT * FROM read_csv_auto('/etc/passwd')
SELECT * FROM read_parquet('x.parquet')
SELECT * FROM read_json_auto('x.json')
SELECT * FROM read_ndjson('x.json')
SELECT * FROM read_text('/etc/passwd')
SELECT * FROM read_blob('/etc/passwd')
SELECT * FROM read_duckdb('x.duckdb')
SELECT * FROM "read_text"('/etc/passwd')
SELECT * FROM parquet_scan('x')
SELECT * FROM parquet_metadata('x')
SELECT * FROM sniff_csv('/etc/passwd')
SELECT * FROM glob('/*')
SELECT * FROM '/etc/passwd'
SELECT * FROM "/etc/passwd"
SELECT * FROM 'https://example.com/x.csv'
SELECT * FROM rows_a, '/etc/passwd'
SELECT (SELECT content FROM read_text('/etc/passwd'))
SELECT * FROM rows_a WHERE EXISTS (FROM read_text('/etc/passwd'))
WITH x AS (FROM read_text('/etc/passwd')) FROM x
WITH read_text(a) AS (SELECT 1) SELECT * FROM read_text('/etc/passwd')
SELECT * FROM main.read_text('/etc/passwd')
SELECT '/etc/passwd'.read_text()
COPY rows_a TO '/tmp/x'
COPY (SELECT 1) TO '/tmp/x'
COPY rows_a FROM '/etc/passwd'
EXPORT DATABASE '/tmp/x'
IMPORT DATABASE '/tmp/x'
ATTACH '/tmp/x.db'
ATTACH 'x.db' AS y (TYPE sqlite)
DETACH source_0
USE source_0
INSTALL httpfs
LOAD httpfs
LOAD '/tmp/x.duckdb_extension'
SET memory_limit = '100GB'
SET GLOBAL enable_external_access = true
RESET lock_configuration
PRAGMA database_list
PRAGMA enable_profiling
CALL pragma_version()
CHECKPOINT
VACUUM
BEGIN TRANSACTION
CREATE TABLE x AS SELECT 1
CREATE MACRO f(a) AS a + 1
CREATE SECRET s (TYPE s3)
DROP TABLE rows_a
ALTER TABLE rows_a ADD COLUMN b INT
INSERT INTO rows_a VALUES (1)
UPDATE rows_a SET a = 1
DELETE FROM rows_a
TRUNCATE rows_a
MERGE INTO rows_a USING rows_a b ON true WHEN MATCHED THEN DELETE
WITH x AS (INSERT INTO rows_a VALUES (1) RETURNING *) SELECT * FROM x
WITH x AS (DELETE FROM rows_a RETURNING *) SELECT * FROM x
WITH x AS (UPDATE rows_a SET a = 2 RETURNING *) SELECT * FROM x
WITH x AS (COPY rows_a TO '/tmp/x') SELECT 1
SELECT a INTO x FROM rows_a
SELECT a FROM rows_a FOR UPDATE
SELECT 1; SELECT 2
SELECT 1; DROP TABLE rows_a
SELECT 1 /* /* */ ; */ ; ATTACH 'x'
EXPLAIN SELECT 1
EXPLAIN ANALYZE SELECT 1
PREPARE p AS SELECT 1
EXECUTE p
SHOW TABLES
DESCRIBE rows_a
SUMMARIZE rows_a
PIVOT rows_a ON a USING count(*)
SELECT getenv('HOME')
SELECT current_setting('temp_directory')
SELECT getvariable('x')
SELECT current_user
SELECT current_database()
SELECT * FROM duckdb_settings()
SELECT * FROM duckdb_databases()
SELECT * FROM duckdb_secrets()
SELECT * FROM duckdb_temporary_files()
SELECT * FROM duckdb_logs
SELECT * FROM pragma_database_size()
SELECT * FROM information_schema.tables
SELECT * FROM pg_catalog.pg_class
SELECT * FROM pg_class
SELECT * FROM sqlite_master
SELECT * FROM main.rows_a
SELECT * FROM source_0.kept
SELECT * FROM rows_b
SELECT * FROM x WHERE EXISTS (WITH x AS (SELECT 1) SELECT * FROM x)
SELECT * FROM query('SELECT 1')
SELECT * FROM query_table('rows_b')
SELECT * FROM json_execute_serialized_sql('{}')
SELECT json_serialize_sql('SELECT 1')
SELECT nextval('s')
SELECT sleep_ms(60000)
SELECT pg_sleep(60)
SELECT write_log('x')
SELECT * FROM repeat_row(1, num_rows = 10)
SELECT * FROM test_all_types()
SELECT * FROM python_map_function(1)
SELECT * FROM pandas_scan(1)
SELECT * FROM arrow_scan(1, 2, 3)
SELECT * FROM enable_logging()
SELECT * FROM force_checkpoint()
SELECT * FROM checkpoint()
SELECT * FROM truncate_duckdb_logs()
SELECT $1
SELECT ?
SELECT * FROM rows_a USING SAMPLE 10%
""".strip().splitlines()
REFUSED += [
    "",
    "SELECT 1 -- \x00",
    "SELECT " + "(" * 500 + "1" + ")" * 500,
    "SELECT " + "[" * 500 + "1" + "]" * 500,
    "SELECT " + "decimal(" * 30 + "1" + ")" * 30,
    "SELECT " + "1 + " * 10_000 + "1",
    "SELECT '",
    "SELECT /* 1",
]

CLOSED = r"""
SELECT * FROM read_csv('{secret}')
SELECT * FROM read_text('{secret}')
SELECT * FROM read_blob('{secret}')
SELECT * FROM read_json('{folder}/rows_a.ndjson')
SELECT * FROM read_parquet('{secret}')
SELECT * FROM read_duckdb('{folder}/worker/rows_other.duckdb')
SELECT * FROM sniff_csv('{secret}')
SELECT * FROM glob('{folder}/*')
SELECT * FROM '{secret}'
SELECT * FROM query('FROM read_text(''{secret}'')')
SELECT * FROM query_table('{secret}')
SELECT getenv('HOME')
SELECT * FROM sys
SELECT * FROM job
COPY rows_a TO '{folder}/made.csv'
COPY (SELECT 1) TO '{folder}/made.csv'
COPY rows_a FROM '{secret}'
EXPORT DATABASE '{folder}/made'
ATTACH '{folder}/made.db'
DETACH source_0
INSTALL httpfs
LOAD httpfs
SET enable_external_access = true
SET lock_configuration = false
RESET lock_configuration
SET memory_limit = '100GB'
PRAGMA enable_profiling
CALL pragma_version()
CREATE TABLE made AS SELECT 1
CREATE OR REPLACE VIEW rows_a AS SELECT 2 AS a
CREATE SECRET s (TYPE s3)
INSERT INTO source_0.kept VALUES (2)
DELETE FROM source_0.kept
WITH x AS (INSERT INTO source_0.kept VALUES (2) RETURNING *) SELECT * FROM x
DROP VIEW rows_a
SELECT 1; DROP VIEW rows_a
SELECT 1)) AS x(c0); COPY (SELECT 1) TO '{folder}/made.csv'; SELECT * FROM ((SELECT 1
SELECT * FROM json_execute_serialized_sql(json_serialize_sql('FROM read_text(''{secret}'')'))
SELECT nextval('s')
""".strip().splitlines()

BOUNDED = r"""
WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT max(n) FROM r
WITH RECURSIVE r(n) AS (SELECT [1] UNION ALL SELECT n || n FROM r) SELECT len(n) FROM r
SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE hash(a.range, b.range) = 7
SELECT length(repeat('x', 4000000000))
SELECT length(rpad('', 2000000000, 'x') || rpad('', 2000000000, 'y'))
SELECT len(range(1000000000))
SELECT len(list(i)) FROM range(1000000000) r(i)
SELECT len(list_transform(range(200000000), lambda x: x::VARCHAR))
SELECT length(string_agg(repeat('x', 1000), '')) FROM range(10000000)
SELECT count(*) FROM (SELECT md5(i::VARCHAR) AS k FROM range(100000000) r(i) GROUP BY k)
SELECT i FROM range(1000000000) r(i) ORDER BY hash(i) LIMIT 10 OFFSET 900000000
SELECT sum(length(regexp_replace(repeat('a', 1000000), '(a*)*b', i::VARCHAR, 'g'))) FROM range(100000) r(i)
SELECT sum(levenshtein(repeat('ab', 20000), repeat('ba', 20000))) FROM range(100000)
SELECT repeat('x', 100000000) AS x FROM range(100)
SELECT count(DISTINCT uuid()) FROM range(100000000)
""".strip().splitlines()
