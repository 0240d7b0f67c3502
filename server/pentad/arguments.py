"""The arguments of an operation: the schema a model is shown and the one place where they are checked."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from pentad.errors import Rejected
from pentad.models import Fields, Page
from pentad.settings import DEFAULT
from pentad.text import nearest, plural, shorten

if TYPE_CHECKING:
    from pentad.operations import AnyOperation

NO_PROBLEMS: Mapping[str, list[str]] = {}
_CONFIG = ConfigDict(extra="forbid", coerce_numbers_to_str=True, arbitrary_types_allowed=False)


@dataclass(frozen=True)
class Arguments:
    """Of the operation's parameters, all but the first, which the server fills and the model never sees.

    `viewable` operations answer with columns; the argument `fields` is added to them here.
    """

    operation: str
    model: type[BaseModel]
    viewable: bool

    @classmethod
    def of(cls, operation: AnyOperation) -> Arguments:
        hints = get_type_hints(operation.fn, include_extras=True)
        _, *rest = inspect.signature(operation.fn).parameters.values()
        fields: dict[str, Any] = {
            p.name: (hints[p.name], ... if p.default is p.empty else p.default) for p in rest
        }
        viewable = get_origin(hints["return"]) is Page
        if viewable:
            fields["fields"] = (Fields, None)
        model = create_model(operation.name, __config__=_CONFIG, **fields)
        return cls(operation.name, model, viewable)

    def schema(self, accounts: Sequence[str] = ()) -> dict[str, Any]:
        """JSON Schema without what costs tokens and tells nothing: titles, null branches, closedness. Where
        there are several accounts, one of them is an argument."""
        schema = {"type": "object", "properties": {}, **_lean(self.model.model_json_schema())}
        if len(accounts) > 1:
            schema["properties"]["account"] = {"type": "string", "enum": list(accounts)}
            if DEFAULT not in accounts:
                schema["required"] = [*schema.get("required", ()), "account"]
        return schema

    def check(
        self, given: Mapping[str, Any], problems: Mapping[str, list[str]] = NO_PROBLEMS
    ) -> dict[str, Any]:
        """The arguments by name, with defaults. Raises Rejected that lists every problem at once, those that
        are known already included."""
        try:
            checked = self.model.model_validate(given)
        except ValidationError as first:
            try:
                checked = self.model.model_validate(_unquoted(given, first))
            except ValidationError as error:
                raise self._refusal(self._told(error) | dict(problems)) from None
        if problems:
            raise self._refusal(dict(problems))
        return {name: getattr(checked, name) for name in self.model.model_fields}

    def _told(self, error: ValidationError) -> dict[str, list[str]]:
        problems: dict[str, list[str]] = {}
        for fault in error.errors(include_url=False, include_context=False):
            at = ".".join(map(str, fault["loc"])) or "arguments"
            problems.setdefault(at, []).append(self._words(fault))
        return problems

    def _refusal(self, problems: dict[str, list[str]]) -> Rejected:
        count = sum(map(len, problems.values()))
        return Rejected(
            f"{self.operation} was not run: {plural(count, 'problem')} with its arguments.",
            problems=dict(sorted(problems.items())),
            outcome="none",
            invalid=True,
        )

    def _words(self, fault: Any) -> str:
        if fault["type"] == "extra_forbidden" and len(fault["loc"]) == 1:
            valid = list(self.model.model_fields)
            near = nearest(str(fault["loc"][0]), valid, 1)
            hint = f"did you mean {near[0]}? " if near else ""
            return f"no such argument; {hint}valid: {', '.join(valid) or 'none'}"
        if fault["type"] == "missing":
            return "is required"
        got = fault.get("input")
        return f"{fault['msg']}" + (f" (got {shorten(repr(got), 60)})" if _plain(got) else "")


def _plain(value: object) -> bool:
    return isinstance(value, str | int | float | bool) or value is None


def _unquoted(given: Mapping[str, Any], error: ValidationError) -> dict[str, Any]:
    """Some models send lists and objects as JSON text; tried only after the plain reading failed."""
    mended = dict(given)
    for fault in error.errors(include_url=False, include_context=False):
        name = str(fault["loc"][0]) if fault["loc"] else ""
        text = mended.get(name)
        if fault["type"] in ("list_type", "dict_type", "model_type") and isinstance(text, str):
            with suppress(ValueError, RecursionError):
                mended[name] = json.loads(text)
    return mended


# What a schema says that a caller can do without: it is checked and explained all the same.
_SILENT = frozenset({"title", "minLength", "maxLength", "minimum"})
# Defaults that anybody would expect.
_PLAIN: tuple[Any, ...] = (None, False, {}, [])
_VERBATIM = frozenset({"default", "enum", "const", "required"})


def _lean(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_lean(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    lean: dict[str, Any] = {}
    for key, value in schema.items():
        if key in ("properties", "$defs"):
            lean[key] = {name: _lean(part) for name, part in value.items()}
        elif key in _VERBATIM and not (key == "default" and value in _PLAIN):
            lean[key] = value
        elif key not in _SILENT | _VERBATIM and not isinstance(value, bool):
            lean[key] = _lean(value)
    return _without_null(lean)


def _without_null(lean: dict[str, Any]) -> dict[str, Any]:
    branches = [branch for branch in lean.pop("anyOf", ()) if branch != {"type": "null"}]
    if len(branches) > 1:
        return lean | {"anyOf": branches}
    return {**branches[0], **lean} if branches else lean
