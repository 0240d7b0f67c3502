"""Plan, then apply: what reaches people, money or shared state is shown before it is done, and done once."""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pentad.clock import Clock
from pentad.errors import NotFound, Rejected
from pentad.jsontext import dumps
from pentad.text import visible, visible_json

if TYPE_CHECKING:
    from pentad.operations import AnyOperation

LIFE = 600.0
_KEPT = 200
_SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"


def print_of(*parts: Any) -> str:
    """What tells one request from any other."""
    return hashlib.sha256(dumps(parts).encode()).hexdigest()


@dataclass(frozen=True)
class Preview:
    """`will` is one sentence, `slug` its short form for the plan id, `body` what is sent, masked, `undo` how
    it can be undone, `now` what is there at present, where that can be read."""

    will: str
    slug: str
    body: Any
    undo: str
    now: Mapping[str, Any] | None = None

    @property
    def shown(self) -> Preview:
        """As it may be read: what a call is given and what was stored come here uncleaned, and what would be
        cleaned away is sent as well. Sentences stay on their line."""
        now = None if self.now is None else visible_json(self.now)
        will, undo = (" ".join(visible(sentence).split()) for sentence in (self.will, self.undo))
        return Preview(will, self.slug, visible_json(self.body), undo, now)


class Planned(Exception):
    """Raised in place of sending; carries what is shown and the print of the exact request."""

    def __init__(self, preview: Preview, print_: str) -> None:
        super().__init__(preview.will)
        self.preview = preview
        self.print = print_


@dataclass
class Plan:
    """A request that waits for approval, kept on the server so that its arguments are never sent again.
    `request` is the print of the tool call that the user is asked about, once they are."""

    id: str
    operation: AnyOperation
    arguments: Mapping[str, Any]
    owner: str
    account: str
    print: str
    preview: Preview
    expires: float
    state: str = "open"
    request: str = ""

    def forget(self) -> None:
        """Let go of what would be sent, which is about people; that the plan was there stays known."""
        self.arguments, self.preview = {}, replace(self.preview, body=None, now=None)

    def confirm(self, print_: str) -> None:
        """Raise unless the request about to be sent is the one that was shown."""
        if print_ != self.print:
            raise Rejected(
                "What would be sent now differs from what was planned, so nothing was sent. Plan it again.",
                outcome="none",
            )


@dataclass
class Plans:
    """The plans of this process. Used and expired ones are remembered, to say so when they come back."""

    clock: Clock
    kept: OrderedDict[str, Plan] = field(default_factory=OrderedDict[str, Plan])

    def add(
        self,
        operation: AnyOperation,
        arguments: Mapping[str, Any],
        planned: Planned,
        *,
        owner: str,
        account: str,
    ) -> Plan:
        tail = "".join(secrets.choice(_SIGNS) for _ in range(8))
        plan_id = f"{planned.preview.slug}-{tail}"
        expires = self.clock.monotonic() + LIFE
        shown = planned.preview.shown
        plan = Plan(plan_id, operation, dict(arguments), owner, account, planned.print, shown, expires)
        self.kept[plan_id] = plan
        while len(self.kept) > _KEPT:
            self.kept.popitem(last=False)
        return plan

    def tidy(self) -> None:
        """Plans that have expired keep nothing of what they would have sent."""
        now = self.clock.monotonic()
        for plan in self.kept.values():
            if plan.expires <= now and plan.arguments:
                plan.forget()

    def open(self, owner: str) -> list[Plan]:
        """What waits for approval, the oldest first."""
        now = self.clock.monotonic()
        mine = [plan for plan in self.kept.values() if plan.owner == owner]
        return [plan for plan in mine if plan.state == "open" and plan.expires > now]

    def take(self, plan_id: str, owner: str) -> Plan:
        """The plan, used up from now on. Raises for one that is unknown, another's, used or expired."""
        plan = self.look(plan_id, owner)
        plan.state = "applied"
        return plan

    def look(self, plan_id: str, owner: str) -> Plan:
        """The plan, still open. Raises for one that is unknown, another's, used or expired."""
        plan = self.kept.get(plan_id)
        if plan is None or plan.owner != owner:
            raise NotFound(
                f"There is no plan {plan_id[:80]!r} here. Plans live ten minutes in the server that made "
                "them; call the operation again to get a new one.",
                outcome="none",
            )
        if plan.state != "open":
            raise Rejected(
                f"Plan {plan_id} was {plan.state} before and is not carried out twice. "
                "Call the operation again if it is really wanted once more.",
                outcome="none",
            )
        if self.clock.monotonic() >= plan.expires:
            plan.state = "expired"
            raise Rejected(f"Plan {plan_id} expired; nothing was sent. Plan it again.", outcome="none")
        return plan
