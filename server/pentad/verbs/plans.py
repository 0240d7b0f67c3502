"""Carrying out what was planned."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from pentad.operations import writes
from pentad.session import Desk


@writes(core=True, outward=True, reaches="people", example={"plan": "create-batch-2-profiles-7k2m9x"})
async def apply_plan(
    desk: Desk,
    plan: Annotated[str, Field(max_length=120, description="`plan` of a preview the user agreed to.")],
) -> str:
    """Carry out a planned change exactly as previewed, once."""
    from pentad.boundary import apply

    return await apply(desk.session, plan, desk.call)
