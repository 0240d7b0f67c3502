"""Failures on demand: which kinds there are, and which request meets which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase
from typing import Any, Literal, cast, get_args

from pentad.clock import Clock
from pentad.sandbox.dice import Dice

Kind = Literal[
    "status",
    "html",
    "empty",
    "wrong_type",
    "not_json",
    "wrong_shape",
    "delay",
    "trickle",
    "truncate",
    "truncate_json",
    "reset",
    "refuse",
    "slow_connect",
    "expire",
    "lost_answer",
]
KINDS: tuple[str, ...] = get_args(Kind)
_BEFORE_CONNECTED = ("refuse", "slow_connect")


@dataclass(slots=True)
class Fault:
    """One failure and the requests it is meant for.

    `path` is a pattern of shell style that `*` crosses slashes in. The first `skip` matching requests
    pass unharmed, the next `times` meet the fault (None: all of them); `chance` is the share of them that
    meet it, by dice. `delay` is in seconds.

    status: the platform's own error body under `status` (503). html: a gateway's page (502).
    empty: `status` (200) without a body. wrong_type: the true body called text/plain. not_json: prose
    called JSON. wrong_shape: `body` (a JSON string) in place of the answer. delay: the work is done,
    the answer's first byte waits. trickle: `after_bytes` (16) bytes at a time, `delay` between them.
    truncate: ends after `after_bytes` (half) of what Content-Length promises. truncate_json: the same
    cut, but well framed. reset: before anything is done, or after `after_bytes` of the answer.
    refuse, slow_connect: before there is a connection. expire: the credential presented is refused;
    with `sticky` it stays refused. lost_answer: the work is done, then the connection breaks.

    `headers` are added to whatever is answered, and `body` replaces the body of the kinds that make
    one up.
    """

    kind: Kind
    method: str | None = None
    path: str = "*"
    times: int | None = 1
    skip: int = 0
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: str | None = None
    delay: float = 1.0
    after_bytes: int | None = None
    sticky: bool = False
    chance: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind {self.kind!r}; known: {', '.join(KINDS)}")

    @classmethod
    def from_json(cls, data: Any) -> Fault:
        """Raises ValueError that names what is wrong."""
        if not isinstance(data, dict) or "kind" not in data:
            raise ValueError("a fault is an object with at least a kind")
        members = cast("dict[str, Any]", data)
        known = {member.name for member in fields(cls)}
        unknown = sorted(set(members) - known)
        if unknown:
            raise ValueError(f"unknown members {', '.join(unknown)}; known: {', '.join(sorted(known))}")
        return cls(**members)

    def suits(self, method: str, path: str) -> bool:
        return self.method in (None, method) and fnmatchcase(path, self.path)


class Faults:
    """The failures still to come, in the order they were added; the first that suits is met. `dice` decide
    about those that are left to chance."""

    def __init__(self) -> None:
        self._pending: list[Fault] = []
        self._rolls = 0
        self.dice = Dice(1)
        self.expired: set[str] = set()

    def __len__(self) -> int:
        return len(self._pending)

    def add(self, fault: Fault) -> Fault:
        self._pending.append(fault)
        return fault

    def clear(self) -> None:
        self._pending.clear()
        self.expired.clear()

    def take(self, method: str, path: str, *, connected: bool = True) -> Fault | None:
        """The fault that this request meets; asked once before and once after connecting."""
        for fault in list(self._pending):
            if (fault.kind in _BEFORE_CONNECTED) == connected or not fault.suits(method, path):
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            if fault.chance < 1 and not self._hit(fault.chance):
                continue
            self._count(fault)
            return fault
        return None

    def _hit(self, chance: float) -> bool:
        self._rolls += 1
        return self.dice.number(str(self._rolls), 1, 1_000_000) <= chance * 1_000_000

    def _count(self, fault: Fault) -> None:
        if fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                self._pending.remove(fault)

    async def connecting(self, method: str, path: str, clock: Clock) -> None:
        """Raises ConnectionRefusedError, or takes its time."""
        fault = self.take(method, path, connected=False)
        if fault is None:
            return
        if fault.kind == "refuse":
            raise ConnectionRefusedError
        await clock.sleep(fault.delay)
