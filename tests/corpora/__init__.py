"""What strangers send: a TOML file for each field, in it a table for each kind of entry and a list for each
group, with a comment on what the group is. The summary of a run tells how many there are."""

from __future__ import annotations

import tomllib
from pathlib import Path

Groups = dict[str, list[str]]
_HERE = Path(__file__).parent


def kinds(field: str) -> dict[str, Groups]:
    """The tables of a file, as `{"hostile addresses": {"old_spellings": ["https://127.1/x"]}}`."""
    return tomllib.loads((_HERE / f"{field}.toml").read_text("utf-8"))


def entries(field: str, kind: str) -> list[str]:
    """All entries of one kind, in the order of the file; raises AssertionError for one that stands twice."""
    found = [entry for group in kinds(field)[kind].values() for entry in group]
    assert len(found) == len(set(found)), sorted(entry for entry in set(found) if found.count(entry) > 1)
    return found


def counts() -> str:
    """Such as `241 hostile addresses, 60 good addresses`."""
    fields = sorted(path.stem for path in _HERE.glob("*.toml"))
    found = [(kind, sum(map(len, groups.values()))) for f in fields for kind, groups in kinds(f).items()]
    return ", ".join(f"{count} {kind}" for kind, count in found)
