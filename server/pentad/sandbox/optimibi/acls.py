"""Access lists: what they look like, and what they let a user do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pentad.sandbox.optimibi.accounts import ADMINISTRATOR, CREATOR, READER, User

if TYPE_CHECKING:
    from pentad.sandbox.optimibi.connections import Connection
    from pentad.sandbox.optimibi.model import Model
    from pentad.sandbox.optimibi.state import State

Acl = dict[str, Any]
USER, ROLE, TYPE = 0, 1, 2
# Permission codes; a higher one implies the lower.
READ, EDIT, DELETE, MANAGE, FULL = range(5)
_STEWARD = "nfoster"


def acl(id_: str, owner: str, *grants: tuple[str, int, int], inherits: bool) -> Acl:
    """A list as it is seeded, from recipients with their kind and permission."""
    entries = [_entry(owner, USER, FULL), *(_entry(*grant) for grant in grants), locked()]
    return {
        "id": id_,
        "owner": owner,
        "ownerType": USER,
        "tenantPath": None,
        "entriesInheriting": inherits,
        "aces": entries,
    }


def locked() -> dict[str, Any]:
    """The entry that nobody can take out of any list."""
    return _entry(ADMINISTRATOR, TYPE, FULL) | {"modifiable": False}


def _entry(name: str, kind: int, level: int) -> dict[str, Any]:
    known = {"recipient": name, "recipientType": kind, "permissions": [level]}
    return known | {"modifiable": True, "tenantPath": None}


def levels(one: Mapping[str, Any], user: User) -> set[int]:
    """What a list lets a user do; its owner and administrators may do everything."""
    if user.admin or user.is_subject(str(one.get("owner")), str(one.get("ownerType", USER))):
        return set(range(FULL + 1))
    held = [
        int(code)
        for entry in one.get("aces") or ()
        if user.is_subject(str(entry.get("recipient")), str(entry.get("recipientType")))
        for code in entry.get("permissions") or ()
    ]
    return set(range(max(held) + 1)) if held else set()


def of_model(state: State, model: Model) -> Acl:
    """A new one may be its owner's alone."""
    id_ = state.dice.uuid(f"node:/etc/mondrian/{model.name}")
    everybody = (("Data stewards", ROLE, READ), (READER, TYPE, READ), (CREATOR, TYPE, READ))
    others = () if model.closed else everybody
    return state.acls.get(f"model:{model.name}", acl(id_, model.owner, *others, inherits=False))


def of_connection(state: State, one: Connection) -> Acl:
    """What somebody made is his, as long as he lets nobody in."""
    id_ = state.dice.uuid(f"connection:{one.name}")
    readers = () if one.staff_only else ((READER, TYPE, READ),)
    everybody = (("Data stewards", ROLE, READ), (CREATOR, TYPE, EDIT), *readers)
    others = () if one.owner else everybody
    return state.acls.get(f"connection:{one.name}", acl(id_, one.owner or _STEWARD, *others, inherits=False))
