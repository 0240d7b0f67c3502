"""Statements that must pass the guard, each with what is said of it. The samples are those of the fact sheet
and of a contract's examples, the rest is what models write."""

from __future__ import annotations

from typing import Any

_PO = (("dtimbr", "purchase_order"),)
_LINES = ("entity_id", "PO_Number", "has_line[po_line].entity_id", "has_line[po_line].sku")

ALLOWED: list[tuple[str, dict[str, Any]]] = [
    (
        "SELECT `entity_id`, `PO_Number`, `has_line[po_line].entity_id`, `has_line[po_line].sku`\n"
        "FROM `dtimbr`.`purchase_order` WHERE `PO_Number` = 'PO-7001'",
        {"kind": "select", "outputs": _LINES, "tables": _PO, "columns": _LINES, "folded": False},
    ),
    (
        '-- LLM: which suppliers cost most; DROP TABLE no more, it\'s "safe" é\n'
        "SELECT `placed_with[supplier].supplier_name` AS supplier, SUM(`measure.total_spend`) AS spend\n"
        "FROM `dtimbr`.`purchase_order`\n"
        "WHERE `ships_from[port].located_in[country].country_name` = 'Spain'\n"
        "GROUP BY `placed_with[supplier].supplier_name` ORDER BY spend DESC LIMIT 20",
        {
            "outputs": ("supplier", "spend"),
            "tables": _PO,
            "columns": (
                "placed_with[supplier].supplier_name",
                "measure.total_spend",
                "ships_from[port].located_in[country].country_name",
                "spend",
            ),
            "ordering": ("spend",),
            "folded": True,
            "limit": 20,
        },
    ),
    ("SELECT timbr_username() AS me", {"outputs": ("me",), "tables": (), "folded": False}),
    ("SELECT timbr_username()", {"outputs": ("",)}),
    (
        "SELECT `~has_line[purchase_order].PO_Number` FROM dtimbr.po_line",
        {"tables": (("dtimbr", "po_line"),)},
    ),
    ("SELECT `part_of[c*3].name`, `part_of[c*3]_transitivity_level` AS n FROM `dtimbr`.`c`", {"limit": None}),
    ("SELECT COUNT(`measure.has_line[po_line].lines`) AS n FROM `dtimbr`.`purchase_order`", {"folded": True}),
    ("SELECT concept, description FROM timbr.sys_concepts ORDER BY concept", {"ordering": ("concept",)}),
    (
        "SELECT `x` FROM `etimbr`.`thing` WHERE `thing_type_of_port` = 1",
        {"columns": ("x", "thing_type_of_port")},
    ),
    ("SELECT * FROM (SELECT a FROM dtimbr.t) x WHERE 1=0", {"star": True, "outputs": (), "columns": ("a",)}),
    ("SHOW VERSION", {"kind": "show", "text": "SHOW VERSION", "outputs": ()}),
    ("SHOW TAGS;", {"text": "SHOW TAGS"}),
    ("show datasources", {"kind": "show"}),
    ("SHOW CONFIG", {"kind": "show"}),
    ("SHOW CONCEPTS -- all\n", {"text": "SHOW CONCEPTS"}),
    ("SHOW ONTOLOGIES", {"kind": "show"}),
    ("SHOW TABLES IN dtimbr", {"kind": "show", "tables": ()}),
    ("SHOW/* */TABLES IN `vtimbr` ;", {"text": "SHOW TABLES IN `vtimbr`"}),
    (
        "describe concept `dtimbr`.`c` options (graph_depth='1')",
        {"kind": "describe", "tables": (("dtimbr", "c"),)},
    ),
    ("desc `schema`.`c`", {"kind": "describe", "tables": (("schema", "c"),), "columns": ()}),
    ("DESC `order`", {"tables": ((None, "order"),)}),
    ("DESC concept", {"tables": ((None, "concept"),)}),
    ("DESCRIBE CONCEPT c OPTIONS(graph_depth = '5')", {"tables": ((None, "c"),)}),
    ("DESC CONCEPT `dtimbr` . `load` ;", {"tables": (("dtimbr", "load"),)}),
    (
        "EXPLAIN SELECT a FROM t",
        {"kind": "explain", "outputs": (), "tables": ((None, "t"),), "columns": ("a",)},
    ),
    ("EXPLAIN ANALYZE WITH x AS (SELECT 1 AS y) SELECT y FROM x LIMIT 3", {"tables": (), "limit": None}),
    ("explain extended SELECT COUNT(*) FROM t ORDER BY 1", {"folded": False, "ordering": ()}),
    # Reserved words and frightening ones, where they are names or text.
    (
        "SELECT `select`, `order`.`from` FROM `dtimbr`.`order` AS `order`",
        {"outputs": ("select", "from"), "tables": (("dtimbr", "order"),)},
    ),
    ("SELECT `delete`, `token` FROM `dtimbr`.`drop`", {"outputs": ("delete", "token")}),
    (
        "SELECT `for`, `into` FROM `dtimbr`.`update` WHERE `set` = 'SHOW TOKEN'",
        {"columns": ("for", "into", "set")},
    ),
    ("SELECT a FROM t WHERE b = 'drop table x; select 1 -- no'", {"columns": ("a", "b")}),
    (
        "SELECT a FROM t WHERE b = 'it''s; -- not a comment'",
        {"text": "SELECT a FROM t WHERE b = 'it''s; -- not a comment'"},
    ),
    (
        "SELECT a FROM t WHERE b = '/* not a comment */'",
        {"text": "SELECT a FROM t WHERE b = '/* not a comment */'"},
    ),
    ('SELECT a FROM t WHERE b = "say ""x"" \'y\'"', {"columns": ("a", "b")}),
    ("SELECT a FROM t WHERE b = 'line one\nline two\té'", {"columns": ("a", "b")}),
    ("SELECT a FROM t WHERE b IN ('O\u2019Brien', '日本', 'naïve', '👩\u200d🔧')", {"columns": ("a", "b")}),
    (
        "SELECT `größe`, `名前` FROM `dtimbr`.`café`",
        {"outputs": ("größe", "名前"), "tables": (("dtimbr", "café"),)},
    ),
    ("SELECT `# of items`, `share %` FROM t", {"outputs": ("# of items", "share %")}),
    ('SELECT a AS "My column", "text" FROM t', {"outputs": ("My column", "")}),
    # Comments and blanks.
    ("SELECT/**/a/* x -- y */FROM\r\n-- tail\r\n t -- end", {"text": "SELECT a FROM\r\n \r\n t"}),
    ("--\nSELECT 1", {"text": "SELECT 1"}),
    ("/* ; SHOW TOKEN */ SELECT 1 /* ; */ ; -- ;\n", {"text": "SELECT 1"}),
    ("SELECT 5 - -3 AS n, 2 * 3/4 % 5", {"outputs": ("n", "")}),
    # Outputs.
    (
        "SELECT p.a, p.`b` c, d + 1, MAX(e) OVER (), (SELECT 1) AS f FROM t p",
        {"outputs": ("a", "c", "", "", "f")},
    ),
    ("SELECT SUM(a) OVER w FROM t WINDOW w AS (PARTITION BY b)", {"outputs": ("",), "folded": False}),
    (
        "SELECT p.*, q.a FROM t p JOIN u q USING (id, `k`)",
        {"star": True, "outputs": ("a",), "columns": ("a", "id", "k")},
    ),
    ("SELECT COUNT(*) FROM t", {"star": False, "outputs": ("",), "folded": True}),
    (
        "SELECT a AS x FROM t UNION ALL SELECT b FROM u ORDER BY x",
        {"outputs": ("x",), "ordering": ("x",), "folded": True},
    ),
    (
        "WITH a AS (SELECT 1 AS x) (SELECT x FROM a) UNION (SELECT x AS y FROM a)",
        {"outputs": ("x",), "tables": ()},
    ),
    ("SELECT * EXCEPT (a) FROM t ORDER BY ALL", {"star": True, "ordering": ("",)}),
    # Tables: a CTE hides a table only where it is seen.
    ("SELECT 1 FROM a, dtimbr.b JOIN a ON 1 = 1", {"tables": ((None, "a"), ("dtimbr", "b"))}),
    ("WITH x AS (SELECT * FROM `X`) SELECT * FROM x", {"tables": ((None, "X"),)}),
    (
        "WITH x AS (SELECT 1), y AS (SELECT * FROM x) SELECT * FROM y, dtimbr.x",
        {"tables": (("dtimbr", "x"),)},
    ),
    ("WITH y AS (SELECT * FROM x), x AS (SELECT 1) SELECT * FROM y", {"tables": ((None, "x"),)}),
    ("SELECT (WITH x AS (SELECT 1) SELECT * FROM x), a FROM x", {"tables": ((None, "x"),)}),
    (
        "WITH RECURSIVE r AS (SELECT id FROM dtimbr.x UNION ALL SELECT x.id FROM r JOIN dtimbr.x "
        "ON r.id = x.up) SELECT COUNT(*) FROM r",
        {"tables": (("dtimbr", "x"),), "columns": ("id", "up")},
    ),
    # Ordering, limits, folding.
    ("SELECT a FROM t ORDER BY t.b DESC NULLS LAST, 1, LOWER(c), `d e`", {"ordering": ("b", "", "", "d e")}),
    ("SELECT a FROM t ORDER BY a LIMIT 5 OFFSET 2", {"limit": 5, "offset": 2}),
    ("SELECT a FROM t ORDER BY a OFFSET 2 LIMIT 5", {"limit": 5, "offset": 2}),
    ("SELECT a FROM t LIMIT 2, 5", {"limit": 5, "offset": 2}),
    ("SELECT a FROM t OFFSET 3 ROWS FETCH NEXT 4 ROWS ONLY", {"limit": 4, "offset": 3}),
    ("SELECT a FROM t LIMIT 2 + 3 OFFSET 1 + 1", {"limit": None, "offset": 0}),
    ("SELECT a FROM t FETCH FIRST 4 ROWS WITH TIES", {"limit": None}),
    ("SELECT a FROM (SELECT b AS a FROM t ORDER BY b LIMIT 3) x", {"limit": None, "ordering": ()}),
    ("SELECT DISTINCT a FROM t", {"folded": True}),
    ("SELECT 1 FROM t HAVING COUNT(*) > 1", {"folded": True}),
    ("SELECT a FROM t WHERE b = (SELECT MAX(b) FROM t)", {"folded": False}),
    (
        "SELECT a, ROW_NUMBER() OVER (PARTITION BY b ORDER BY c) AS n, SUM(d) OVER () FROM t",
        {"folded": False},
    ),
    (
        "SELECT LAG(a) IGNORE NULLS OVER (ORDER BY b), SUM(a) FILTER (WHERE b > 1) OVER (ORDER BY c) FROM t",
        {"folded": False},
    ),
    ("SELECT SUM(SUM(a)) OVER () FROM t", {"folded": True}),
    ("SELECT (SELECT MAX(a) FROM u) AS m, b c FROM t d", {"folded": False, "aliases": ("m", "c", "d")}),
    ("SELECT JSON_ARRAYAGG(a), MAX_BY(a, b) FROM t", {"folded": True}),
    ("SELECT LISTAGG(a, ',') WITHIN GROUP (ORDER BY b) AS l FROM t", {"folded": True, "ordering": ()}),
    ("SELECT 1 FROM t ORDER BY COUNT(*)", {"folded": True}),
    ("SELECT a, COUNT(*) FROM t GROUP BY GROUPING SETS ((a), ()) ORDER BY a", {"folded": True}),
    ("SELECT a FROM t GROUP BY ROLLUP (a, b)", {"folded": True}),
    ("SELECT a FROM t QUALIFY ROW_NUMBER() OVER (PARTITION BY a ORDER BY b) = 1", {"folded": False}),
    # Expressions of several dialects.
    (
        "SELECT CASE WHEN a > 1 AND NOT b <> 2 THEN 'x' ELSE CAST(c AS DECIMAL(10, 2)) END AS z FROM t",
        {"outputs": ("z",)},
    ),
    ("SELECT a::int, b :: varchar(10), TRY_CAST(c AS DATE), DATE '2024-01-01', x IS NULL FROM t", {}),
    (
        "SELECT CURRENT_DATE - INTERVAL 30 DAYS, INTERVAL '1' DAY, EXTRACT(YEAR FROM d), "
        "d AT TIME ZONE 'UTC' FROM t",
        {},
    ),
    (
        "SELECT DATE_TRUNC('month', d), DATEADD(day, 1, d), DATEDIFF(day, d, e), "
        "TIMESTAMPDIFF(MONTH, d, e) FROM t",
        {"columns": ("d", "e")},
    ),
    (
        "SELECT REPLACE(a, 'x', ''), IF(a > 1, 2, 3), LEFT(a, 2), TRIM(BOTH 'x' FROM a), "
        "POSITION('x' IN a) FROM t",
        {"columns": ("a",)},
    ),
    ("SELECT a || b, CONCAT(a, b), COALESCE(a, 1e3), a <=> b, a == 1, a != 2, a DIV 2 FROM t", {}),
    (
        "SELECT 1 FROM t WHERE a BETWEEN 1 AND 2 OR b LIKE 'x%' ESCAPE '!' "
        "OR c ILIKE 'y' OR d RLIKE '[0-9]+'",
        {},
    ),
    (
        "SELECT 1 FROM t WHERE (a, b) IN ((1, 2)) AND c NOT IN (SELECT d FROM u) AND e = "
        "ANY (SELECT f FROM v)",
        {},
    ),
    (
        "SELECT t.a FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.id = t.id AND u.x IN "
        "(SELECT v.y FROM v WHERE v.z = t.a))",
        {},
    ),
    (
        "SELECT dtimbr.t.a FROM (dtimbr.t JOIN dtimbr.u ON t.id = u.id) LEFT JOIN v w ON w.id = t.id",
        {"columns": ("a", "id")},
    ),
    ("SELECT a FROM t NATURAL JOIN u CROSS JOIN v FULL OUTER JOIN w ON v.x = w.x", {}),
    (
        "SELECT a FROM t UNION SELECT b FROM u EXCEPT SELECT c FROM v INTERSECT SELECT d FROM w",
        {"columns": ("a", "b", "c", "d")},
    ),
    ("SELECT TRUE, NULL, COUNT(DISTINCT a), ST_DISTANCE(ST_POINT(1, 2), p) FROM t", {"folded": True}),
    ("SELECT DATE(TIMESTAMP(a)) FROM t", {}),
]
