"""`pentad doctor`: one line per account, and what to do about it."""

from __future__ import annotations

from pentad import platforms
from pentad.app import App
from pentad.boundary import perform
from pentad.call import Call
from pentad.errors import PlatformError
from pentad.platforms import Platform
from pentad.settings import PLATFORMS


async def examine(app: App) -> int:
    """Print the findings; 1 if something the user set up does not work."""
    ill = bool(app.settings.problems)
    for problem in app.settings.problems:
        print(f"settings   {problem}")
    for name in PLATFORMS:
        platform = platforms.load(name)
        if name not in app.session.platforms:
            wanted = platform.variable(next(s.name for s in platform.settings if s.secret))
            print(f"{platform.label:<14} not set up    set {wanted} to use it")
            continue
        ill = not await _account(app, platform) or ill
    await app.aclose()
    return int(ill)


async def _account(app: App, platform: type[Platform]) -> bool:
    """One account's line; the probe is the platform's cheapest read."""
    call = Call(app.session.clock)
    probe = app.operations[platform.probe]
    try:
        await perform(app.session, probe, probe.arguments.check({}), call)
    except PlatformError as error:
        print(f"{platform.label:<14} {_state(error):<13} {error.words()['message']}")
        return False
    connection = app.session.connection(platform.name)
    headroom = connection.pacing.headroom() or "not stated by the platform"
    print(
        f"{platform.label:<14} signed in     headroom: {headroom}; next: ask your assistant, or `pentad tools`"
    )
    return True


def _state(error: PlatformError) -> str:
    states = {"auth_failed": "not signed in", "unavailable": "unreachable", "rate_limited": "limited"}
    return states.get(error.kind, "signed in?")
