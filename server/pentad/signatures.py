"""An operation as one line that a caller can use: its arguments, and what a call does and costs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pentad.text import shorten

if TYPE_CHECKING:
    from pentad.operations import AnyOperation
    from pentad.settings import Settings

REQUIRED = "*"
ROOM = 220
_WORDS = 105
_SETTING = re.compile(r"PENTAD_[A-Z_]+(?:=[\w,*-]+)?")
# A text is what an argument is unless something else is said.
_SAID: Mapping[str, str] = {"boolean": "bool", "string": ""}


def signature(operation: AnyOperation, accounts: Sequence[str] = (), room: int = ROOM) -> str:
    """Such as `claribi_get_report(report_id*)`: every argument, the required ones marked, in as much detail
    as fits into `room` characters; the names are there in any case."""
    schema = operation.arguments.schema(accounts)
    forms = [_Form(schema, *detail).line(operation.name) for detail in _DETAILS]
    return next((line for line in forms if len(line) <= room), forms[-1])


def brief(operation: AnyOperation, accounts: Sequence[str] = ()) -> str:
    """The required arguments alone; an ellipsis stands for the others."""
    schema = operation.arguments.schema(accounts)
    required = [f"{name}{REQUIRED}" for name in schema.get("required", ())]
    rest = ["…"] if len(schema["properties"]) > len(required) else []
    return f"{operation.name}({', '.join([*required, *rest])})"


def terms(operation: AnyOperation, settings: Settings) -> str:
    """Effect and cost of a call in a few words, and what turns it on where it is off."""
    effect = str(operation.effect)
    if operation.reaches and operation.platform:
        previewed = "previewed first, " if settings.confirm != "never" else ""
        effect += f", {previewed}reaches {operation.reaches}"
    if operation.spends:
        effect += f", spends {'model calls' if operation.spends == 'model' else operation.spends}"
    why = settings.forbids(operation)
    if why is not None:
        return f"{effect}; off: {' '.join(_SETTING.findall(why)) or shorten(why, 60)}"
    return f"{effect}; a tool of its own" if operation.core and operation.platform is None else effect


@dataclass(frozen=True)
class _Form:
    """How a schema is written: how many alternatives are shown, how deep, and whether required objects that
    no schema describes are explained in words."""

    schema: Mapping[str, Any]
    most: int
    depth: int
    explained: bool

    def line(self, name: str) -> str:
        return f"{name}({self._members(self.schema, self.depth)})"

    def _members(self, schema: Mapping[str, Any], depth: int) -> str:
        required = schema.get("required", ())
        parts = []
        for name, part in schema.get("properties", {}).items():
            kind = self._kind(part, depth - 1) if depth else ""
            said = part.get("description") if self.explained and name in required else None
            if said and kind.endswith("object"):
                kind = f"{kind} ({shorten(said, _WORDS)})"
            parts.append(f"{name}{REQUIRED * (name in required)}{kind and f': {kind}'}")
        return ", ".join(parts)

    def _kind(self, part: Mapping[str, Any], depth: int) -> str:
        part = self._resolved(part)
        if "anyOf" in part:
            kinds = [self._kind(branch, depth) or "text" for branch in part["anyOf"]]
            return " or ".join(dict.fromkeys(kinds))
        if "enum" in part or "const" in part:
            return self._alternatives(part.get("enum") or [part["const"]])
        plain = str(part.get("type", "any"))
        if plain == "array":
            inner = self._kind(part.get("items", {"type": "string"}), depth)
            return f"list of {inner}" if inner else "list"
        if part.get("properties"):
            return f"{{{self._members(part, depth)}}}" if depth > 0 else "{…}"
        if plain in ("integer", "number"):
            return _bounds(part) or plain
        return _SAID.get(plain, plain)

    def _resolved(self, part: Mapping[str, Any]) -> Mapping[str, Any]:
        reference = part.get("$ref")
        return self.schema["$defs"][str(reference).rpartition("/")[2]] if reference else part

    def _alternatives(self, values: Sequence[Any]) -> str:
        shown = "|".join(map(str, values[: self.most]))
        return f"{shown}|…" if len(values) > self.most else shown


# Each with less detail than the one before: alternatives, depth, words.
_DETAILS = ((6, 3, True), (6, 3, False), (3, 1, False), (0, 0, False))


def _bounds(part: Mapping[str, Any]) -> str:
    least = part.get("minimum", part.get("exclusiveMinimum"))
    most = part.get("maximum", part.get("exclusiveMaximum"))
    if least is None and most is None:
        return ""
    if most is None:
        return f"from {least}"
    return f"to {most}" if least is None else f"{least}-{most}"
