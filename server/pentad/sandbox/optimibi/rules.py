"""Data-security rules: which rows and columns of a table who may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pentad.sandbox.dice import Dice
from pentad.sandbox.optimibi.accounts import ADMIN, User
from pentad.sandbox.optimibi.warehouse import quoted

Grant = tuple[str, str]
_ADDED = (ADMIN, "2026-02-03 09:20:00.0")


@dataclass(frozen=True, slots=True)
class Condition:
    """`rows` is what the builder of conditions keeps of one that it made."""

    schema: str
    table: str
    sql: str
    rows: str = ""


@dataclass(frozen=True, slots=True)
class Hidden:
    """`visible` 1: only the listed see the object; 0: the listed do not. No column means the whole table."""

    schema: str
    table: str
    column: str
    visible: str
    grants: tuple[Grant, ...]


@dataclass(frozen=True, slots=True)
class Base:
    """What every rule has. `editable` 0 marks a locked one; `added` and `changed` are by whom and when."""

    key: str
    connection: str
    about: str
    enabled: str = "1"
    editable: str = "1"
    added: tuple[str, str] = _ADDED
    changed: tuple[str, str] | None = None

    def governs(self, connection: str) -> bool:
        return self.connection == connection and self.enabled == "1"

    def kept(self, dice: Dice) -> dict[str, Any]:
        told = {
            "id": rule_id(dice, self.key),
            "dbconn": self.connection,
            "enable": self.enabled,
            "desc": self.about,
            "editable": self.editable,
            "add_by": self.added[0],
            "add_time": self.added[1],
        }
        if self.changed is None:
            return told
        return told | {"update_by": self.changed[0], "update_time": self.changed[1]}


@dataclass(frozen=True, slots=True)
class RowRule:
    """`grants` are names with their kinds: 0 user, 1 role, 2 user type."""

    base: Base
    conditions: tuple[Condition, ...]
    grants: tuple[Grant, ...]

    def shown(self, dice: Dice, *, config: bool, granted: bool) -> dict[str, Any]:
        told = self.base.kept(dice)
        if config:
            told["configList"] = [condition(one) for one in self.conditions]
        return told | ({"grantedList": named(self.grants)} if granted else {})


@dataclass(frozen=True, slots=True)
class ObjectRule:
    base: Base
    objects: tuple[Hidden, ...]

    def shown(self, dice: Dice, *, config: bool, granted: bool) -> dict[str, Any]:
        if not config:
            return self.base.kept(dice)
        return self.base.kept(dice) | {"configList": [_object(one, granted=granted) for one in self.objects]}


ROW_RULES = (
    RowRule(
        Base("north", "retail_dw", "Store managers see the north"),
        (Condition("sales", "store", "\"region\" = 'North'"),),
        (("Store managers", "1"),),
    ),
    RowRule(
        Base("coast", "retail_dw", "and Porto, until handed over"),
        (Condition("sales", "store", "\"city\" = 'Porto'"),),
        (("sokafor", "0"),),
    ),
    RowRule(
        Base("sea", "freight", "Readers without air freight"),
        (Condition("freight", "carrier", "`mode` <> 'air'"),),
        (("SYS_Reader", "2"),),
    ),
    RowRule(
        Base("old", "finance_gl", "Retired rule, kept for the auditors", enabled="0"),
        (Condition("GL", "JOURNAL", '"ACCOUNT_NO" < 4060'),),
        (("Auditors", "1"),),
    ),
)
_STAFF = (("Finance", "1"), ("Administrator", "2"), ("SYS_Creator", "2"))
OBJECT_RULES = (
    ObjectRule(
        Base("cost", "retail_dw", "Cost prices for Finance"),
        (Hidden("sales", "product", "unit_cost", "1", _STAFF),),
    ),
    ObjectRule(
        Base("member", "retail_dw", "No member numbers for readers"),
        (Hidden("sales", "ticket", "member_no", "0", (("SYS_Reader", "2"),)),),
    ),
)


def rule_id(dice: Dice, key: str) -> str:
    return dice.uuid(f"rule:{key}").replace("-", "")


def rule_samples(dice: Dice) -> dict[str, str]:
    return {"row_rule": rule_id(dice, "north"), "object_rule": rule_id(dice, "cost")}


def named(grants: Sequence[Grant]) -> list[dict[str, str]]:
    return [{"name": name, "type": kind} for name, kind in grants]


def condition(one: Condition) -> dict[str, str]:
    told = {"schema": one.schema, "tbname": one.table, "sql": one.sql}
    return told | ({"rows": one.rows} if one.rows else {})


def _object(one: Hidden, *, granted: bool) -> dict[str, Any]:
    parts = [one.schema, one.table, *([one.column] if one.column else [])]
    return {
        "schema": one.schema,
        "tbname": one.table,
        **({"colname": one.column} if one.column else {}),
        "obj_type": "2" if one.column else "1",
        "visible": one.visible,
        "obj_key": quoted(*parts),
        **({"grantedList": named(one.grants)} if granted else {}),
    }


def spelled(sql: str) -> str:
    """A fragment in the dialect of the target database, as our database takes it."""
    return sql.replace("`", '"')


def resolved(sql: str, user: User) -> str:
    """A condition for one user: placeholders stand there without quotes, and literals come in their place."""
    literal = {
        "#{system.username}": _literal(user.username),
        "#{system.business-roles-array}": ", ".join(map(_literal, user.roles)) or "NULL",
    }
    for place, value in literal.items():
        sql = sql.replace(place, value)
    return sql


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True, slots=True)
class Sight:
    """What a user sees of tables. Rules of rows combine with OR; none means no restriction."""

    user: User
    row_rules: Sequence[RowRule]
    object_rules: Sequence[ObjectRule]

    def rows(self, connection: str, schema: str, table: str) -> str:
        """A table as it is seen, for use after FROM."""
        found = [
            f"({spelled(resolved(one.sql, self.user))})"
            for rule in self.row_rules
            if rule.base.governs(connection) and self._meant(rule.grants)
            for one in rule.conditions
            if (one.schema, one.table) == (schema, table)
        ]
        where = ["WHERE", " OR ".join(found)] if found else []
        return " ".join(["(SELECT * FROM", quoted(schema, table), *where, ")"])

    def hidden(self, connection: str, schema: str, table: str) -> set[str]:
        """The columns that are not seen; the empty name stands for the whole table."""
        return {
            one.column
            for rule in self.object_rules
            if rule.base.governs(connection)
            for one in rule.objects
            if (one.schema, one.table) == (schema, table) and self._meant(one.grants) is (one.visible == "0")
        }

    def _meant(self, grants: Sequence[Grant]) -> bool:
        return any(self.user.is_subject(*grant) for grant in grants)
