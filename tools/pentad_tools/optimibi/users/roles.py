"""Business roles: what access is given to, made and deleted."""

from __future__ import annotations

from contextlib import suppress

from pentad.consent.plans import Preview
from pentad.errors import PlatformError, Rejected
from pentad.http.encodings import Form
from pentad.models import Id, Record
from pentad.operations import administers, destroys
from pentad.platforms.optimibi import Optimibi
from pentad.text import plural, quoted
from pentad_tools.optimibi.naming import spelt, unknown
from pentad_tools.optimibi.slugs import slug
from pentad_tools.optimibi.users.people import accounts, role_kinds

_RESERVED = "&\\/"
_FEW = 10


@administers(
    "POST /plugin/datafor-auth/api/roles/insert",
    alt=("POST /plugin/datafor-modeler/api/roles/insert",),
    reaches="shared",
    check="look for it with optimibi_list_roles",
    example={"role": "Night shift"},
)
async def create_role(optimibi: Optimibi, role: Id) -> Record:
    """Create a business role, to which users, permissions and rules can be tied. Answers with a plan
    first."""
    name = role.strip()
    found = spelt(name, await role_kinds(optimibi))
    wrong = "empty" if not name else f"there is {found} already" if found else None
    if any(sign in name for sign in _RESERVED):
        wrong = "a role's name has no &, no slash and no backslash"
    if wrong:
        raise Rejected("No role was created.", problems={"role": [wrong]}, outcome="none")
    preview = Preview(
        will=f"Create the business role {quoted(name)}, which nobody has yet.",
        slug=slug("create-role", name),
        body={"role": name},
        undo="optimibi_delete_role",
    )
    await optimibi.change(preview, Form(authority=name))
    return Record({"created": name, "next": "optimibi_save_user gives it to users"})


@destroys(
    "POST /plugin/datafor-auth/api/roles/delete",
    alt=("POST /plugin/datafor-modeler/api/roles/delete",),
    reaches="shared",
    check="look for it with optimibi_list_roles",
    example={"role": "$role"},
)
async def delete_role(optimibi: Optimibi, role: Id) -> Record:
    """Delete a business role from the list of roles. Users keep it, and access lists that name it stay.
    Answers with a plan first."""
    kinds = await role_kinds(optimibi)
    business = [name for name, kind in kinds.items() if kind == "business role"]
    name = spelt(role, business)
    if name is None and (other := spelt(role, kinds)):
        problems = {"role": [f"{other} is a {kinds[other]}, not a business role"]}
        raise Rejected("Nothing was deleted.", problems=problems, outcome="none")
    if name is None:
        raise unknown("role", "business role", role, business)
    holders = await _holders(optimibi, name)
    preview = Preview(
        will=f"Delete the business role {quoted(name)}, which "
        f"{plural(len(holders), 'user has', 'users have')}: they keep it in their own list, and access lists "
        "and rules that name it stay as they are.",
        slug=slug("delete-role", name),
        body={"role": name},
        undo="optimibi_create_role with the same name",
        now={"users": holders[:_FEW]},
    )
    await optimibi.change(preview, Form(authority=name))
    return Record({"deleted": name, "still_held_by": holders[:_FEW], "holders": len(holders)})


async def _holders(optimibi: Optimibi, role: str) -> list[str]:
    """Who has a role; nobody where accounts may not be read."""
    with suppress(PlatformError):
        return [
            login for login, row in (await accounts(optimibi)).items() if role in (row.get("roles") or ())
        ]
    return []
