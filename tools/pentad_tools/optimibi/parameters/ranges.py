"""What a parameter may be set to. Its codes differ between editions, so a range is told by what it holds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from pentad.text import nearest, several, shorten
from pentad_tools.optimibi.files.ranking import plain

# 1, 2 and 9 in the documentation of May 2025; 2, 5 and 9 in the newer one.
_TYPES: Mapping[str, str] = {"1": "number", "5": "number", "2": "text", "9": "date"}
_SQL = "2"
# Codes of each edition: of what values are, and of where they come from. Of the second the older pages have
# samples that differ from their own list.
_KINDS = ({"number": "1", "text": "2", "date": "9"}, {"number": "5", "text": "2", "date": "9"})
_SOURCES = ({"list": "1", "sql": "2", "any": "3"}, {"any": "1", "sql": "2", "list": "3"})
_SELECT = re.compile(r"\s*(?:select|with)\b", re.IGNORECASE)
_DATE = re.compile(
    r"(\d{4})(?:-(\d{2})(?:-(\d{2})"
    r"(?:[ T](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:?\d{2})?)?)?)?"
)
_DATES = "yyyy, yyyy-MM, yyyy-MM-dd, yyyy-MM-dd HH:mm:ss or ISO 8601"
_FEW = 5


@dataclass(frozen=True)
class Range:
    """A parameter with its type (number, text, date) and its values, None where any will do or they are not
    known; `sql` where a statement yields them."""

    name: str
    kind: str
    default: str | None
    values: tuple[str, ...] | None
    sql: bool
    raw: Mapping[str, Any]

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> Range | None:
        """The parameter of a definition; None if it has no name."""
        if not raw.get("name"):
            return None
        detail = raw.get("detail")
        values = _listed(detail)
        sql = values is None and (str(raw.get("type")) == _SQL or bool(_SELECT.match(str(detail or ""))))
        kind = _TYPES.get(str(raw.get("datatype")), "text")
        default = raw.get("default")
        told = None if default in (None, "") else str(default)
        return cls(str(raw["name"]), kind, told, values, sql, raw)

    @property
    def source(self) -> str:
        """Where values come from: sql, a list, or any will do."""
        return "sql" if self.sql else "any" if self.values is None else "list"

    def having(self, rows: Iterable[Any]) -> Range:
        """The same with values that were computed; none means that the platform told none."""
        values = tuple(dict.fromkeys(value for row in rows if (value := _value(row)) is not None))
        return replace(self, values=values or self.values)

    def fitting(self, given: str) -> str | None:
        """The value as the platform spells it; None if it does not fit."""
        if self.values is not None:
            alike = [value for value in self.values if plain(value) == plain(given)]
            return given if given in self.values else alike[0] if len(alike) == 1 else None
        if self.kind == "number":
            return given if _is_number(given) else None
        return given if self.kind != "date" or _is_date(given) else None

    def wrong(self, given: str) -> str:
        """Why a value does not fit, with those that do."""
        said = f"{shorten(given, 60)!r} is"
        if self.values is None:
            return f"{said} no {self.kind}" + (f": write {_DATES}" if self.kind == "date" else "")
        lowered = {value.casefold(): value for value in self.values}
        near = [lowered[one] for one in nearest(given.casefold(), lowered, 3)]
        told = f"the nearest are {', '.join(near)}" if near else f"there are {self.few()}"
        return f"{said} not among its {len(self.values):,} values; {told}"

    def few(self) -> str:
        """The first of its values, in words."""
        return several([shorten(one, 40) for one in self.values or ()], _FEW)

    @property
    def shown(self) -> list[str] | str | None:
        """The same for a table or a record."""
        if self.values is None:
            return "from SQL" if self.sql else None
        rest = len(self.values) - _FEW
        return [*self.values[:_FEW], *([f"…(+{rest:,})"] if rest > 0 else [])]

    def row(self) -> dict[str, Any]:
        """As lists show it; of many values the first."""
        shown = {"name": self.name, "type": self.kind, "default": self.default}
        about = {"values": self.shown, "about": self.raw.get("desc")}
        rest = {name: value for name, value in self.raw.items() if name not in {*shown, "desc"}}
        return shown | about | rest


def ranges_of(rows: Iterable[Mapping[str, Any]]) -> dict[str, Range]:
    """Parameters by name."""
    return {found.name: found for row in rows if (found := Range.of(row))}


def kind_code(kind: str, *, newer: bool) -> str:
    """The code of number, text or date."""
    return _KINDS[newer][kind]


def source_code(source: str, known: Iterable[Range], *, newer: bool) -> str:
    """The code of list, sql or any: the one that stored parameters have for it, else the edition's."""
    own = next((one.raw.get("type") for one in known if one.source == source), None)
    return str(own or _SOURCES[newer][source])


def _listed(detail: Any) -> tuple[str, ...] | None:
    """The values that a definition lists itself, as JSON text or as a list."""
    if isinstance(detail, str) and detail.strip().startswith("["):
        with suppress(ValueError, RecursionError):
            detail = json.loads(detail)
    if not isinstance(detail, list) or not detail:
        return None
    return tuple(dict.fromkeys(value for one in detail if (value := _value(one)) is not None)) or None


def _value(row: Any) -> str | None:
    """Of an object its `value`, else the first thing in it, which a query has as the key."""
    if isinstance(row, Mapping):
        row = row.get("value", next(iter(row.values()), None))
    return None if row is None or isinstance(row, list | Mapping) else str(row)


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def _is_date(text: str) -> bool:
    found = _DATE.fullmatch(text)
    if found is None:
        return False
    year, month, day, hour, minute, second = found.groups()
    try:
        datetime.fromisoformat(
            f"{year}-{month or '01'}-{day or '01'}T{hour or '00'}:{minute or '00'}:{second or '00'}+00:00"
        )
    except ValueError:
        return False
    return True
