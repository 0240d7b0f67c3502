"""Items of the repository, whatever form an answer has them in: trees, lists, favourites."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pentad_tools.optimibi.times import told_time

Kind = Literal["report", "folder", "file"]
REPORT = ".datafor"
# Models stand in the repository as folders of this one.
_MODELS = "/etc/mondrian/"
# Members that an item's row has under names of its own, and what says nothing once they are told.
_TOLD = frozenset(
    {"name", "title", "path", "fullPath", "id", "folder", "createdDate", "lastModifiedDate", "lastUse"}
)
# Where the items of an answer, or of a folder in a tree, stand.
_WITHIN = ("children", "data", "rows", "list")


@dataclass(frozen=True)
class Item:
    """A report, folder or file; `raw` is as the platform sent it. The name is the one that people see, and
    `id` the repository's UUID, which favourites do not have."""

    name: str
    path: str
    kind: str
    id: str | None
    raw: Mapping[str, Any]

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> Item | None:
        """The item in an object; None if it has no path."""
        path = raw.get("path") or raw.get("fullPath")
        if not isinstance(path, str) or not path:
            return None
        last = path.rstrip("/").rpartition("/")[2]
        title = raw.get("title") or raw.get("name") or last
        return cls(
            str(title).removesuffix(REPORT) or path,
            path,
            _kind(path, raw.get("folder")),
            str(raw["id"]) if raw.get("id") else None,
            raw,
        )

    @property
    def names(self) -> tuple[str, ...]:
        """What it may be called: its caption, and the name in its path, which a new caption leaves alone."""
        last = self.path.rstrip("/").rpartition("/")[2]
        return tuple(dict.fromkeys((self.name, last.removesuffix(REPORT), last)))

    def row(self) -> dict[str, Any]:
        """Its columns: those that are shown first, then whatever else was sent."""
        told = {
            "name": self.name,
            "kind": self.kind,
            "path": self.path,
            "id": self.id,
            "changed": told_time(self.raw.get("lastModifiedDate")) or told_time(self.raw.get("createdDate")),
            "created": told_time(self.raw.get("createdDate")),
        }
        return told | {name: value for name, value in self.raw.items() if name not in _TOLD}


def _kind(path: str, folder: Any) -> str:
    if path.startswith(_MODELS):
        return "model"
    if path.endswith(REPORT):
        return "report"
    if folder is None:
        # Favourites do not say.
        return "file" if "." in path.rpartition("/")[2] else "folder"
    return "folder" if folder is True or folder == "true" else "file"


def items_in(answer: Any) -> Iterator[Item]:
    """Every item of a tree (`file` and `children`) or of a list, each before what is in it."""
    waiting = [answer]
    while waiting:
        found = waiting.pop()
        if isinstance(found, list):
            waiting += reversed(found)
        elif isinstance(found, Mapping):
            here = found.get("file", found)
            if isinstance(here, Mapping) and (item := Item.of(here)):
                yield item
            waiting += [found[name] for name in _WITHIN if isinstance(found.get(name), list)]
