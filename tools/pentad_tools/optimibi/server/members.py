"""Members of stored settings: which there are, and values in the kind that is stored."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from pentad.errors import Rejected
from pentad.secrecy import SECRET, named
from pentad.text import whole_number
from pentad_tools.optimibi.naming import unknown

_MOST = 100
# Keys of settings are words of their own, unlike members of objects, where `token` alone means a secret.
_CREDENTIAL = re.compile(r"(?:token|key|secret|password|passwd|pwd|credentials?)$", re.IGNORECASE)
_FLAGS = (("0", "1"), ("false", "true"))


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


# Settings are texts, also where they mean numbers or flags.
SettingText = Annotated[
    str, BeforeValidator(_text), Field(max_length=4000), WithJsonSchema({"type": "string"})
]
SettingTexts = Annotated[
    dict[str, SettingText], Field(min_length=1, max_length=_MOST), WithJsonSchema({"type": "object"})
]
Members = Annotated[dict[str, Any], Field(min_length=1, max_length=_MOST), WithJsonSchema({"type": "object"})]


def refused(argument: str, problem: str) -> Rejected:
    """What an argument asks for and cannot have; nothing was sent."""
    return Rejected(f"{argument}: {problem}.", problems={argument: [problem]}, outcome="none")


def holds_secret(name: str) -> bool:
    """Whether a setting of that name is a credential."""
    return _CREDENTIAL.search(name) is not None or named([name])


def without_credentials(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {name: SECRET if value and holds_secret(name) else value for name, value in settings.items()}


def require_known(
    argument: str, given: Iterable[str], told: Collection[str], documented: Collection[str] = ()
) -> str:
    """Raises for a name that is neither told by the server nor documented, and for a credential. What is
    documented and not told can be written all the same; answers with the words for a plan that say so."""
    for name in given:
        if holds_secret(name):
            raise refused(argument, f"{name} is a secret, which must not pass through a model")
        if name not in told and name not in documented:
            raise unknown(argument, "setting", name, [*told, *documented])
    untold = ", ".join(name for name in given if name not in told)
    return f" The server tells no {untold} at present." if untold else ""


def switched(value: Any, stored: Any, argument: str) -> Any:
    """A flag in the spelling that is stored: true, "true" or "1"; the last where none is. Raises Rejected."""
    word = str(value).lower()
    if word not in ("0", "1", "false", "true"):
        raise refused(argument, f"{value!r:.60} is neither on nor off, such as true and false")
    on = word in ("1", "true")
    if isinstance(stored, bool):
        return on
    return next((pair for pair in _FLAGS if stored in pair), _FLAGS[0])[on]


def alike(value: Any, stored: Any, argument: str) -> Any:
    """The value in the kind that is stored: one text as a list of one, numbers as text or text as
    numbers, objects completed with what is stored. Raises Rejected where it cannot be."""
    if isinstance(stored, bool):
        told = switched(value, stored, argument)
    elif isinstance(stored, Mapping) and isinstance(value, Mapping):
        told = {**stored, **value}
    elif isinstance(stored, list) and isinstance(value, str):
        told = [value]
    elif isinstance(stored, int) and (number := whole_number(value)) is not None:
        told = number
    else:
        told = _text(value) if isinstance(stored, str) else value
    if stored is not None and type(told) is not type(stored):
        kind = _KINDS.get(type(stored), "value of its own kind")
        raise refused(argument, f"what is stored is a {kind}, so that {value!r:.60} cannot take its place")
    return told


_KINDS: Mapping[type, str] = {str: "text", int: "number", list: "list", dict: "object"}
