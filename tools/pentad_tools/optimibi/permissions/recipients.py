"""Whom access and rules are given to: users, business roles and user types, by their names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from pentad.errors import NotFound, Rejected
from pentad.platforms.optimibi import Optimibi
from pentad.text import quoted
from pentad_tools.optimibi.naming import spelt, unknown
from pentad_tools.optimibi.users.people import list_grantable_users, role_kinds

Kind = Literal["user", "role", "user type"]
KINDS: tuple[Kind, ...] = ("user", "role", "user type")
_MOST = 1000
_TYPE = "user type"


@dataclass(frozen=True)
class Recipient:
    name: str
    kind: Kind

    def __str__(self) -> str:
        return f"{self.name} ({self.kind})"

    @property
    def quoted(self) -> str:
        """The same as a sentence may hold it."""
        return f"{quoted(self.name)} ({self.kind})"

    @property
    def code(self) -> int:
        return KINDS.index(self.kind)


@dataclass(frozen=True)
class Directory:
    """Who there is, by kind, as far as the account may know; what is not `complete` may have others."""

    known: Mapping[Kind, frozenset[str]]
    complete: Mapping[Kind, bool]

    def meant(self, optimibi: Optimibi, argument: str, text: str, kind: Kind | None = None) -> Recipient:
        """Who is meant by a name, which may end in its kind, such as `Finance (role)`. Raises NotFound with
        the nearest, and Rejected for a name that several kinds have."""
        word, told = split(text)
        only = kind or told
        kinds: tuple[Kind, ...] = KINDS if only is None else (only,)
        found: dict[Kind, str] = {one: name for one in kinds if (name := spelt(word, self.known[one]))}
        if len(found) > 1:
            which = " or ".join(f"{name} ({one})" for one, name in found.items())
            raise Rejected(
                f"{word!r} is the name of several: say {which}.",
                problems={argument: ["ambiguous"]},
                outcome="none",
            )
        for one, name in found.items():
            return Recipient(name, one)
        if len(kinds) == 1 and not self.complete[kinds[0]]:
            optimibi.call.note(f"whether there is a {kinds[0]} {word!r} could not be checked by this account")
            return Recipient(word, kinds[0])
        noun = kinds[0] if len(kinds) == 1 else "user, role or user type"
        raise unknown(argument, noun, word, (name for one in kinds for name in sorted(self.known[one])))

    def all_meant(self, optimibi: Optimibi, argument: str, texts: Iterable[str]) -> list[Recipient]:
        """The same for several, each once."""
        return list(dict.fromkeys(self.meant(optimibi, argument, text) for text in texts))


def split(text: str) -> tuple[str, Kind | None]:
    """A name, and its kind where it is told behind."""
    word = text.strip()
    for kind in KINDS:
        if word.lower().endswith(f" ({kind})"):
            return word[: -len(kind) - 3].strip(), kind
    return word, None


async def directory(optimibi: Optimibi) -> Directory:
    """Users, roles and user types, anew."""
    users: frozenset[str] = frozenset()
    roles: Mapping[str, str] = {}
    total = -1
    with suppress(Rejected, NotFound):
        page = await list_grantable_users(optimibi, limit=_MOST)
        users = frozenset(str(row["username"]) for row in page.rows if row.get("username"))
        total = len(users) if page.total is None and page.cursor is None else page.total or -1
    with suppress(Rejected, NotFound):
        roles = await role_kinds(optimibi)
    known: dict[Kind, frozenset[str]] = {
        "user": users,
        "role": frozenset(name for name, kind in roles.items() if kind != _TYPE),
        "user type": frozenset(name for name, kind in roles.items() if kind == _TYPE),
    }
    complete: dict[Kind, bool] = {"user": len(users) == total, "role": bool(roles), "user type": bool(roles)}
    return Directory(known, complete)
