"""One tool call on its way: how long it may take, what it tells while it waits, what it remarks."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pentad.clock import Clock
from pentad.jsontext import dumps
from pentad.results.record import NOWHERE, Origin
from pentad.secrecy import SECRET
from pentad.settings import DEFAULT

if TYPE_CHECKING:
    from pentad.consent.plans import Plan
    from pentad.operations import AnyOperation

# Hosts give up at about 60 s; an answer of some kind leaves before that.
PATIENCE = 45.0

Progress = Callable[[float, float | None, str], Awaitable[None]]


@dataclass
class Call:
    """State of one call, made for `account`. `operation` is the one that is carried out, which another may
    have called; `origin` is how its results are made anew; `images` are PNGs that go with the answer;
    `patience` is in seconds; `hidden` are secrets that it was given for the platform; `id` names it in the
    log, in the audit and to the platform, which was asked `tries` times.

    `plan` is set while a plan is applied, and `asked` if the user themselves said yes to it; `planned` when
    one was made; `planless` where the user wants none; `can_ask` where the client can ask its user;
    `unfinished` if the same call is to be made again, to go on with what this one began; `acted` once a
    platform may have begun to change or spend something.
    """

    clock: Clock
    progress: Progress | None = None
    operation: AnyOperation | None = None
    plan: Plan | None = None
    notes: list[str] = field(default_factory=list[str])
    hidden: list[str] = field(default_factory=list[str], repr=False)
    images: list[bytes] = field(default_factory=list[bytes])
    planless: bool = False
    can_ask: bool = False
    asked: bool = False
    unfinished: bool = False
    acted: bool = False
    planned: Plan | None = None
    account: str = DEFAULT
    origin: Origin = NOWHERE
    patience: float = PATIENCE
    deadline: float = 0.0
    id: str = field(default_factory=lambda: secrets.token_hex(6))
    tries: int = 0

    def __post_init__(self) -> None:
        self.deadline = self.clock.monotonic() + self.patience

    def left(self) -> float:
        """Seconds until an answer is due; never negative."""
        return max(0.0, self.deadline - self.clock.monotonic())

    def note(self, remark: str) -> None:
        """Add a remark to the answer, once."""
        if remark not in self.notes:
            self.notes.append(remark)

    def hide(self, secret: str) -> None:
        """Have a secret taken out of whatever this call answers."""
        self.hidden.append(secret)

    def told(self, text: str) -> str:
        """The JSON text of an answer without what is hidden."""
        for secret in self.hidden:
            text = text.replace(dumps(secret)[1:-1], SECRET)
        return text

    async def report(self, done: float, total: float | None, message: str) -> None:
        """Tell the host how far the work is, where it asked to be told."""
        if self.progress is not None:
            await self.progress(done, total, message)

    async def wait(self, seconds: float, why: str) -> None:
        """Sleep, remarking on waits long enough to be noticed."""
        if seconds >= 1:
            await self.report(0, None, f"waiting {seconds:.0f} s: {why}")
            self.note(f"waited {seconds:.0f} s: {why}")
        await self.clock.sleep(seconds)


class Unfinished(Exception):
    """What was begun goes on after this call: `members` are the answer, `advice` says how to go on."""

    def __init__(self, members: Mapping[str, Any], advice: str) -> None:
        super().__init__(advice)
        self.members = members
        self.advice = advice


JsonObject = dict[str, Any]
