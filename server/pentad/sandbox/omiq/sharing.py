"""Who may do what with which object."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pentad.sandbox.omiq.context import Context, kind_of, need, number_of
from pentad.sandbox.omiq.records import Dataset, Grant, Kind, Workflow
from pentad.sandbox.omiq.refusals import RefusalError
from pentad.sandbox.omiq.spelling import is_list
from pentad.sandbox.omiq.state import State


def owner_of(state: State, grants: Iterable[Grant]) -> dict[str, Any]:
    owner = next(one for one in grants if one.role == "OWNER")
    if owner.to_group:
        return {**state.groups[owner.holder].brief(), "type": "GROUP"}
    return {**state.users[owner.holder].brief(), "type": "USER"}


def policy(kind: Kind, id_: int, grant: Grant) -> dict[str, Any]:
    holder = "groupId" if grant.to_group else "userId"
    return {"resourceType": kind, "resourceId": id_, "role": grant.role, holder: grant.holder}


def _policies(kind: Kind, resource: Dataset | Workflow) -> dict[str, Any]:
    return {"policies": [policy(kind, resource.id, grant) for grant in resource.grants]}


def list_policies(context: Context) -> dict[str, Any]:
    kind = kind_of(context.call.param("resourceType"))
    id_ = number_of(context.call.param("resourceId") or "", "resourceId")
    return _policies(kind, context.resource(kind, id_))


def share(context: Context) -> dict[str, Any]:
    body, state = context.body(), context.state
    kind, role = kind_of(body.get("resourceType")), body.get("role")
    resource = context.resource(kind, need(body, "resourceId", int), "EDITOR")
    if role not in ("READER", "EDITOR"):
        raise RefusalError(400, f"role: {role} cannot be shared")
    need(body, "resourceName", str)
    message, silent = need(body, "message", str), need(body, "noEmail", bool)
    people, groups = _recipients(context, body)
    _grant(
        resource, [Grant(role, id_) for id_ in people] + [Grant(role, id_, to_group=True) for id_ in groups]
    )
    if isinstance(resource, Workflow):
        reading = [Grant("READER", id_) for id_ in people]
        reading += [Grant("READER", id_, to_group=True) for id_ in groups]
        beneath = state.datasets[resource.dataset]
        held = {(one.holder, one.to_group) for one in beneath.grants}
        _grant(beneath, [one for one in reading if (one.holder, one.to_group) not in held])
    if not silent:
        state.mails.append({"users": people, "groups": groups, "message": message})
    return _policies(kind, resource)


def _recipients(context: Context, body: dict[str, Any]) -> tuple[list[int], list[int]]:
    people, groups = need(body, "userIds", list), need(body, "groupIds", list)
    if not is_list(people) or not is_list(groups) or not [*people, *groups]:
        raise RefusalError(400, "userIds, groupIds: nobody to share with")
    strangers = [id_ for id_ in people if id_ not in context.user.connections]
    if strangers:
        raise RefusalError(400, f"userIds: not connected to {', '.join(map(str, strangers))}")
    known = context.state.groups
    foreign = [id_ for id_ in groups if id_ not in known or context.user.id not in known[id_].members]
    if foreign:
        raise RefusalError(400, f"groupIds: not a member of {', '.join(map(str, foreign))}")
    return people, groups


def _grant(resource: Dataset | Workflow, given: list[Grant]) -> None:
    """A new role replaces the one that was held; an owner stays owner."""
    for grant in given:
        held = [
            one for one in resource.grants if (one.holder, one.to_group) == (grant.holder, grant.to_group)
        ]
        if any(one.role == "OWNER" for one in held):
            continue
        resource.grants = [one for one in resource.grants if one not in held] + [grant]


def change_owner(context: Context) -> dict[str, Any]:
    """The former owner stays as an editor; nothing known says otherwise."""
    body, state = context.body(), context.state
    kind, holder = kind_of(body.get("resourceType")), need(body, "updatedOwnerId", int)
    resource = context.resource(kind, need(body, "resourceId", int), "OWNER")
    to_group = body.get("updatedOwnerType") == "GROUP"
    if not to_group and body.get("updatedOwnerType") != "USER":
        raise RefusalError(400, "updatedOwnerType: not known")
    if holder not in (state.groups if to_group else state.users):
        raise RefusalError(404, f"Owner {holder} was not found")
    made = Grant("OWNER", holder, to_group)
    kept = [one for one in resource.grants if (one.holder, one.to_group) != (holder, to_group)]
    for one in kept:
        one.role = "EDITOR" if one.role == "OWNER" else one.role
    resource.grants = [made, *kept]
    return {"policy": policy(kind, resource.id, made)}
