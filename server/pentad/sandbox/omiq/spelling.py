"""JSON whose numbers keep their spelling: 1.10 stays 1.10, and integers stay exact."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypeGuard

_MARKED = re.compile(r'"\\u0000([^"\\]*)\\u0000"')


def loads(text: bytes | str) -> Any:
    """Numbers with a point or an exponent become Decimal. Raises ValueError when it is not JSON."""
    return json.loads(text, parse_float=Decimal)


def dumps(value: Any) -> bytes:
    return _MARKED.sub(r"\1", json.dumps(value, ensure_ascii=False, default=_spelt)).encode()


def _spelt(value: object) -> str:
    if isinstance(value, Decimal):
        return f"\0{value}\0"
    raise TypeError(type(value).__name__)


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def same(one: object, other: object) -> bool:
    """Equal as JSON: the order of members is free, digits are not (1.1 is not 1.10, true is not 1)."""
    if type(one) is not type(other):
        return False
    if isinstance(one, Decimal) and isinstance(other, Decimal):
        return one.as_tuple() == other.as_tuple()
    if is_object(one) and is_object(other):
        return one.keys() == other.keys() and all(same(part, other[name]) for name, part in one.items())
    if is_list(one) and is_list(other):
        return len(one) == len(other) and all(same(*pair) for pair in zip(one, other, strict=True))
    return one == other


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; whatever else is in it, or in its place, counts as nothing."""
    return [item for item in value if is_object(item)] if is_list(value) else []


def member_object(value: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A member that should be an object; empty when it is absent or something else."""
    found = value.get(name)
    return found if is_object(found) else {}
