"""OMIQ: who may open a dataset or a workflow, and whose it is."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from pentad.consent.plans import Preview
from pentad.errors import PlatformError, Rejected
from pentad.models import Page, Record, Row, Rows, Table, Tabular, Wire
from pentad.operations import administers, reads
from pentad.platforms.omiq import Omiq, OmiqId
from pentad.text import plural
from pentad_tools.omiq.datasets import read_dataset
from pentad_tools.omiq.documents import read_anew
from pentad_tools.omiq.people import Groups, Members, list_group_members, list_groups
from pentad_tools.omiq.rows import plain, shaped

# Groups whose members are looked through for the name of a person, as no endpoint tells it by id.
_GROUPS = 8


def _upper(value: Any) -> Any:
    return value.strip().upper() if isinstance(value, str) else value


Upper = BeforeValidator(_upper)
Resource = Annotated[Literal["DATASET", "WORKFLOW"], Upper]
Role = Annotated[Literal["READER", "EDITOR"], Upper]
Owner = Annotated[Literal["USER", "GROUP"], Upper]


class Policies(Tabular):
    policies: Rows


class Owners(Wire):
    """By the id of what is owned."""

    owners: dict[str, Any]


class OnePolicy(Wire):
    policy: dict[str, Any]


@reads("GET /iam/policies", covers=("list_resource_policies",), example={"resource_id": "$dataset"})
async def list_policies(omiq: Omiq, resource_id: OmiqId, resource_type: Resource = "DATASET") -> Page[Row]:
    """Who has access to a dataset or workflow, in which role. The two are independent of each other: ask for
    both."""
    found = (await omiq.get(Policies, resourceType=resource_type, resourceId=resource_id)).policies
    return Page(await shaped(omiq, found, plain), (), len(found))


@administers(
    "POST /sharing",
    reaches="people",
    check="read omiq_list_policies",
    example={"resource_id": "$workflow", "resource_type": "WORKFLOW", "group_ids": ["$group"]},
)
async def share_resource(
    omiq: Omiq,
    resource_id: OmiqId,
    resource_type: Resource = "DATASET",
    *,
    user_ids: list[OmiqId] | None = None,
    group_ids: list[OmiqId] | None = None,
    role: Role = "READER",
    message: Annotated[str, Field(max_length=2000)] = "",
    notify: Annotated[bool, Field(description="E-mail the recipients.")] = False,
) -> Table[Row]:
    """Give users or groups access to a dataset, or a workflow with its dataset to read. Answers with a plan
    first; access cannot be taken back from here."""
    users, groups = user_ids or [], group_ids or []
    if not users and not groups:
        raise Rejected(
            "Nothing was shared: there is nobody to share with.",
            problems={
                "user_ids": ["ids of users or groups, which omiq_search_users and omiq_list_groups tell"]
            },
            outcome="none",
        )
    now = await _resource(omiq, resource_type, resource_id)
    body = {
        "resourceType": resource_type,
        "resourceId": int(resource_id),
        "resourceName": now["name"] or "",
        "role": role,
        "userIds": [int(one) for one in users],
        "groupIds": [int(one) for one in groups],
        "message": message,
        "noEmail": not notify,
    }
    preview = _sharing(body, now, await _recipients(omiq, users, groups))
    found = (await omiq.send(Policies, body=body, preview=preview)).policies
    return Table(await shaped(omiq, found, plain), (), len(found))


def _sharing(body: dict[str, Any], now: dict[str, Any], people: dict[str, Any]) -> Preview:
    kind, resource_id = str(body["resourceType"]).lower(), body["resourceId"]
    users, groups = len(body["userIds"]), len(body["groupIds"])
    further = " and reading of its dataset" if kind == "workflow" else ""
    mails = "OMIQ mails them" if not body["noEmail"] else "no e-mail is asked for"
    return Preview(
        will=f"Give {plural(users, 'user')} and {plural(groups, 'group')} the role {body['role']} on {kind} "
        f"{resource_id}{further}; {mails}.",
        slug=f"share-{kind}-{resource_id}",
        body=body | people,
        undo="not from here: no endpoint that takes access back is known; perhaps in the web application",
        now=now,
    )


@administers(
    "POST /iam/policies/changeowners",
    covers=("change_resource_owner",),
    reaches="shared",
    retry_safe=True,
    check="read omiq_list_dataset_owners or omiq_list_workflow_owners",
    example={"resource_id": "$small_dataset", "owner_id": "$group", "owner_type": "GROUP"},
)
async def change_owner(
    omiq: Omiq,
    resource_id: OmiqId,
    owner_id: OmiqId,
    owner_type: Owner = "USER",
    resource_type: Resource = "DATASET",
) -> Record:
    """Hand a dataset or workflow to a new owner, a user or group. A dataset and its workflows have owners of
    their own. Answers with a plan first."""
    now = await _resource(omiq, resource_type, resource_id) | await _owner(omiq, resource_type, resource_id)
    body = {
        "resourceId": int(resource_id),
        "updatedOwnerId": int(owner_id),
        "updatedOwnerType": owner_type,
        "resourceType": resource_type,
    }
    of_people = owner_type == "USER"
    people = await _recipients(omiq, [owner_id] if of_people else [], [] if of_people else [owner_id])
    kind = resource_type.lower()
    preview = Preview(
        will=f"Make {owner_type.lower()} {owner_id} the owner of {kind} {resource_id}, in place of the one "
        "it has now.",
        slug=f"change-owner-of-{kind}-{resource_id}",
        body=body | people,
        undo="only the new owner can hand it back",
        now=now,
    )
    answer = await omiq.send(OnePolicy, body=body, preview=preview)
    return Record({"resource_id": resource_id, "policy": plain(answer.policy)})


@reads("GET /datasets_ops/listowners", example={})
async def list_dataset_owners(omiq: Omiq) -> Page[Row]:
    """Who owns each dataset, by dataset id."""
    return _owners("dataset_id", (await omiq.get(Owners)).owners)


@reads("GET /workflows_ops/listowners", example={})
async def list_workflow_owners(omiq: Omiq) -> Page[Row]:
    """Who owns each workflow, by workflow id."""
    return _owners("workflow_id", (await omiq.get(Owners)).owners)


def _owners(column: str, owners: dict[str, Any]) -> Page[Row]:
    """One row per owned thing; what is told of its owner has no documented form."""
    rows = [{column: owned} | _prefixed(owner) for owned, owner in owners.items()]
    return Page(rows, (column, "owner_id", "owner_name", "owner"), len(rows))


def _prefixed(owner: Any) -> dict[str, Any]:
    if not isinstance(owner, dict):
        return {"owner": owner}
    return {f"owner_{name}": value for name, value in plain(owner).items()}


async def _resource(omiq: Omiq, kind: str, resource_id: str) -> dict[str, Any]:
    """What is there under the id, so that a plan names the right one."""
    if kind == "WORKFLOW":
        found = await read_anew(omiq, resource_id)
        return {"name": found.name, "dataset_id": found.dataset_id}
    return {"name": (await read_dataset(omiq, resource_id))["name"]}


async def _owner(omiq: Omiq, kind: str, resource_id: str) -> dict[str, Any]:
    """The present owner, where the platform tells it."""
    listed = list_workflow_owners if kind == "WORKFLOW" else list_dataset_owners
    with suppress(PlatformError):
        owners = (await omiq.bound_to(listed).get(Owners)).owners
        return _prefixed(owners.get(resource_id))
    return {}


async def _recipients(omiq: Omiq, user_ids: Sequence[str], group_ids: Sequence[str]) -> dict[str, Any]:
    """Users and groups with their names as far as these can be read: a plan is worth more with them."""
    groups: dict[str, Any] = {}
    users: dict[str, Any] = {}
    with suppress(PlatformError):
        groups = _names((await omiq.bound_to(list_groups).get(Groups)).groups)
        for group_id in [*group_ids, *groups][:_GROUPS] if user_ids else ():
            if set(user_ids) <= users.keys():
                break
            members = await omiq.bound_to(list_group_members).get(Members, groupId=group_id)
            users |= _names([*members.users, *members.extUsers])
    found = {"users": _named(user_ids, users), "groups": _named(group_ids, groups)}
    return {kind: people for kind, people in found.items() if people}


def _named(ids: Sequence[str], names: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"id": one, "name": names.get(one, "not readable here")} for one in ids]


def _names(rows: Sequence[Row]) -> dict[str, Any]:
    return {str(row.get("id")): row.get("name") or row.get("email") for row in rows}
