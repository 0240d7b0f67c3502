"""OMIQ: whose token it is, what this person prefers, how the installation is set up."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from pentad.jsontext import dumps
from pentad.models import Record, Wire
from pentad.operations import reads, writes
from pentad.platforms.omiq import Omiq
from pentad_tools.omiq.tags import completed, differences, map_in, remark

# What the member is called is inferred.
_PREFERENCES = ("prefs", "preferences")
Preferences = Annotated[
    dict[str, Any],
    Field(min_length=1),
    WithJsonSchema({"type": "object", "description": "Name to value; null removes it."}),
]


class User(Wire):
    id: str
    name: str | None = None
    email: str | None = None


class OneUser(Wire):
    user: User


class Installation(Wire):
    config: dict[str, Any]


@reads("GET /user", example={})
async def get_current_user(omiq: Omiq) -> User:
    """The account that the token belongs to: id, name, address, last login."""
    return (await omiq.get(OneUser)).user


@reads("GET /settings/config", example={})
async def get_platform_config(omiq: Omiq) -> Record:
    """Configuration of this OMIQ installation; its members are not documented."""
    return Record({"config": (await omiq.get(Installation)).config})


@writes(
    "POST /user/setprefs",
    covers=("set_user_preferences",),
    retry_safe=True,
    check="read them with omiq_get_current_user",
    example={"preferences": {"compactView": True}},
)
async def update_user_preferences(omiq: Omiq, preferences: Preferences) -> Record:
    """Change interface preferences of the signed-in user; the others are kept. Answers with what is stored
    then."""
    before = await omiq.bound_to(get_current_user).exact()
    wanted = completed(map_in(before.get("user"), *_PREFERENCES), preferences)
    answer = await omiq.send(OneUser, body=dumps({"prefs": wanted}))
    stored = map_in(answer.user.record(), *_PREFERENCES)
    if stored is None:
        omiq.call.note("OMIQ does not say what is stored, so neither the change nor earlier ones are checked")
    elif found := differences(wanted, stored):
        omiq.call.note(remark(found))
    return Record({"user_id": answer.user.id, "preferences": stored})
