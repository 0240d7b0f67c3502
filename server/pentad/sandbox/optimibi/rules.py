"""Data-security rules: which rows and columns of a table who may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pentad.sandbox.dice import Dice
from pentad.sandbox.optimibi.accounts import ADMIN, User
from pentad.sandbox.optimibi.warehouse import quoted

Grant = tuple[str, str]


@dataclass(frozen=True, slots=True)
class RowRule:
    """`grants` are names with their kinds: 0 user, 1 role, 2 user type."""

    key: str
    connection: str
    schema: str
    table: str
    sql: str
    about: str
    grants: tuple[Grant, ...]
    enabled: str = "1"


@dataclass(frozen=True, slots=True)
class ObjectRule:
    """`visible` 1: only the listed see the column; 0: the listed do not."""

    key: str
    connection: str
    schema: str
    table: str
    column: str
    visible: str
    about: str
    grants: tuple[Grant, ...]


ROW_RULES = (
    RowRule(
        "north", "retail_dw", "sales", "store", "\"region\" = 'North'", "Store managers see the north",
        (("Store managers", "1"),),
    ),
    RowRule(
        "coast", "retail_dw", "sales", "store", "\"city\" = 'Porto'", "and Porto, until handed over",
        (("sokafor", "0"),),
    ),
    RowRule(
        "sea", "freight", "freight", "carrier", "`mode` <> 'air'", "Readers without air freight",
        (("SYS_Reader", "2"),),
    ),
    RowRule(
        "old", "finance_gl", "GL", "JOURNAL", '"ACCOUNT_NO" < 4060', "Retired rule, kept for the auditors",
        (("Auditors", "1"),), "0",
    ),
)  # fmt: skip
OBJECT_RULES = (
    ObjectRule(
        "cost", "retail_dw", "sales", "product", "unit_cost", "1", "Cost prices for Finance",
        (("Finance", "1"), ("Administrator", "2"), ("SYS_Creator", "2")),
    ),
    ObjectRule(
        "member", "retail_dw", "sales", "ticket", "member_no", "0", "No member numbers for readers",
        (("SYS_Reader", "2"),),
    ),
)  # fmt: skip


def rule_id(dice: Dice, key: str) -> str:
    return dice.uuid(f"rule:{key}").replace("-", "")


def _named(grants: tuple[Grant, ...]) -> list[dict[str, str]]:
    return [{"name": name, "type": kind} for name, kind in grants]


def _kept(dice: Dice, rule: RowRule | ObjectRule, enabled: str) -> dict[str, Any]:
    return {
        "id": rule_id(dice, rule.key),
        "dbconn": rule.connection,
        "enable": enabled,
        "desc": rule.about,
        "editable": "1",
        "add_by": ADMIN,
        "add_time": "2026-02-03 09:20:00.0",
    }


def row_shown(dice: Dice, rule: RowRule, *, config: bool, granted: bool) -> dict[str, Any]:
    shown = _kept(dice, rule, rule.enabled)
    if config:
        shown["configList"] = [condition(rule)]
    return shown | ({"grantedList": _named(rule.grants)} if granted else {})


def condition(rule: RowRule) -> dict[str, str]:
    return {"schema": rule.schema, "tbname": rule.table, "sql": rule.sql}


def grants(rule: RowRule) -> list[dict[str, str]]:
    return _named(rule.grants)


def object_shown(dice: Dice, rule: ObjectRule, *, config: bool, granted: bool) -> dict[str, Any]:
    item: dict[str, Any] = {
        "schema": rule.schema,
        "tbname": rule.table,
        "colname": rule.column,
        "obj_type": "2",
        "visible": rule.visible,
        "obj_key": quoted(rule.schema, rule.table, rule.column),
        **({"grantedList": _named(rule.grants)} if granted else {}),
    }
    return _kept(dice, rule, "1") | ({"configList": [item]} if config else {})


def spelled(sql: str) -> str:
    """A fragment in the dialect of the target database, as our database takes it."""
    return sql.replace("`", '"')


@dataclass(frozen=True, slots=True)
class Sight:
    """What a user sees of tables. Rules of rows combine with OR; none means no restriction."""

    user: User
    row_rules: Sequence[RowRule]
    object_rules: Sequence[ObjectRule]

    def rows(self, connection: str, schema: str, table: str) -> str:
        """A table as it is seen, for use after FROM."""
        found = [
            f"({spelled(rule.sql)})"
            for rule in self.row_rules
            if (rule.connection, rule.schema, rule.table, rule.enabled) == (connection, schema, table, "1")
            and self._meant(rule.grants)
        ]
        where = ["WHERE", " OR ".join(found)] if found else []
        return " ".join(["(SELECT * FROM", quoted(schema, table), *where, ")"])

    def hidden(self, connection: str, schema: str, table: str) -> set[str]:
        """The columns that are not seen."""
        return {
            rule.column
            for rule in self.object_rules
            if (rule.connection, rule.schema, rule.table) == (connection, schema, table)
            and self._meant(rule.grants) is (rule.visible == "0")
        }

    def _meant(self, grants: Sequence[Grant]) -> bool:
        return any(self.user.is_subject(*grant) for grant in grants)
