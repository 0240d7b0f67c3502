"""Long operations: any answer can be a ticket. It is followed while the call lasts, and by the next call for
the same thing after that; what it stands for is never begun a second time."""

from __future__ import annotations

import copy
import re
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

import httpx2 as httpx

from pentad import jsontext
from pentad.call import Unfinished
from pentad.consent.plans import print_of
from pentad.errors import Malformed, NotFound, PlatformError, Rejected
from pentad.http.answers import Disguised, given
from pentad.http.asking import Asking, Decode
from pentad.http.client import Client
from pentad.http.connection import Connection
from pentad.http.errand import NOTHING, Extra, Spill
from pentad.operations import Route

POLL = "GET /longops/{longOpId}"
_KEPT = 50
# A ticket is a short object; a longer one is not looked at twice.
_SHORT = 2**14
# It is asked for by address and told to the model, so that it must be an id and nothing else.
_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True)
class Ticket:
    """Work that OMIQ does in the background."""

    id: str


@dataclass(frozen=True)
class Look:
    """One look at it: `body` is what the first call would have answered, `error` why there is none."""

    body: bytes | None = None
    error: str | None = None

    @property
    def ended(self) -> bool:
        return self.body is not None or self.error is not None


def tickets(connection: Connection) -> OrderedDict[str, Ticket]:
    """What was begun and not collected, by the print of the request that began it."""
    found: OrderedDict[str, Ticket] = connection.memory.setdefault("tickets", OrderedDict())
    while len(found) > _KEPT:
        found.popitem(last=False)
    return found


def pending_in(connection: Connection) -> list[str]:
    return [ticket.id for ticket in tickets(connection).values()]


class Ticketed(Client):
    """A client whose answers may be tickets."""

    async def ask(
        self,
        values: Mapping[str, Any],
        decode: Decode,
        body: Any = None,
        extra: Extra = NOTHING,
        spill: Spill | None = None,
    ) -> Any:
        print_ = print_of(self.connection.identity, self.operation.name, given(values), body)
        # Whoever asks for the same at the same time waits, and finds the ticket.
        async with nullcontext() if self.operation.free else self.connection.turn(print_):
            ticket = tickets(self.connection).get(print_)
            if ticket is None:
                answer = await super().ask(values, _or_ticket(decode), body, extra, spill)
                if not isinstance(answer, Ticket):
                    return answer
                tickets(self.connection)[print_] = ticket = answer
        try:
            return decode(await self._collected(print_, ticket))
        except Disguised as fault:
            raise self.refusal(200, fault.explained, values) from None

    async def look(self, ticket: str) -> Look:
        """Whether a long operation has ended, and how. Raises NotFound for a ticket that nobody knows."""
        asking = copy.copy(self)
        route = Route.parse(POLL)
        asking.operation = replace(
            self.operation, route=route, effect="read", spends=None, slow=None, retry_safe=None
        )
        look: Look = await Asking.ask(asking, {"longOpId": ticket}, _seen)
        return look

    async def settled(self, ticket: str) -> dict[str, Any]:
        """What a long operation came to, exactly. Raises Unfinished while it runs, Rejected if it failed."""
        return dict(jsontext.exact((await self._ended(Ticket(ticket))).content))

    async def _collected(self, print_: str, ticket: Ticket) -> httpx.Response:
        """What the first answer would have been, once it is there. Raises Unfinished while it is not."""
        try:
            answer = await self._ended(ticket)
        except (NotFound, Rejected):
            tickets(self.connection).pop(print_, None)
            raise
        tickets(self.connection).pop(print_, None)
        return answer

    async def _ended(self, ticket: Ticket) -> httpx.Response:
        try:
            look = await self.poll(
                lambda: self.look(ticket.id), lambda seen: None if seen.ended else "it is still running"
            )
        except NotFound as error:
            error.message = f"{self.label} does not know the long operation {ticket.id[:40]!r} any more."
            raise self._about_writes(error) from None
        except PlatformError as error:
            raise self._about_writes(error) from None
        if look is None or not look.ended:
            raise Unfinished(*self._told(ticket))
        if look.body is None:
            refused = f"{self.label} began {self.operation.name}, and it failed there; change the request."
            raise Rejected(refused, quote=look.error)
        return httpx.Response(200, content=look.body)

    def _told(self, ticket: Ticket) -> tuple[dict[str, Any], str]:
        again = "call again with the same arguments, which does not begin it anew"
        if self.call.plan is not None:
            again = f"ask with omiq_get_long_operation {ticket.id!r}; do not plan it again"
        return {"ticket": ticket.id, "status": "running"}, f"still running on the platform: {again}"

    def _about_writes(self, error: PlatformError) -> PlatformError:
        """What failed is only the look: a change has been begun."""
        if self.operation.effect != "read":
            begun = f"{self.operation.name} had been begun: {self.operation.check} before repeating."
            error.outcome, error.message = "unknown", f"{error.message} {begun}"
        return error


def _or_ticket(decode: Decode) -> Decode:
    def read(response: httpx.Response) -> Any:
        if len(response.content) < _SHORT and b"longOpId" in response.content:
            data = _json(response)
            named = data.get("longOpId") if isinstance(data, dict) else None
            if type(named) in (str, int) and _PLAIN.fullmatch(str(named)):
                return Ticket(str(named))
        return decode(response)

    return read


def _seen(response: httpx.Response) -> Look:
    """Raises Malformed for what is none of the three states."""
    data = _json(response)
    if data == {}:
        return Look()
    value = data.get("val") if isinstance(data, dict) else None
    if not isinstance(value, dict):
        raise Malformed("OMIQ answered about a long operation in another form than documented.")
    if isinstance(value.get("error"), str):
        return Look(error=value["error"])
    return Look(jsontext.dumps(value).encode())


def _json(response: httpx.Response) -> Any:
    try:
        return jsontext.exact(response.content)
    except ValueError:
        raise Malformed("OMIQ answered with a body that is not complete JSON.") from None
