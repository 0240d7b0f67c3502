"""The arguments of an operation: the schema a model is shown and the one place where they are checked."""

from __future__ import annotations

import inspect
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from pentad.errors import Rejected
from pentad.models import Fields, Page
from pentad.settings import DEFAULT
from pentad.text import nearest, plural, shorten

if TYPE_CHECKING:
    from pentad.operations import AnyOperation

NO_PROBLEMS: Mapping[str, list[str]] = {}
# Levels of lists and objects in one argument: what sends them on goes as deep as they do.
_DEEPEST = 200
# Problems that are told one by one; of more, those in the first items of each list and the first members of
# each object, which no operation has more of.
_MANY = 1000
_FIRST = 20
_WIDEST = 100
# Characters of where a problem is; who gives the arguments makes up names.
_PLACE = 200
_CONFIG = ConfigDict(
    extra="forbid", coerce_numbers_to_str=True, allow_inf_nan=False, arbitrary_types_allowed=False
)


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
        problems = {name: [why] for name, value in given.items() if (why := _unsaid(value))} | dict(problems)
        try:
            checked = self.model.model_validate(given)
        except ValidationError as first:
            if first.error_count() > _MANY:
                raise self._overfull(given, first.error_count()) from None
            try:
                checked = self.model.model_validate(_unquoted(given, first))
            except ValidationError as error:
                raise self._refusal(self._told(error) | problems) from None
        if problems:
            raise self._refusal(problems)
        return {name: getattr(checked, name) for name in self.model.model_fields}

    def _overfull(self, given: Mapping[str, Any], count: int) -> Rejected:
        """The refusal of more problems than can be told. Telling a million takes a minute, in which nobody
        is answered: only the first few of all that is given are looked at."""
        problems: dict[str, list[str]] = {}
        try:
            self.model.model_validate(_first_of(given))
        except ValidationError as error:
            problems = self._told(error)
        shallow_first = sorted(problems.items(), key=lambda pair: (pair[0].count("."), pair[0]))
        told = dict(shallow_first[:_FIRST])
        return self._refusal(told or {"arguments": ["what is wrong stands further on"]}, count)

    def _told(self, error: ValidationError) -> dict[str, list[str]]:
        problems: dict[str, list[str]] = {}
        for fault in error.errors(include_url=False, include_context=False):
            at = shorten(".".join(map(str, fault["loc"])), _PLACE) or "arguments"
            problems.setdefault(at, []).append(self._words(fault))
        return problems

    def _refusal(self, problems: dict[str, list[str]], count: int = 0) -> Rejected:
        count = count or sum(map(len, problems.values()))
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


def _unsaid(value: Any) -> str | None:
    """Why a value cannot be sent on as JSON, if it cannot: protocol and Python take more than JSON has."""
    level = [value]
    for _ in range(_DEEPEST):
        if any(isinstance(one, float) and not math.isfinite(one) for one in level):
            return "NaN and infinity are no numbers of JSON"
        level = [part for one in level if isinstance(one, list | dict) for part in _parts(one)]
        if not level:
            return None
    return "is nested too deeply"


def _parts(of: list[Any] | dict[str, Any]) -> Iterable[Any]:
    return of.values() if isinstance(of, dict) else of


def _first_of(value: Any) -> Any:
    """Lists and objects cut to what stands first in them."""
    if isinstance(value, list):
        return [_first_of(item) for item in value[:_FIRST]]
    if isinstance(value, Mapping):
        return {name: _first_of(value[name]) for name in islice(value, _WIDEST)}
    return value


def _unquoted(given: Mapping[str, Any], error: ValidationError) -> dict[str, Any]:
    """Some models send lists and objects as JSON text; tried only after the plain reading failed."""
    mended = dict(given)
    for fault in error.errors(include_url=False, include_context=False):
        name = str(fault["loc"][0]) if fault["loc"] else ""
        text = mended.get(name)
        if fault["type"] in ("list_type", "dict_type", "model_type") and isinstance(text, str):
            with suppress(ValueError, RecursionError):
                meant = json.loads(text)
                mended[name] = text if _unsaid(meant) else meant
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
