"""Accounts of those who leave: locked out, or deleted, and what stays of them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from pentad.consent.plans import Preview
from pentad.errors import PlatformError, Rejected
from pentad.http.encodings import Form
from pentad.models import Id, Record
from pentad.operations import administers, destroys
from pentad.platforms.optimibi import Optimibi
from pentad.text import all_quoted, plural, quoted
from pentad_tools.optimibi.server.session import session_info
from pentad_tools.optimibi.slugs import slug
from pentad_tools.optimibi.users.accounts import endangered
from pentad_tools.optimibi.users.people import accounts, joined, meant

_STAYS = "The home folder and the permissions given to the account stay behind."
_UNDO = "not from here: optimibi_save_user can make a new account of that name, without what this one had"


@destroys(
    "POST /plugin/datafor-auth/api/user/delete",
    alt=("POST /plugin/datafor-modeler/api/user/delete",),
    reaches="shared",
    check="look for the account with optimibi_list_users",
    example={"username": "$leaver"},
)
async def delete_user(optimibi: Optimibi, username: Id) -> Record:
    """Delete the account of a user, such as somebody who left, for good. Home folder and permissions stay
    behind. Answers with a plan first."""
    (login,), preview = await _deletion(optimibi, "username", [username])
    await optimibi.change(preview, Form(username=login))
    return Record({"deleted": login, "stays": _STAYS})


@destroys(
    "POST /plugin/datafor-modeler/api/user/batchDelete",
    reaches="shared",
    check="look for the accounts with optimibi_list_users",
    example={"usernames": ["$leaver", "$technician"]},
)
async def delete_users(optimibi: Optimibi, usernames: list[Id]) -> Record:
    """Delete several user accounts at once, on newer servers, up to the first that fails. Home folders and
    permissions stay behind."""
    logins, preview = await _deletion(optimibi, "usernames", usernames)
    try:
        await optimibi.change(preview, Form(usernames=joined("usernames", logins)))
    except PlatformError as error:
        with suppress(PlatformError):
            await _tell_remaining(optimibi, logins, error)
        raise
    return Record({"deleted": logins, "stays": _STAYS})


async def _tell_remaining(optimibi: Optimibi, logins: Sequence[str], error: PlatformError) -> None:
    """Adds to a failure who is gone all the same."""
    left = (await accounts(optimibi)).keys()
    gone = [login for login in logins if login not in left]
    there = [login for login in logins if login in left]
    error.message += f" Deleted: {', '.join(gone) or 'none'}. Still there: {', '.join(there) or 'none'}."
    if gone:
        error.outcome = "unknown"


async def _deletion(optimibi: Optimibi, argument: str, words: Sequence[str]) -> tuple[list[str], Preview]:
    """Whom to delete, and the plan of it. Raises NotFound for who is not there, and Rejected for the
    caller's own account."""
    present = await accounts(optimibi)
    logins = meant(argument, "account", words, list(present))
    if (own := (await session_info(optimibi)).username) in logins:
        problems = {argument: [f"{own} is the account that Pentad signs in with"]}
        raise Rejected("Nothing was deleted.", problems=problems, outcome="none")
    people = ", ".join(f"{quoted(login)} ({quoted(str(present[login].get('name')))})" for login in logins)
    danger = await endangered(optimibi, present, dict.fromkeys(logins))
    preview = Preview(
        will=f"Delete {plural(len(logins), 'account')} for good: {people}. {_STAYS}{danger}",
        slug=slug("delete-user", logins[0]) if len(logins) == 1 else f"delete-{len(logins)}-users",
        body={argument: logins},
        undo=_UNDO,
        now={login: {name: present[login].get(name) for name in ("user_type", "roles")} for login in logins},
    )
    return logins, preview


@administers(
    "POST /plugin/datafor-modeler/api/user/batchActivation",
    reaches="shared",
    retry_safe=True,
    check="read optimibi_list_users",
    example={"usernames": ["$leaver", "$technician"], "enabled": False},
)
async def set_users_enabled(optimibi: Optimibi, usernames: list[Id], enabled: bool) -> Record:
    """Let several accounts sign in, or lock them out without deleting them, on newer servers."""
    present = await accounts(optimibi)
    logins = meant("usernames", "account", usernames, list(present))
    same = [login for login in logins if present[login].get("enabled") is enabled]
    differ = [login for login in logins if login not in same]
    if not differ:
        raise Rejected("Nothing would change: what is asked for is stored already.", outcome="none")
    then = {login: {**present[login], "enabled": enabled} for login in differ}
    what = "Let sign in again" if enabled else "Lock out, so that nobody can sign in with them"
    preview = Preview(
        will=f"{what}: {all_quoted(differ)}.{await endangered(optimibi, present, then)}",
        slug=f"{'enable' if enabled else 'disable'}-{len(differ)}-user{'s' * (len(differ) != 1)}",
        body={"usernames": differ, "enabled": enabled},
        undo=f"call this again with enabled={str(not enabled).lower()}",
        now={"so_already": same} if same else None,
    )
    body = Form(usernames=joined("usernames", differ), enabled="1" if enabled else "0")
    await optimibi.change(preview, body)
    return Record({"enabled" if enabled else "disabled": differ})
