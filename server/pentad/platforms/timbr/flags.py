"""The six flags that shape an answer: which needs which, and the headers they are sent in.

The vendor's page "API Requirements": the last four take effect only while the first two are on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator

Flag = Literal[
    "nested",
    "format_properties",
    "case_sensitivity",
    "format_booleans",
    "ignore_entity_id",
    "minimize_relationships",
]
FLAGS: tuple[Flag, ...] = get_args(Flag)
MASTERS: tuple[Flag, ...] = ("nested", "format_properties")


def header(flag: Flag) -> str:
    return flag if flag == "nested" else f"api-nested-{flag.replace('_', '-')}"


def _listed(value: Any) -> Any:
    """Other spellings of the same choice: an object of booleans, and the names of the headers."""
    if isinstance(value, Mapping):
        value = [name for name, on in value.items() if on not in (False, None, "false")]
    if not isinstance(value, list):
        return value
    named = {header(flag): flag for flag in FLAGS}
    return [named.get(item, item) if isinstance(item, str) else item for item in value]


Flags = Annotated[list[Flag] | None, BeforeValidator(_listed)]


def switched_on(flags: Iterable[Flag] | None) -> tuple[frozenset[Flag], list[str]]:
    """The flags to send, those included that others need, and remarks on that."""
    asked: frozenset[Flag] = frozenset(flags or ())
    needing = [flag for flag in FLAGS if flag in asked and flag not in MASTERS]
    added: list[Flag] = [flag for flag in MASTERS if needing and flag not in asked]
    notes = []
    if added:
        verb = "needs" if len(needing) == 1 else "need"
        notes.append(f"{', '.join(needing)} {verb} {' and '.join(added)}: switched on too")
    if len(asked) == 1 and "format_properties" in asked:
        notes.append("what format_properties does without nested is not documented")
    return asked.union(added), notes


def headers_of(on: Iterable[Flag]) -> dict[str, str]:
    return {header(flag): "true" for flag in FLAGS if flag in frozenset(on)}
