"""`pentad doctor`: one line per account, and what to do about it."""

from __future__ import annotations

from pentad import platforms
from pentad.app import App
from pentad.boundary import perform
from pentad.call import Call
from pentad.errors import PlatformError
from pentad.hosts import places
from pentad.platforms import Platform
from pentad.settings import PLATFORMS, Account

# What a failed probe says about the account, and whether the account is well all the same: a credential that
# may not make this one call is no broken credential.
_STATES = {
    "auth_failed": ("not signed in", False),
    "unavailable": ("unreachable", False),
    "rate_limited": ("signed in", True),
    "rejected": ("signed in", True),
    "not_found": ("signed in", True),
}


async def examine(app: App) -> int:
    """Print the findings; 1 if something the user set up does not work."""
    ill = bool(app.settings.problems)
    for problem in app.settings.problems:
        print(f"settings   {problem}")
    for name in PLATFORMS:
        platform = platforms.load(name)
        if name not in app.session.platforms:
            print(f"{platform.label:<14} not set up    set {' and '.join(places(platform))} to use it")
            continue
        for account in app.settings.of(name).values():
            ill = not await _account(app, platform, account) or ill
    await app.aclose()
    return int(ill)


async def _account(app: App, platform: type[Platform], account: Account) -> bool:
    """One account's line; the probe is the platform's cheapest read."""
    label = platform.label_of(account)
    problems = platform.problems(account)
    if problems:
        print(f"{label:<14} not signed in {'; '.join(problems)}")
        return False
    call = Call(app.session.clock, account=account.name)
    probe = app.operations[platform.probe]
    try:
        await perform(app.session, probe, probe.arguments.check({}), call)
    except PlatformError as error:
        state, well = _STATES.get(error.kind, ("reached", False))
        print(f"{label:<14} {state:<13} {error.words()['message']}")
        return well
    connection = app.session.connection(platform.name, account.name)
    headroom = connection.pacing.headroom() or "not stated by the platform"
    print(f"{label:<14} signed in     headroom: {headroom}; next: `pentad tools`")
    return True
