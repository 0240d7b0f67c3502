"""What this server can reach right now, and what it cannot."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from pentad.call import Call
from pentad.callers import caller
from pentad.errors import PlatformError
from pentad.hosts import places
from pentad.models import Record
from pentad.operations import reads
from pentad.platforms import Platform, load
from pentad.results.record import Stored
from pentad.session import Desk, Session
from pentad.settings import EFFECTS, PLATFORMS, Account
from pentad.text import plural

_COLUMNS = ["account", "state", "as", "headroom"]


@reads(core=True, outward=True, example={})
async def pentad_status(desk: Desk, check: bool = False) -> Record:
    """Accounts, limits left, open plans, tickets, kept results, and what is off. check=true asks each
    platform who one is signed in as."""
    session = desk.session
    accounts = [(platform, one) for platform in session.platforms.values() for one in _of(session, platform)]
    if check:
        await asyncio.gather(*(_probe(session, platform, one) for platform, one in accounts))
    rows = [_row(session, platform, one) for platform, one in accounts]
    # Tickets belong to an account and do not tell who began them.
    alone = accounts if caller() is None else []
    running = [ticket for platform, one in alone for ticket in _tickets(session, platform, one)]
    plans = session.open_plans()
    told: dict[str, Any] = {
        "accounts": {"columns": _COLUMNS, "rows": rows},
        "plans": {plan.id: f"expires in {plan.expires - session.clock.monotonic():.0f} s" for plan in plans},
        "tickets": running,
        "results": _kept(session.newest()),
        "spent": session.spending.told(),
        "audit": "it cannot be written" if session.audit.failed else None,
        "off": list(_off(session)),
    }
    return Record({name: value for name, value in told.items() if value})


def _kept(results: Sequence[Stored]) -> dict[str, Any]:
    if not results:
        return {}
    size = sum(stored.lines.footprint for stored in results) / 2**20
    return {"kept": len(results), "MiB": round(size, 1), "newest": [stored.handle for stored in results[:5]]}


def _of(session: Session, platform: type[Platform]) -> list[Account]:
    return list(session.settings.of(platform.name).values())


async def _probe(session: Session, platform: type[Platform], account: Account) -> None:
    """Make the account's cheapest call; how it went is remembered with the connection."""
    with suppress(PlatformError):
        operation = session.operations[platform.probe]
        call = Call(session.clock, account=account.name)
        result = await operation(session.client(operation, call))
        session.connection(platform.name, account.name).holder = platform.holder_in(result)


def _row(session: Session, platform: type[Platform], account: Account) -> list[str | None]:
    if problems := platform.problems(account):
        return [account.key, f"not set up: {'; '.join(problems)}", None, None]
    connection = session.connections.get(account.key)
    if connection is None:
        return [account.key, "not used yet", None, None]
    state = "left alone after failures" if connection.breaker.open else connection.state
    headroom = connection.pacing.headroom() or None
    return [account.key, state, platform.holder(connection), headroom]


def _tickets(session: Session, platform: type[Platform], account: Account) -> list[str]:
    connection = session.connections.get(account.key)
    return platform.pending(connection) if connection is not None else []


def _off(session: Session) -> Iterator[str]:
    """What cannot be called, and how the user turns it on."""
    settings = session.settings
    every = session.operations.values()
    if settings.read_only:
        yield "everything that changes anything: this server is read-only (PENTAD_READ_ONLY)"
    else:
        counts = Counter(str(operation.effect) for operation in every)
        for effect in EFFECTS:
            if effect not in settings.allow and counts[effect]:
                yield f"{plural(counts[effect], f'{effect} operation')}: PENTAD_ALLOW={effect}"
    unproven = [one for one in every if one.off is not None and one.name not in settings.enable]
    if unproven:
        yield f"{plural(len(unproven), 'operation')} that few sources name: PENTAD_ENABLE with their names"
    if settings.exclude:
        yield f"what PENTAD_EXCLUDE names: {', '.join(sorted(settings.exclude))}"
    for name in PLATFORMS:
        if not settings.of(name):
            platform = load(name)
            yield f"{platform.label}: set {' and '.join(places(platform))}"
        elif name not in session.platforms:
            yield f"{load(name).label}: left out by PENTAD_PLATFORMS"
