"""Ways into OMIQ: a personal token, a service account's secret file, and the ends of both."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

import pytest

from pentad.http.auth import expires
from pentad.platforms.omiq import Omiq
from pentad.sandbox import Fault
from pentad.sandbox.omiq.access import PERSONAL_LIFE
from pentad.settings import Account
from tests.inside import World

LOGIN = "/api/auth/login"
MARKER = "There is a more recent login for this account"


def held(world: World) -> dict[str, Any]:
    return dict(world.sandbox.platforms["omiq"].credentials)


def logins(world: World) -> int:
    return len([one for one in world.sent("omiq", "POST") if one.path == LOGIN])


def jwt(**claims: Any) -> str:
    part = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJIUzI1NiJ9.{part}.c2ln"


async def test_a_personal_token_is_sent_as_it_is_and_tells_its_holder(world: World) -> None:
    told = await world.ask("omiq_get_current_user")
    (sent,) = world.sent("omiq")

    assert sent.request_headers["authorization"] == f"Bearer {held(world)['token']}"
    assert told["email"]
    assert logins(world) == 0


async def test_an_expired_token_is_told_before_anything_is_sent(world: World) -> None:
    world.as_user("omiq", token=held(world)["expired_token"])
    world.clock.advance(700)
    told = await world.refused("omiq_list_datasets")

    assert told["error"] == "auth_failed"
    assert "expired at 20" in told["message"]
    assert "adds ?token=true to its address" in told["message"]
    assert world.sent("omiq") == []


async def test_a_token_that_the_platform_refuses_is_explained_and_not_tried_again(world: World) -> None:
    world.as_user("omiq", token=jwt(sub="nobody"))
    told = await world.refused("omiq_list_datasets")

    assert told["error"] == "auth_failed"
    assert "belongs to one installation" in told["message"]
    assert len(world.sent("omiq")) == 1


async def test_calls_that_arrive_together_make_one_login_which_serves_until_a_minute_before_its_end(
    world: World,
) -> None:
    world.as_user("omiq", secret=held(world)["secret"])
    async with world.client() as client:
        calls = [client.call_tool("omiq_list_datasets", {}) for _ in range(6)]
        assert [result.is_error for result in await asyncio.gather(*calls)] == [False] * 6
    life = world.sandbox.platforms["omiq"].state.token_life
    world.clock.advance(life - 70)
    await world.ask("omiq_list_datasets")
    assert logins(world) == 1
    world.clock.advance(15)
    await world.ask("omiq_list_datasets")
    assert logins(world) == 2
    used = {one.request_headers["authorization"] for one in world.sent("omiq") if one.path != LOGIN}
    assert len(used) == 2


@pytest.mark.parametrize("ahead", [-600.0, 600.0])
@pytest.mark.parametrize("way", ["secret", "token"])
async def test_a_token_serves_to_its_end_though_the_clocks_differ_by_ten_minutes(
    world: World, way: str, ahead: float
) -> None:
    omiq = world.sandbox.platforms["omiq"]
    life = omiq.state.token_life if way == "secret" else PERSONAL_LIFE
    omiq.clock.skew = ahead
    world.as_user("omiq", **{way: held(world)[way]})
    await world.ask("omiq_list_datasets")
    left = life - ahead - 1 if way == "token" else 3 * life
    for _ in range(30):
        world.clock.advance(left / 30 - 0.01)
        await world.ask("omiq_list_datasets")
    # A token that is used beyond its end for the clock's sake is refused once, then there is another.
    assert logins(world) <= (8 if way == "secret" else 0)
    refused = [one for one in world.sent("omiq") if one.status == 401]
    assert len(refused) <= (4 if way == "secret" else 0)


@pytest.mark.parametrize("status", [401, 403, 500, 503])
@pytest.mark.parametrize("way", ["secret", "token"])
async def test_a_newer_login_ends_the_call_and_is_answered_by_no_login_and_no_retry(
    world: World, way: str, status: int
) -> None:
    world.as_user("omiq", **{way: held(world)[way]})
    if way == "secret":
        await world.ask("omiq_list_datasets")
    before = len(world.sent("omiq"))
    fault = Fault("status", status=status, body=json.dumps({"error": MARKER}), times=9, path="/api/datasets")
    world.sandbox.platforms["omiq"].faults.add(fault)
    told = await world.refused("omiq_list_datasets")

    assert told["error"] == "auth_failed"
    assert "displace each other" in told["message"]
    assert "Its secret" not in told["message"]
    assert len(world.sent("omiq")) == before + 1
    assert ("restart this server" in told["message"]) is (way == "secret")


async def test_a_displaced_service_account_stays_signed_out(world: World) -> None:
    world.as_user("omiq", secret=held(world)["secret"])
    await world.ask("omiq_list_datasets")
    state = world.sandbox.platforms["omiq"].state
    owner = next(user for user in state.users.values() if user.id in state.logins)
    state.sign_in(owner, world.clock.time())
    first = await world.refused("omiq_list_datasets")
    world.clock.advance(state.token_life)
    second = await world.refused("omiq_list_datasets")

    assert first["error"] == second["error"] == "auth_failed"
    assert "more recent login" in second["message"]
    assert logins(world) == 1


async def test_a_tenant_that_does_not_exist_is_told(world: World) -> None:
    url = "https://nolab.omiq.sandbox/api"
    accounts = {**world.app.settings.accounts, "omiq": Account("omiq", {"token": jwt(), "url": url})}
    world.change(accounts=accounts)
    told = await world.refused("omiq_list_datasets")

    assert told["error"] == "unavailable"
    assert "check PENTAD_OMIQ_TENANT" in told["message"]


async def test_what_an_account_may_not_do_is_said_once_with_whom_to_ask(world: World) -> None:
    world.as_user("omiq", token=held(world)["reader_token"])
    workflow = world.sample("omiq", "foreign_workflow")
    told = await world.refused("omiq_describe_workflow", workflow_id=workflow)

    assert told["error"] == "rejected"
    assert "its owner can share it" in told["message"]
    assert "omiq_list_policies and omiq_list_dataset_owners tell who" in told["message"]
    assert len(world.sent("omiq")) == 1


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, ["PENTAD_OMIQ_TOKEN is missing"]),
        ({"token": "abc"}, ["PENTAD_OMIQ_TOKEN is not a token: three parts with dots between are"]),
        ({"token": "Bearer a.b.c"}, ["PENTAD_OMIQ_TOKEN contains a space or a character that no key has"]),
        (
            {"token": "a.b.c", "secret": "{}"},
            ["only one of PENTAD_OMIQ_TOKEN, PENTAD_OMIQ_SECRET can be used"],
        ),
        ({"secret": "[]"}, ["PENTAD_OMIQ_SECRET is not the JSON object of a secret file"]),
        ({"secret": '{"email": "a@b.test"}'}, ["PENTAD_OMIQ_SECRET lacks the key token"]),
        ({"secret": '{"token": 7}'}, ["PENTAD_OMIQ_SECRET lacks the key email and token"]),
        ({"token": "a.b.c", "tenant": "my lab"}, ["PENTAD_OMIQ_TENANT is not the first label of a web"]),
    ],
)
def test_what_is_missing_or_wrong_is_named_and_never_its_value(
    values: dict[str, str], words: list[str]
) -> None:
    found = Omiq.problems(Account("omiq", values))
    assert len(found) == len(words)
    assert all(problem.startswith(word) for problem, word in zip(found, words, strict=True))


@pytest.mark.parametrize(
    ("tenant", "url"),
    [
        (None, "https://api.omiq.ai/api"),
        ("app", "https://api.omiq.ai/api"),
        ("API", "https://api.omiq.ai/api"),
        ("examplelab", "https://examplelab-api.omiq.ai/api"),
        ("examplelab-api", "https://examplelab-api.omiq.ai/api"),
        ("https://examplelab.omiq.ai/home", "https://examplelab-api.omiq.ai/api"),
    ],
)
def test_the_address_follows_from_the_tenant(tenant: str | None, url: str) -> None:
    values = {"token": "a.b.c"} | ({"tenant": tenant} if tenant else {})
    assert Omiq.values(Account("omiq", values))["url"] == url
    assert Omiq.problems(Account("omiq", values)) == []


async def test_a_secret_file_is_read_when_it_is_needed_and_only_if_it_is_private(
    world: World, tmp_path: Path
) -> None:
    place = tmp_path / "secret.json"
    place.write_text(held(world)["secret"] + "\n")
    place.chmod(0o644)
    world.as_user("omiq", secret_file=str(place))
    told = await world.refused("omiq_list_datasets")
    assert "PENTAD_OMIQ_SECRET_FILE names a file that others can read" in told["message"]

    place.chmod(0o600)
    await world.ask("omiq_list_datasets")
    assert logins(world) == 1


async def test_a_secret_file_without_a_key_is_told_and_nothing_of_it(world: World, tmp_path: Path) -> None:
    place = tmp_path / "secret.json"
    place.write_text('{"email": "sync@lab.test", "tokn": "EXAMPLE-SECRET-0000000000000000000000000"}')
    place.chmod(0o600)
    world.as_user("omiq", secret_file=str(place))
    told = await world.refused("omiq_list_datasets")

    assert "lacks the key token" in told["message"]
    assert "EXAMPLE" not in json.dumps(told)
    assert world.sent("omiq") == []


async def test_a_refused_secret_is_not_tried_again(world: World) -> None:
    world.as_user("omiq", secret=json.dumps({"email": "sync@lab.test", "token": "no-such-secret"}))
    told = [await world.refused("omiq_list_datasets") for _ in range(2)]

    assert "OMIQ staff issue a new secret file" in told[1]["message"]
    assert logins(world) == 1
    assert "no-such-secret" not in json.dumps(told)


@pytest.mark.parametrize(
    ("token", "end"),
    [
        (jwt(exp=1_893_456_000), 1_893_456_000.0),
        (jwt(exp="1893456000"), 1_893_456_000.0),
        (jwt(), float("inf")),
        (jwt(exp=None), float("inf")),
        (jwt(exp=-4), float("inf")),
        (jwt(exp=1e300), float("inf")),
        ("a.b.c", float("inf")),
        ("no token", float("inf")),
    ],
)
def test_the_end_of_a_token_is_read_where_it_says_one(token: str, end: float) -> None:
    assert expires(token) == end
