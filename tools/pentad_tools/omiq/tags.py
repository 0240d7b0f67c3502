"""Maps that OMIQ may merge or replace, which is unknown: completed before they are sent, compared after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from pentad.secrecy import without_secrets
from pentad.text import clean_json, several, shorten

_TOLD = 6

Tags = Annotated[
    dict[str, str | None],
    Field(min_length=1),
    WithJsonSchema({"type": "object", "description": "Name to text; null removes it."}),
]


def map_in(record: Any, *names: str) -> Mapping[str, Any] | None:
    """The first of these members that is an object; what they are called is not certain."""
    members = record if isinstance(record, Mapping) else {}
    return next((found for name in names if isinstance(found := members.get(name), Mapping)), None)


def completed(there: Mapping[str, Any] | None, given: Mapping[str, Any]) -> dict[str, Any]:
    """What is there with what is given, null removing: right to send whether it is merged or replaces."""
    whole = {**(there or {}), **given}
    return {name: value for name, value in whole.items() if value is not None or name not in given}


def differences(sent: Mapping[str, Any], stored: Mapping[str, Any]) -> list[str]:
    """What is stored otherwise than it was sent, one clause per name; a number counts as its text. `stored`
    is as answers are, so `sent` is looked at like one."""
    return list(_differences(without_secrets(clean_json(dict(sent))), stored))


def _differences(sent: Mapping[str, Any], stored: Mapping[str, Any]) -> Iterator[str]:
    for name in dict.fromkeys((*sent, *stored)):
        if name not in stored:
            yield f"{name!r} was sent and is not stored"
        elif name not in sent:
            yield f"{name!r} was left out and is still stored"
        elif str(sent[name]) != str(stored[name]):
            yield f"{name!r} was sent as {_short(sent[name])} and is stored as {_short(stored[name])}"


def remark(found: Sequence[str]) -> str:
    """The note about differences."""
    return f"what is stored differs from what was sent: {several(found, _TOLD)}"


def _short(value: Any) -> str:
    return shorten(repr(value), 60)
