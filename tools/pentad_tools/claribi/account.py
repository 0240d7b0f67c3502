"""clariBI: who one is signed in as, what the key may do, and what has been used."""

from __future__ import annotations

from pentad.models import Wire
from pentad.operations import reads
from pentad.platforms.claribi import Claribi


class Status(Wire):
    """Identity, organisation, plan and credits."""


class Verification(Wire):
    valid: bool


class Usage(Wire):
    """Members are not documented; they are passed on as they come."""


@reads("GET /api/auth/status/", example={})
async def get_auth_status(claribi: Claribi) -> Status:
    """The signed-in user with role, and the organisation with plan and AI credits left."""
    return await claribi.get(Status)


@reads("GET /api/v1/auth/verify/", example={})
async def verify_api_key(claribi: Claribi) -> Verification:
    """What the API key may do (its permissions), when it expires, and whose it is."""
    return await claribi.get(Verification)


@reads("GET /api/v1/usage/", example={})
async def get_usage(claribi: Claribi) -> Usage:
    """Credits and requests used so far, and the plan's limits."""
    return await claribi.get(Usage)


@reads("GET /api/billing/usage/", off="named by one vendor page only; prefer claribi_get_usage", example={})
async def get_billing_usage(claribi: Claribi) -> Usage:
    """Consumption against the plan's ceilings."""
    return await claribi.get(Usage)
