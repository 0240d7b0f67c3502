"""Every way into Timbr, and what is said when there is none."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from pentad.sandbox import Fault
from pentad.sandbox.timbr.access import AUDIENCE, ISSUER, NONCE, TENANT
from tests.inside import World, text_of
from tests.timbr.asking import CREDENTIALS, SUPPLY, credentials, faulty, sent, sign_in, statements, told

AZURE = {"jwt_issuer": ISSUER, "jwt_client_id": AUDIENCE, "jwt_nonce": NONCE}
AZURE_HEADERS = {"x-jwt-issuer": ISSUER, "x-jwt-client-id": AUDIENCE, "x-jwt-nonce": NONCE}
TOKEN = "/timbr/api/get_token"


def by_bearer(world: World, **values: str) -> None:
    world.as_user("timbr", bearer=credentials(world)["service_bearer"], **values)


def about_the_user(headers: dict[str, str]) -> dict[str, str]:
    """The headers that say who calls, of one request."""
    return {
        name: value
        for name, value in headers.items()
        if name in CREDENTIALS or name.startswith(("x-jwt", "x-api"))
    }


async def test_a_token_goes_in_its_header_on_every_call_and_nothing_goes_with_it(world: World) -> None:
    await told(world, "describe", ontology=SUPPLY, name="supplier")

    seen = [about_the_user(one.request_headers) for one in sent(world)]
    assert seen == [{"x-api-key": credentials(world)["api_key"]}] * len(seen)
    assert len(seen) > 3


@pytest.mark.parametrize(
    ("key", "values", "headers"),
    [
        ("user_jwt", {}, {}),
        ("user_jwt", AZURE, AZURE_HEADERS),
        ("tenant_jwt", {"jwt_tenant": TENANT}, {"x-jwt-tenant-id": TENANT}),
        ("tenant_jwt", {"jwt_tenant": TENANT, **AZURE}, {"x-jwt-tenant-id": TENANT, **AZURE_HEADERS}),
    ],
    ids=["alone", "azure", "tenant", "tenant in azure"],
)
async def test_a_jwt_goes_with_exactly_what_belongs_to_it(
    world: World, key: str, values: dict[str, str], headers: dict[str, str]
) -> None:
    jwt = credentials(world)[key]
    world.as_user("timbr", jwt=jwt, **values)
    answer = await told(world, "list_ontologies")

    assert answer["rows"][0][0] == SUPPLY
    assert [about_the_user(one.request_headers) for one in sent(world)] == [
        {"x-jwt-token": jwt, **headers}
    ] * 2


@pytest.mark.parametrize(
    ("key", "values", "words"),
    [
        ("expired_jwt", {}, "JWT token has expired"),
        ("tenant_jwt", {}, "not issued for this tenant"),
        ("tenant_jwt", {"jwt_tenant": "t8"}, "not issued for this tenant"),
        ("user_jwt", {"jwt_issuer": "https://other.example"}, "by or for somebody else"),
    ],
)
async def test_a_jwt_that_is_refused_is_sent_once_and_explained_without_being_shown(
    world: World, key: str, values: dict[str, str], words: str
) -> None:
    jwt = credentials(world)[key]
    world.as_user("timbr", jwt=jwt, **values)
    answer = await told(world, "list_ontologies")

    assert (answer["error"], len(sent(world))) == ("auth_failed", 1)
    assert words in answer["platform_says"]
    assert "the user can set a new one and restart" in answer["message"]
    assert jwt not in str(answer)


async def test_calls_that_arrive_together_buy_one_token_with_the_bearer(world: World) -> None:
    by_bearer(world)
    async with world.client() as client:
        asked = {"ontology": "fleet", "sql": "SHOW VERSION"}
        calls = [client.call_tool("timbr_run_query", asked) for _ in range(6)]
        answers = [text_of(result) for result in await asyncio.gather(*calls)]

    assert [answer["rows"] for answer in answers] == [[[17]]] * 6
    assert [one.path for one in sent(world)] == [TOKEN] + ["/timbr/api/query/"] * 6


async def test_the_bearer_is_sent_to_the_path_that_takes_it_and_the_token_everywhere_else(
    world: World,
) -> None:
    held = credentials(world)
    by_bearer(world, impersonate=held["second_user"])
    await told(world, "describe", ontology=SUPPLY)

    first, *rest = [about_the_user(one.request_headers) for one in sent(world)]
    assert first == {"authorization": f"Bearer {held['service_bearer']}"}
    assert rest == [{"x-api-key": held["api_key"], "x-api-impersonate-user": "viewer"}] * len(rest)


async def test_a_bought_token_that_is_refused_is_renewed_once(world: World) -> None:
    by_bearer(world)
    faulty(world, Fault("expire", path="*/get_ontologies/"))
    answer = await told(world, "list_ontologies")

    assert answer["total"] == 2
    assert [(one.path, one.status) for one in sent(world)][:4] == [
        (TOKEN, 200),
        ("/timbr/api/get_ontologies/", 401),
        (TOKEN, 200),
        ("/timbr/api/get_ontologies/", 200),
    ]


async def test_a_bought_token_that_stays_refused_ends_the_call(world: World) -> None:
    by_bearer(world)
    faulty(world, Fault("expire", path="*/get_ontologies/", sticky=True))
    answer = await told(world, "list_ontologies")

    assert answer["error"] == "auth_failed"
    assert [one.status for one in sent(world)] == [200, 401, 200, 401]


@pytest.mark.parametrize("body", [None, '{"status": "error", "data": "Invalid token"}'], ids=["401", "200"])
async def test_a_bearer_that_is_refused_is_never_tried_again(world: World, body: str | None) -> None:
    world.as_user("timbr", bearer="gAAAAmade-with-another-salt")
    if body:
        faulty(world, Fault("wrong_shape", path="*/get_token", body=body, times=None))
    answers = [await told(world, "list_ontologies") for _ in range(3)]

    assert {answer["error"] for answer in answers} == {"auth_failed"}
    assert "make a new one with the deployment's script" in answers[2]["message"]
    assert "gAAAA" not in str(answers)
    assert [one.path for one in sent(world)] == [TOKEN]


@pytest.mark.parametrize(
    "body", ['{"status": "success", "data": []}', '{"status": "success", "data": ["two words"]}', "{}"]
)
async def test_a_sign_in_without_a_token_is_told_as_such_and_tried_again_by_the_next_call(
    world: World, body: str
) -> None:
    by_bearer(world)
    faulty(world, Fault("wrong_shape", path="*/get_token", body=body))
    answer = await told(world, "list_ontologies")

    assert answer["error"] == "malformed"
    assert "without a usable access token" in answer["message"]
    assert (await told(world, "list_ontologies"))["total"] == 2


@pytest.mark.parametrize("kind", ["gateway_url", "plain_url"])
async def test_a_token_is_bought_whatever_the_gateway_thinks_of_final_slashes(
    world: World, kind: str
) -> None:
    by_bearer(world, url=world.sample("timbr", kind))

    assert (await told(world, "list_ontologies"))["total"] == 2


@pytest.mark.parametrize("user", ["second_user", "second_user_email"])
async def test_another_users_view_is_asked_for_on_every_call(world: World, user: str) -> None:
    named = credentials(world)[user]
    sign_in(world, impersonate=named)
    await told(world, "describe", ontology=SUPPLY)
    me = await told(world, "run_query", ontology=SUPPLY, sql="SELECT timbr_username() AS me")

    assert me["rows"] == [["viewer"]]
    headers = [one.request_headers["x-api-impersonate-user"] for one in sent(world)]
    assert headers == [named] * len(headers)


async def test_a_missing_grant_is_explained_and_says_how_it_is_given(world: World) -> None:
    sign_in(world, impersonate="nobody")
    for tool in ("list_ontologies", "get_ontology", "describe"):
        answer = await told(world, tool, **({} if tool == "list_ontologies" else {"ontology": SUPPLY}))

        assert answer["error"] == "auth_failed"
        assert "GRANT AUTH ON user.<target> TO USER <caller>" in answer["message"]
        assert "PENTAD_TIMBR_IMPERSONATE" in answer["message"]


ECHOES = [
    ("wrong_shape", 200, '{"status": "success", "data": [{"id": "%s"}]}'),
    ("wrong_shape", 400, '{"status": "error", "data": "Token %s may not do this"}'),
    ("wrong_shape", 401, "Bad token: %s"),
    ("html", 502, "<html>%s</html>"),
]


@pytest.mark.parametrize(("kind", "status", "body"), ECHOES, ids=["rows", "envelope", "text", "page"])
@pytest.mark.parametrize("form", ["api_key", "jwt", "bearer"])
async def test_a_credential_that_the_platform_repeats_is_not_passed_on(
    world: World, form: str, kind: Any, status: int, body: str
) -> None:
    held = credentials(world)
    forms = {"api_key": "api_key", "jwt": "user_jwt", "bearer": "service_bearer"}
    world.as_user("timbr", **{form: held[forms[form]]})
    said = held[forms[form] if form == "jwt" else "api_key"]
    faulty(world, Fault(kind, path="*/query/", status=status, body=body % said, times=None))
    answer = await told(world, "run_query", ontology="fleet", sql="SHOW VERSION")

    assert said not in json.dumps(answer)
    assert statements(sent(world))


async def test_a_bearer_that_the_sign_in_repeats_is_not_passed_on(world: World) -> None:
    bearer = credentials(world)["service_bearer"]
    by_bearer(world)
    faulty(world, Fault("status", path="*/get_token", status=503, body=f"down: {bearer}", times=None))
    answer = await told(world, "list_ontologies")

    assert answer["error"] == "unavailable"
    assert bearer not in json.dumps(answer)


GOOD = {"api_key": "tk_abcdefgh", "url": "https://timbr.example.com"}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"api_key": ""}, "PENTAD_TIMBR_API_KEY is missing"),
        ({"jwt": "a.b.c"}, "only one of PENTAD_TIMBR_API_KEY, PENTAD_TIMBR_JWT can be used"),
        ({"bearer": "gAAAA"}, "only one of PENTAD_TIMBR_API_KEY, PENTAD_TIMBR_BEARER can be used"),
        ({"api_key": "Token: tk_abcdefgh"}, "PENTAD_TIMBR_API_KEY contains a space"),
        ({"api_key": "tk_abcd…"}, "PENTAD_TIMBR_API_KEY contains a space"),
        ({"api_key": "", "jwt": "a.b.\n"}, "PENTAD_TIMBR_JWT contains a space"),
        ({"jwt_tenant": "t7"}, "PENTAD_TIMBR_JWT_TENANT goes with a JWT only"),
        ({"impersonate": "Ann Lee"}, "PENTAD_TIMBR_IMPERSONATE contains a space"),
        ({"url": ""}, "PENTAD_TIMBR_URL is missing"),
        ({"url": "http://timbr.example.com"}, "must begin with https://"),
        ({"url": "timbr.example.com"}, "must begin with https://"),
        ({"token": "tk_x"}, "PENTAD_TIMBR_TOKEN is not a setting"),
    ],
)
async def test_a_wrong_configuration_says_what_is_wrong_and_sends_nothing(
    world: World, values: dict[str, str], words: str
) -> None:
    world.as_user("timbr", **(GOOD | values))
    answer = await told(world, "list_ontologies")

    assert answer["error"] == "auth_failed"
    assert words in answer["message"]
    assert not [
        value for name, value in (GOOD | values).items() if name != "url" and value in str(answer) and value
    ]
    assert sent(world) == []
