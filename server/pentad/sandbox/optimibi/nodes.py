"""Items of the repository: folders, and reports with what they stand on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pentad.sandbox.optimibi.accounts import CREATOR, READER, User
from pentad.sandbox.optimibi.acls import EDIT, READ, ROLE, TYPE, Acl, acl, levels

CLOSED = "/public/Finance/Closed"


@dataclass(slots=True)
class Node:
    """`legacy` reports were saved before lineage was kept. `body` is a file as it was uploaded;
    `lists` are the access lists that were written, by the paths of all items."""

    path: str
    id: str
    title: str
    folder: bool
    created: int
    changed: int
    creator: str
    description: str | None = None
    hidden: bool = False
    models: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    legacy: bool = False
    body: bytes | None = None
    lists: Mapping[str, Acl] = field(default_factory=dict[str, Acl], repr=False, compare=False)

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def parent(self) -> str:
        return self.path.rpartition("/")[0] or "/"

    def content(self) -> bytes:
        """A report's file: which models and parameters it uses, and what it shows."""
        if self.body is not None:
            return self.body
        told: dict[str, Any] = {
            "version": "7.04" if self.legacy else "9.2",
            "title": self.title,
            "schemas": list(self.models),
            "parameters": [{"name": name} for name in self.parameters],
            "components": [
                {"id": f"COMP-{self.id[:4].upper()}-{number}", "type": "chart", "schema": model}
                for number, model in enumerate(self.models, 1)
            ],
        }
        return json.dumps(told, ensure_ascii=False).encode()

    def readable(self, user: User) -> bool:
        return bool(self.rights(user))

    def rights(self, user: User) -> set[int]:
        """Permission codes: 0 read, 1 edit, 2 delete, 3 manage permissions, 4 full control."""
        return levels(_governing(self.lists, self.path) or self.seeded_acl, user)

    @property
    def acl(self) -> Acl:
        """Its own list, whether or not it is the one that decides."""
        return self.lists.get(self.path) or self.seeded_acl

    @property
    def seeded_acl(self) -> Acl:
        inherits = _inherited(self.path)
        if self.path.startswith("/home/"):
            return acl(self.id, self.path.split("/")[2], inherits=inherits)
        if f"{self.path}/".startswith(f"{CLOSED}/"):
            return acl(self.id, self.creator, ("Finance", ROLE, READ), inherits=inherits)
        role = "Finance" if "Finance" in self.path else "Store managers"
        types = ((READER, TYPE, READ), (CREATOR, TYPE, EDIT))
        return acl(self.id, self.creator, (role, ROLE, READ), *types, inherits=inherits)


def _inherited(path: str) -> bool:
    """Whether the folder above decides on an item for which no list was written."""
    return path.count("/") > 2 and path != CLOSED


def _governing(written: Mapping[str, Acl], path: str) -> Acl | None:
    """The written list that decides on an item: its own, or that of the folder from which it inherits."""
    while path not in ("", "/"):
        own = written.get(path)
        if own is not None and not own.get("entriesInheriting"):
            return own
        if own is None and not _inherited(path):
            return None
        path = path.rpartition("/")[0]
    return None


@dataclass(slots=True)
class Trashed:
    """An item in the trash, with all that was below it; `at` is epoch milliseconds."""

    nodes: list[Node]
    by: str
    at: int


def access_map(rights: set[int]) -> list[dict[str, Any]]:
    """Flags are text."""
    return [{"name": str(code), "value": "true" if code in rights else "false"} for code in (0, 1, 2, 4)]


def slashed(path: str) -> str:
    """A path as stored, from the slash or the colon form, where a tab stands for a colon; a final slash is
    dropped."""
    plain = path.replace(":", "/").replace("\t", ":") if path.startswith(":") else path
    return plain.rstrip("/") or "/"
