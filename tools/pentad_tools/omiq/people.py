"""OMIQ: other people, the groups they are in, and who may share with whom."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from pentad.consent.plans import Preview
from pentad.models import Page, Record, Row, Rows, Tabular
from pentad.operations import administers, reads
from pentad.platforms.omiq import Omiq, OmiqId
from pentad_tools.omiq.account import OneUser
from pentad_tools.omiq.rows import plain, shaped

PERSON = ("id", "name", "email")


class Users(Tabular):
    users: Rows


class Groups(Tabular):
    groups: Rows


class Members(Tabular):
    """`extUsers` are members from other installations, absent when there are none."""

    users: Rows
    extUsers: Rows = ()  # noqa: N815 - the platform's name


@reads("GET /users/search", example={"query": "a"})
async def search_users(omiq: Omiq, query: Annotated[str, Field(min_length=1, max_length=200)]) -> Page[Row]:
    """People whose name or address contains the text, with their ids."""
    users = (await omiq.get(Users, query=query)).users
    return Page(await shaped(omiq, users, plain), PERSON, len(users))


@reads("GET /groups", example={})
async def list_groups(omiq: Omiq) -> Page[Row]:
    """Groups that one can see, with ids and names; omiq_list_group_members tells their people."""
    groups = (await omiq.get(Groups)).groups
    return Page(await shaped(omiq, groups, plain), PERSON[:2], len(groups))


@reads("GET /group/{groupId}/memberinfo", example={"group_id": "$group"})
async def list_group_members(omiq: Omiq, group_id: OmiqId) -> Page[Row]:
    """People in a group; `external` ones belong to another OMIQ installation."""
    found = await omiq.get(Members, groupId=group_id)
    listed = ((found.users, False), (found.extUsers, True))
    rows = [plain(row) | {"external": external} for users, external in listed for row in users]
    return Page(rows, (*PERSON, "external"), len(rows))


@administers(
    "PATCH /users/connection",
    reaches="shared",
    retry_safe=True,
    check="look at the connections on the platform",
    example={"requester_id": "$requester", "accept": True},
)
async def answer_connection_request(omiq: Omiq, requester_id: OmiqId, accept: bool) -> Record:
    """Accept or decline another user's request to connect, which sharing between two people needs. Answers
    with a plan first."""
    body = {"requesterId": int(requester_id), "connect": accept}
    preview = Preview(
        will=f"{'Accept' if accept else 'Decline'} the request of user {requester_id} to connect"
        + ("; from then on the two can share with one another." if accept else "."),
        slug=f"{'accept' if accept else 'decline'}-connection-{requester_id}",
        body=body,
        undo="no: nothing known ends a connection or asks for one again; perhaps on the platform",
    )
    await omiq.send(OneUser, body=body, preview=preview)
    return Record({"requester_id": requester_id, "answer": "accepted" if accept else "declined"})
