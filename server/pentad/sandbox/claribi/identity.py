"""Signing in, and what a caller may know about itself."""

from __future__ import annotations

from typing import Any

from pentad.sandbox.asgi import Reply, json_reply
from pentad.sandbox.claribi.access import GRANTS, Account, Attempt, token, token_user
from pentad.sandbox.claribi.context import Context
from pentad.sandbox.claribi.records import stamp
from pentad.sandbox.claribi.refusals import RefusalError

_TOOLS = (
    ("check_pricing", "public"),
    ("list_dashboards", "dashboards:read"),
    ("get_dashboard", "dashboards:read"),
    ("list_reports", "reports:read"),
    ("get_report", "reports:read"),
    ("generate_report", "reports:write"),
    ("list_data_sources", "data-sources:read"),
    ("run_analysis", "analysis:run"),
)


def log_in(context: Context) -> Reply:
    members = context.members(("email", "password"))
    email, password = context.text(members, "email"), context.text(members, "password")
    directory = context.state.directory
    user = directory.users.get(email)
    accepted = user is not None and user.password == password
    directory.logins.append(Attempt(email, accepted))
    if user is None or not accepted:
        raise RefusalError(401, "invalid_credentials", "E-mail or password is wrong.")
    if user.mfa:
        return json_reply({"mfa_required": True})
    tokens = {kind: token(directory, user, kind, context.now) for kind in ("access", "refresh")}
    described = {"id": user.id, "email": user.email, "organization": user.account.name}
    return json_reply({**tokens, "user": described})


def refresh_token(context: Context) -> Reply:
    """A new access token; the refresh token stays as it is until its seven days are over."""
    members = context.members(("refresh",))
    directory = context.state.directory
    directory.refreshes += 1
    user = token_user(directory, context.text(members, "refresh"), "refresh", context.now)
    if user is None:
        raise RefusalError(401, "token_not_valid", "Token is invalid or expired.")
    return json_reply({"access": token(directory, user, "access", context.now)})


def auth_status(context: Context) -> Reply:
    user, account = context.caller.user, context.caller.account
    described = {
        "id": user.id,
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "role": user.role,
    }
    organization = {
        "id": account.id,
        "name": account.name,
        "plan": account.tier,
        "ai_credits_remaining": account.credits,
    }
    return json_reply({"user": described, "organization": organization})


def verify_key(context: Context) -> Reply:
    """Documented for keys; a token is refused here, since nothing says that it is accepted."""
    key = context.caller.key
    if key is None:
        raise RefusalError(401, "api_key_required", "This call checks API keys, not tokens.")
    described = {
        "id": key.id,
        "name": key.name,
        "permissions": list(context.caller.rights),
        "created_at": stamp(key.created),
        "expires_at": None if key.expires is None else stamp(key.expires),
    }
    account = key.account
    return json_reply(
        {
            "valid": True,
            "api_key": described,
            "organization": {"id": account.id, "name": account.name, "tier": account.tier},
            "user": {"id": key.user.id, "email": key.user.email},
        }
    )


def usage(context: Context) -> Reply:
    account, limits = context.caller.account, context.caller.limits
    return json_reply(
        {
            "organization": account.name,
            "tier": account.tier,
            "ai_credits": _credits(account),
            "limits": {"requests_per_hour": limits[0], "generations_per_hour": limits[1]},
        }
    )


def billing_usage(context: Context) -> Reply:
    account, state = context.caller.account, context.state
    ceilings = {
        "ai_credits": _credits(account),
        "data_sources": {"used": len(state.sources), "limit": 15},
        "reports": {"used": len(state.reports), "limit": None},
    }
    return json_reply({"plan": account.tier, "usage": ceilings})


def _credits(account: Account) -> dict[str, Any]:
    granted = GRANTS[account.tier]
    return {"granted": granted, "used": granted - account.credits, "remaining": account.credits}


def tool_catalog(_context: Context) -> Reply:
    tools = [{"name": name, "scope": scope, "inputSchema": {"type": "object"}} for name, scope in _TOOLS]
    return json_reply({"version": "1.0.1", "count": len(tools), "tools": tools})
