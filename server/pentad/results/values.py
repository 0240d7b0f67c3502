"""Values of DuckDB as JSON without loss.

A type is cast to one that crosses into Python exactly, then turned into JSON. Numbers stay numbers, exact
decimals and integers of any size included; NaN and the infinities are text, as JSON has no such numbers.
Times are ISO 8601 text, bytes base64, lists, structs and maps nest, JSON stays what it is.
"""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from pentad import jsontext

if TYPE_CHECKING:
    from duckdb.sqltypes import DuckDBPyType

_INTEGERS = ("tinyint", "smallint", "integer", "bigint", "hugeint")
_NUMBERS = frozenset({*_INTEGERS, *(f"u{name}" for name in _INTEGERS), "decimal", "boolean"})
_FLOATS = frozenset({"float", "double"})
_ZONED = "timestamp with time zone"
_PLAIN = frozenset({"varchar", "blob"}) | _NUMBERS | _FLOATS

Convert = Callable[[Any], Any]


def crossing(kind: DuckDBPyType) -> str:
    """The SQL type a value is cast to before it leaves DuckDB."""

    def leaf(kind: DuckDBPyType) -> str:
        if kind.id in ("variant", "union", "tuple"):
            return "JSON"
        return str(kind) if kind.id in _PLAIN else "VARCHAR"

    return rebuilt(kind, leaf)


def rebuilt(kind: DuckDBPyType, leaf: Callable[[DuckDBPyType], str]) -> str:
    """The type in SQL with others at its ends, in any depth; maps have keys of text."""
    match kind.id:
        case "list" | "array":
            return f"{rebuilt(children(kind)['child'], leaf)}[]"
        case "struct":
            members = (f"{quoted(name)} {rebuilt(of, leaf)}" for name, of in children(kind).items())
            return f"STRUCT({', '.join(members)})"
        case "map":
            return f"MAP(VARCHAR, {rebuilt(children(kind)['value'], leaf)})"
    return leaf(kind)


def converter(kind: DuckDBPyType) -> Convert:
    """What makes JSON of a value that has crossed."""
    match kind.id:
        case "list" | "array":
            one = converter(children(kind)["child"])
            return _unless_null(lambda items: [one(item) for item in items])
        case "struct":
            members = {name: converter(of) for name, of in children(kind).items()}
            return _unless_null(lambda value: {name: to(value[name]) for name, to in members.items()})
        case "map":
            of = converter(children(kind)["value"])
            return _unless_null(lambda value: {str(key): of(item) for key, item in value.items()})
        case "variant" | "union" | "tuple":
            return _unless_null(_json)
    if str(kind) == "JSON":
        return _unless_null(_json)
    return _unless_null(_SCALARS.get(kind.id, _as_is))


def children(kind: DuckDBPyType) -> Mapping[str, DuckDBPyType]:
    """The types within a nested type: `child` of a list, `key` and `value` of a map, members by name."""
    return dict(cast("list[tuple[str, DuckDBPyType]]", kind.children))


def quoted(name: str) -> str:
    """A name in SQL."""
    return '"' + name.replace('"', '""') + '"'


def _unless_null(convert: Convert) -> Convert:
    return lambda value: None if value is None else convert(value)


def _as_is(value: Any) -> Any:
    return value


def _json(text: str) -> Any:
    """JSON text that is deeper than this side can walk stays text."""
    try:
        return jsontext.loads(text)
    except ValueError:
        return text


def _float(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _bytes(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _time(text: str) -> str:
    """`2024-01-31 12:00:00+00` as `2024-01-31T12:00:00Z`; infinity and years before Christ stay words."""
    return re.sub(r"\+00$", "Z", text.replace(" ", "T", 1)) if text[:4].isdecimal() else text


def _decimal(value: Decimal) -> Decimal:
    return Decimal(f"{value:f}")


_TIMES = ("timestamp", "timestamp_s", "timestamp_ms", "timestamp_ns", _ZONED)
_SCALARS: dict[str, Convert] = {
    "float": _float,
    "double": _float,
    "blob": _bytes,
    "decimal": _decimal,
    **dict.fromkeys(_TIMES, _time),
}
