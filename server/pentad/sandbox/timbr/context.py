"""What a route's function is given, and how request headers and bodies are read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from pentad.sandbox.asgi import Call, dumps
from pentad.sandbox.timbr.access import Account
from pentad.sandbox.timbr.refusals import RefusalError
from pentad.sandbox.timbr.state import State
from pentad.sandbox.timbr.terms import ROW_CAP, Flags, UnknownOntologyError, User


@dataclass(frozen=True, slots=True)
class Work:
    """An answer that the platform works on: its JSON value, and for how many seconds at pace 1."""

    value: Any
    seconds: float


@dataclass(frozen=True, slots=True)
class Context:
    call: Call
    state: State
    account: Account
    args: Mapping[str, str]
    now: float

    @property
    def user(self) -> User:
        return self.account.user(self.state.engine.ontologies)

    @property
    def flags(self) -> Flags:
        return Flags.of(self.call.headers)

    def number(self, header: str, default: int) -> int:
        given = self.call.headers.get(header, str(default))
        if not re.fullmatch("[0-9]{1,9}", given):
            raise RefusalError(400, f"{header} must be a whole number")
        return int(given)

    @property
    def cap(self) -> int:
        return self.number("results-limit", ROW_CAP)

    def members(self) -> dict[str, Any]:
        try:
            body = self.call.json()
            dumps(body)  # half a surrogate pair can be read but not answered
        except (ValueError, RecursionError) as error:
            raise RefusalError(400, "The body is not valid JSON") from error
        if not isinstance(body, dict):
            raise RefusalError(400, "The body must be a JSON object")
        return cast("dict[str, Any]", body)

    def text(self, name: str) -> str:
        value = self.members().get(name)
        if not isinstance(value, str) or not value.strip():
            raise RefusalError(400, f"{name} must not be empty")
        return value

    def seen(self, ontology: str) -> str:
        """The name again; raises UnknownOntologyError when the user does not see it."""
        if ontology not in self.user.ontologies:
            raise UnknownOntologyError(f"Ontology {ontology} does not exist")
        return ontology

    def administer(self) -> None:
        if not self.account.admin:
            raise RefusalError(403, f"User {self.account.name} is not an administrator")
