"""Carrying out what was planned."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from pentad.errors import AuthFailed, PlatformError, RateLimited, Unavailable
from pentad.operations import writes
from pentad.session import Desk


@writes(core=True, outward=True, reaches="people", example={"plan": "create-batch-2-profiles-7k2m9x"})
async def apply_plan(
    desk: Desk,
    plan: Annotated[str, Field(max_length=120, description="`plan` of a preview the user agreed to.")],
) -> str:
    """Carry out a planned change exactly as previewed, once."""
    from pentad.boundary import perform

    session = desk.session
    taken = session.plans.take(plan, session.owner)
    desk.call.plan, desk.call.account = taken, taken.account
    try:
        return await perform(session, taken.operation, taken.arguments, desk.call)
    except PlatformError as error:
        if error.outcome == "none" and isinstance(error, RateLimited | Unavailable | AuthFailed):
            taken.state = "open"
            error.message = f"{error.message} Nothing was done, and the plan still stands."
        raise
