"""What a call promises while a platform, the network or this machine fails: for each fault and each sort of
operation how it may end, and within how many seconds of the injected clock."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pentad.operations import AnyOperation
from pentad.sandbox import Fault

# read: its first request meets the fault, and every request of it may be repeated. slow: a read that may go
# on over there after a wait in vain. once: a read whose own request starts something, and is not repeated.
# write: carried out by its call. planned: by apply_plan, whose request meets the fault.
Sort = Literal["read", "slow", "once", "write", "planned"]
SORTS: tuple[Sort, ...] = ("read", "slow", "once", "write", "planned")
# Tools that are of another sort than they say, and why.
EXCEPTIONS: Mapping[str, tuple[Sort, str]] = {
    "timbr_describe": ("slow", "its metadata come through statements, which the platform may run on"),
}
_HELPS = re.compile(r"repeat(ing)? (later|after|may)", re.IGNORECASE)


def sort_of(operation: AnyOperation) -> Sort:
    if operation.name in EXCEPTIONS:
        return EXCEPTIONS[operation.name][0]
    if operation.effect != "read":
        return "planned" if operation.reaches else "write"
    if not operation.repeatable:
        return "once"
    return "slow" if operation.slow else "read"


@dataclass(frozen=True)
class Ending:
    """How a call ended: well, or with a kind of error. `helps` is whether its words say that repeating helps;
    `unknown` whether it may have been done all the same."""

    kind: str
    helps: bool = False
    unknown: bool = False

    @classmethod
    def told(cls, answer: Mapping[str, Any]) -> Ending:
        if "error" not in answer:
            return DONE
        helps = _HELPS.search(answer["message"]) is not None
        return cls(answer["error"], helps, answer.get("outcome") == "unknown")


@dataclass(frozen=True)
class Promise:
    """One of these endings, within so many seconds. A call that does well takes up to 10 of them itself, as
    exports and reports are waited for."""

    seconds: float
    endings: frozenset[Ending]

    @property
    def words(self) -> str:
        kinds = sorted({"succeeds" if one == DONE else _words(one) for one in self.endings})
        return f"{' or '.join(kinds)}, {self.seconds:.0f} s"


def _words(ending: Ending) -> str:
    return ending.kind + (", outcome unknown" if ending.unknown else "")


@dataclass(frozen=True)
class Trouble:
    """Something that fails, and what is promised then. A passing `fault` is met by one request and a lasting
    one by all; `ahead` is by how many seconds the platform's time of day is."""

    name: str
    promises: Mapping[Sort, Promise]
    fault: Fault | None = None
    lasting: bool = False
    ahead: float = 0.0
    full: bool = False


DONE = Ending("done")
LATER = Ending("unavailable", helps=True)
LATE = Ending("unavailable")
LIMITED = Ending("rate_limited", helps=True)
GARBLED = Ending("malformed")
REFUSED = Ending("rejected")
STRANGER = Ending("auth_failed")
UNKNOWN = (Ending("unavailable", unknown=True), Ending("unavailable", helps=True, unknown=True))
UNREAD = Ending("malformed", unknown=True)


def within(seconds: float, *endings: Ending) -> Promise:
    return Promise(seconds, frozenset(endings))


def for_all(promise: Promise, **but: Promise) -> Mapping[Sort, Promise]:
    return {sort: but.get(sort, promise) for sort in SORTS}


def for_changes(reads: Promise, once: Promise, changes: Promise, **but: Promise) -> Mapping[Sort, Promise]:
    """Reads alike, those that are asked for once, and changes that do not know what came of them."""
    return for_all(reads, **({"once": once, "write": changes, "planned": changes, **but}))
