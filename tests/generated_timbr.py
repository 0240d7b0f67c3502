"""The generated parts of docs/timbr.md: what the app answers when it is really called, on the sandbox, whose
data are the same at every run. Only answers without a handle are shown, as handles are random."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pentad.platforms.timbr.flags import FLAGS, MASTERS, Flag, header, switched_on
from tests.inside import World

ONTOLOGY = "supply_chain"
ORDER = (
    "SELECT `entity_id`, `PO_Number`, `Is_Expedited`, `total_value`, `has_line[po_line].entity_id`, "
    "`has_line[po_line].sku` FROM `dtimbr`.`purchase_order` WHERE `PO_Number` = 'PO-7001' "
    "ORDER BY `has_line[po_line].sku`"
)
CHANGES: Mapping[Flag, str] = {
    "nested": "one object per entity; what lies across relationships is inside it",
    "format_properties": "values as the ontology's formatting tags have them",
    "case_sensitivity": "columns in the case of the statement or view, instead of lower case",
    "format_booleans": "the texts `true` and `false`, instead of 1 and 0",
    "ignore_entity_id": "no `entity_id`, at no level",
    "minimize_relationships": "names of relationships without their target concept",
}


class Example(NamedTuple):
    title: str
    sql: str


CALLS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("timbr_list_ontologies", {}),
    ("timbr_describe", {"ontology": ONTOLOGY, "name": "purchase_order"}),
    ("timbr_read_concept", {"ontology": ONTOLOGY, "name": "country", "filters": {"country_code": "NO"}}),
    (
        "timbr_run_query",
        {
            "ontology": ONTOLOGY,
            "sql": "SELECT `order_number` FROM `dtimbr`.`order` ORDER BY `order_number`",
            "limit": 2,
        },
    ),
)
SQL = (
    Example(
        "A measure, grouped by what lies across a relationship",
        "SELECT `placed_with[supplier].supplier_country` AS country, SUM(`measure.total_spend`) AS spend\n"
        "FROM `dtimbr`.`purchase_order`\n"
        "GROUP BY `placed_with[supplier].supplier_country` ORDER BY spend DESC LIMIT 3",
    ),
    Example(
        "A path of two hops, in place of two joins",
        "SELECT `PO_Number`, `ships_from[port].location_name` AS port,\n"
        "  `ships_from[port].located_in[country].country_name` AS country\n"
        "FROM `dtimbr`.`purchase_order` ORDER BY `po_id` LIMIT 2",
    ),
    Example(
        "A transitive path up to four levels deep, with the level that was reached",
        "SELECT `sku`, `part_of[component*4].sku` AS goes_into,\n"
        "  `part_of[component*4]_transitivity_level` AS level\n"
        "FROM `dtimbr`.`component` WHERE `sku` = 'BRG-22' ORDER BY level, goes_into LIMIT 4",
    ),
    Example(
        "An inverse path: `~` goes a relationship backwards",
        "SELECT `sku`, `quantity`, `~has_line[purchase_order].PO_Number` AS po\n"
        "FROM `dtimbr`.`po_line` ORDER BY `line_id` LIMIT 2",
    ),
    Example(
        "Attributes of the relationship itself: `_` instead of a point",
        "SELECT `supplier_name`, `supplies[product].sku` AS sku, `supplies[product]_unit_price` AS price\n"
        "FROM `dtimbr`.`supplier` WHERE `company_id` = 118 ORDER BY price LIMIT 2",
    ),
    Example(
        "A view",
        "SELECT `port`, `late_shipments` FROM `vtimbr`.`late_inbound_by_port`\n"
        "ORDER BY `late_shipments` DESC, `port` LIMIT 2",
    ),
    Example(
        "An aggregate",
        "SELECT `status`, COUNT(*) AS orders, ROUND(AVG(`total_value`), 2) AS average\n"
        "FROM `dtimbr`.`purchase_order` GROUP BY `status` ORDER BY orders DESC",
    ),
)
REFUSED = (
    "SHOW TOKEN",
    "SELECT 1; SELECT 2",
    "DROP CONCEPT `supplier`",
    "WITH old AS (SELECT 1 AS a) DELETE FROM `dtimbr`.`supplier`",
    "SELECT `sku` INTO backup FROM `dtimbr`.`po_line`",
    "SELECT `sku` FROM `dtimbr`.`po_line` FOR UPDATE",
    "EXPLAIN DELETE FROM `dtimbr`.`po_line`",
    "SELECT SLEEP(60)",
    "SELECT * FROM `/etc/passwd`",
    "SELECT has_line[po_line].sku FROM `dtimbr`.`purchase_order`",
    "SELECT `sku` FROM `dtimbr`.`po_line` WHERE `sku` = 'O\\'Neil'",
    "SHOW GRANTS",
)


def flags_table() -> str:
    """The same statement without flags, and with each of them beside those that it needs."""
    ways: list[tuple[Flag, ...]] = [
        (),
        ("nested",),
        MASTERS,
        *((*MASTERS, flag) for flag in FLAGS[2:]),
        FLAGS,
    ]
    texts = _queried([{"sql": ORDER, "flags": list(flags)} for flags in ways])
    rows = ["| Flag | Header | Needs | What changes | Answer |", "| --- | --- | --- | --- | --- |"]
    for flags, text in zip(ways, texts, strict=True):
        what = _all(flags) if len(flags) in (0, len(FLAGS)) else _one(flags[-1])
        rows.append(f"| {' | '.join(what)} | {_code(text)} |")
    return "\n".join(rows)


def _one(flag: Flag) -> tuple[str, ...]:
    needs = ", ".join(f"`{each}`" for each in FLAGS if each in switched_on([flag])[0] - {flag}) or "-"
    if flag == "format_properties":
        needs = "undocumented without `nested`"
    return f"`{flag}`", f"`{header(flag)}`", needs, CHANGES[flag]


def _all(flags: Sequence[Flag]) -> tuple[str, ...]:
    if flags:
        return "all six", "all six", "-", "all of the above"
    return "none", "-", "-", "one row per combination of related entities, as SQL has it"


def examples() -> str:
    """What there is, a concept, and what can be asked of it, by call or statement and answer."""
    texts = _called([*CALLS, *(("timbr_run_query", {"ontology": ONTOLOGY, "sql": each.sql}) for each in SQL)])
    listed, concept, rows, page = texts[: len(CALLS)]
    parts = [_answer(CALLS[0], listed), _concept(concept), _answer(CALLS[2], rows)]
    for example, text in zip(SQL, texts[len(CALLS) :], strict=True):
        parts.append(f"{example.title}:\n\n```sql\n{example.sql}\n```\n\n```json\n{text}\n```")
    return "\n\n".join([*parts, _answer(CALLS[3], page)])


def _answer(call: tuple[str, Mapping[str, Any]], text: str, aside: str = "") -> str:
    tool, arguments = call
    return f"{_code(f'{tool} {_dumped(arguments)}')}{aside}:\n\n```json\n{text}\n```"


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _concept(text: str) -> str:
    """The description of a concept, cut to its first properties and relationships."""
    told = json.loads(text)
    kept = []
    for part, count in (("properties", 4), ("relationships", 2)):
        rows = told[part]["rows"]
        kept.append(f"{count} of {len(rows)} {part}")
        told[part]["rows"] = rows[:count]
    return _answer(CALLS[1], _dumped(told), f" (shortened: {' and '.join(kept)})")


def refused_table() -> str:
    """Statements that are not sent, and what is said instead."""
    lead = "The statement was not sent: "
    rows = ["| Statement | Why it is not sent, and what to do instead |", "| --- | --- |"]
    texts = _queried([{"sql": sql} for sql in REFUSED], fails=True)
    for sql, text in zip(REFUSED, texts, strict=True):
        message = json.loads(text)["message"]
        assert message.startswith(lead), message
        rows.append(f"| {_code(sql)} | {_escaped(message.removeprefix(lead))} |")
    return "\n".join(rows)


def _queried(ways: Sequence[Mapping[str, Any]], *, fails: bool = False) -> list[str]:
    return _called([("timbr_run_query", {"ontology": ONTOLOGY, **way}) for way in ways], fails=fails)


def _called(calls: Sequence[tuple[str, Mapping[str, Any]]], *, fails: bool = False) -> list[str]:
    """The texts that a model would read."""

    async def made() -> list[str]:
        world = World(Path("nothing-is-downloaded"))
        try:
            answers = [await world.app.call(tool, arguments) for tool, arguments in calls]
        finally:
            await world.app.aclose()
        assert {answer.is_error for answer in answers} == {fails}, answers
        return [answer.text for answer in answers]

    return asyncio.run(made())


def _code(text: str) -> str:
    """Text as it is, in a cell of a table; backticks within need longer ones around."""
    mark = "``" if "`" in text else "`"
    space = " " if "`" in text else ""
    return f"{mark}{space}{_escaped(text)}{space}{mark}"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")
