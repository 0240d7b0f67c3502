"""Items of the repository: folders, and reports with what they stand on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from pentad.sandbox.optimibi.accounts import User

CLOSED = "/public/Finance/Closed"


@dataclass(slots=True)
class Node:
    """`legacy` reports were saved before lineage was kept; `linked` ones are not."""

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

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def parent(self) -> str:
        return self.path.rpartition("/")[0] or "/"

    def content(self) -> bytes:
        """A report's file: which models and parameters it uses, and what it shows."""
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
        if self.path.startswith("/home/"):
            return user.admin or self.path.split("/")[2] == user.username
        if self.path == CLOSED or self.path.startswith(f"{CLOSED}/"):
            return user.admin or "Finance" in user.roles
        return True

    def rights(self, user: User) -> set[int]:
        """Permission codes: 0 read, 1 edit, 2 delete, 4 full control."""
        if user.admin or self.path.startswith(f"/home/{user.username}/"):
            return {0, 1, 2, 4}
        return {0, 1} if user.authors and self.readable(user) else {0} if self.readable(user) else set()


def access_map(rights: set[int]) -> list[dict[str, Any]]:
    """Flags are text."""
    return [{"name": str(code), "value": "true" if code in rights else "false"} for code in (0, 1, 2, 4)]


def slashed(path: str) -> str:
    """A path as stored, from the slash or the colon form; a final slash is dropped."""
    plain = path.replace(":", "/") if path.startswith(":") else path
    return plain.rstrip("/") or "/"
