"""Words that the SQL engine and the routes in front of it share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# Rows that are returned where the request does not say how many: a comment in the vendor's own client.
ROW_CAP = 5000


class StatementError(Exception):
    """The engine refuses a statement; `denied` when it is the user's permissions that forbid it."""

    def __init__(self, message: str, *, denied: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.denied = denied


class UnknownOntologyError(StatementError):
    """There is no ontology of that name, or the user may not see it: the two look alike."""


@dataclass(frozen=True)
class User:
    """Whose rows and permissions apply. `token` is what SHOW TOKEN prints for this user."""

    name: str
    email: str
    token: str
    ontologies: frozenset[str]
    schemas: frozenset[str] = frozenset({"timbr", "etimbr", "dtimbr", "vtimbr"})


@dataclass(frozen=True)
class Flags:
    """The six request headers that shape an answer, as sent; which take effect is the engine's business."""

    nested: bool = False
    format_properties: bool = False
    case_sensitivity: bool = False
    format_booleans: bool = False
    ignore_entity_id: bool = False
    minimize_relationships: bool = False

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> Flags:
        """Headers in lower case; a flag is on only where its text is exactly `true`."""
        names = ("format_properties", "case_sensitivity", "format_booleans", "ignore_entity_id")
        dashed = {name: f"api-nested-{name.replace('_', '-')}" for name in (*names, "minimize_relationships")}
        on = {name: headers.get(header) == "true" for name, header in dashed.items()}
        return cls(nested=headers.get("nested") == "true", **on)
