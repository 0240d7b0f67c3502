"""What an operation says of itself, in the columns that are searched."""

from __future__ import annotations

import inspect
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin, get_type_hints

from pydantic.fields import FieldInfo

from pentad.index.words import words

if TYPE_CHECKING:
    from pentad.operations import AnyOperation

# Arguments that mean the same everywhere tell nothing about an operation.
_COMMON = frozenset({"limit", "cursor", "fields", "account"})
_NAME = re.compile(r"[a-z]+(?:_[a-z]+)+")
# What an operation is not, or has not.
_DENIED = re.compile(r"\b(?:no|not|none)\b(?:\s+\w+)?", re.IGNORECASE)
_CLAUSE = re.compile(r"[:;(]|\.(?:\s|$)")


@dataclass(frozen=True)
class Texts:
    """`gives` is what a docstring begins with: what comes back, or what is done. `does` is the rest of it."""

    name: str
    gives: str
    does: str
    takes: str
    area: str

    @classmethod
    def of(cls, operation: AnyOperation, names: Collection[str]) -> Texts:
        """`names` are those of all operations: words that point to another one are not about this one."""
        said = _NAME.sub(lambda found: "" if found[0] in names else found[0], operation.description)
        said = _DENIED.sub("", said)
        end = _CLAUSE.search(said)
        at = end.start() if end else len(said)
        name = operation.fn.__name__.replace("_", " ")
        takes = " ".join(_arguments(operation))
        words = operation.fn.__module__.replace("_", " ").split(".")[2:]
        return cls(name, said[:at], said[at:], takes, " ".join(words))

    @cached_property
    def forms(self) -> Mapping[str, Collection[str]]:
        """Words as they are spelt, by column."""
        return {"name": frozenset(words(self.name)), "gives": frozenset(words(self.gives))}


def area_of(operation: AnyOperation) -> str:
    """The part of its platform that an operation belongs to."""
    return operation.fn.__module__.split(".")[2]


def _arguments(operation: AnyOperation) -> Iterator[str]:
    """Names, descriptions and alternatives, from the signature: argument models take a millisecond each."""
    hints = get_type_hints(operation.fn, include_extras=True)
    _, *names = inspect.signature(operation.fn).parameters
    for name in names:
        if name not in _COMMON:
            yield name.replace("_", " ")
            yield from _said(hints[name])


def _said(hint: Any) -> Iterator[str]:
    for mark in getattr(hint, "__metadata__", ()):
        if isinstance(mark, FieldInfo) and mark.description:
            yield mark.description
    if get_origin(hint) is Literal:
        yield " ".join(map(str, get_args(hint)))
    else:
        for part in get_args(hint):
            yield from _said(part)
