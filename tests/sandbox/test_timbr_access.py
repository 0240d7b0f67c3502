"""Timbr: who gets in, as whom, and what each of them may see."""

from __future__ import annotations

import base64
import json

import httpx2 as httpx
import pytest

from pentad.sandbox import Fault, SandboxPlatform

ONTOLOGIES = "/timbr/api/get_ontologies/"
QUERY = "/timbr/api/query/"
RAW = "/timbr/openapi/ontology/supply_chain/query"
TOKEN = "/timbr/api/get_token"
TEXT = {"content-type": "application/text"}
DENIED = "No permission for knowledge graph schema dtimbr"


def key(timbr: SandboxPlatform, name: str) -> dict[str, str]:
    return {"x-api-key": timbr.credentials[name]}


def jwt(timbr: SandboxPlatform, name: str, **more: str) -> dict[str, str]:
    return {
        "x-jwt-token": timbr.credentials[name],
        **{header.replace("_", "-"): text for header, text in more.items()},
    }


async def me(client: httpx.AsyncClient, headers: dict[str, str], ontology: str = "supply_chain") -> str:
    body = {"ontology_name": ontology, "query": "SELECT timbr_username() AS me"}
    return str((await client.post(QUERY, json=body, headers=headers)).json()["data"][0]["me"])


async def refusal(client: httpx.AsyncClient, headers: dict[str, str]) -> str:
    """What a refused call is told; asserts that it is a 401 in the right convention of both families."""
    enveloped = await client.get(ONTOLOGIES, headers=headers)
    plain = await client.post(RAW, content="SHOW VERSION", headers={**headers, **TEXT})
    assert (enveloped.status_code, plain.status_code) == (401, 401)
    assert plain.headers["content-type"].startswith("text/plain")
    assert enveloped.json() == {"status": "error", "data": plain.text}
    return plain.text


async def test_every_key_belongs_to_a_user_with_ontologies_of_its_own(
    visitor: httpx.AsyncClient, timbr: SandboxPlatform
) -> None:
    seen = {
        name: (await visitor.get(ONTOLOGIES, headers=key(timbr, name))).json()["data"]
        for name in ("api_key", "viewer_key", "fleet_key", "tenant_key")
    }
    assert seen == {
        "api_key": ["supply_chain", "fleet"],
        "viewer_key": ["supply_chain", "fleet"],
        "fleet_key": ["fleet"],
        "tenant_key": ["supply_chain"],
    }
    assert await me(visitor, key(timbr, "api_key")) == "analyst"
    assert await me(visitor, key(timbr, "fleet_key"), "fleet") == "fleet"


async def test_a_jwt_signs_in_and_prints_the_token_that_replaces_it(
    visitor: httpx.AsyncClient, timbr: SandboxPlatform
) -> None:
    shown = await visitor.post(
        "/timbr/openapi/ontology/system_db/query",
        content="SHOW TOKEN",
        headers={**jwt(timbr, "user_jwt"), **TEXT},
    )
    (token,) = shown.json()[0].values()
    assert token == timbr.credentials["api_key"]
    assert await me(visitor, {"x-api-key": token}) == "analyst"


async def test_a_tenant_and_its_user_make_one_name(
    visitor: httpx.AsyncClient, timbr: SandboxPlatform
) -> None:
    tenant: str = timbr.credentials["tenant_name"]
    headers = jwt(timbr, "tenant_jwt", x_jwt_tenant_id=tenant)
    assert await me(visitor, headers) == "t7/bea"
    for wrong in (
        jwt(timbr, "tenant_jwt"),
        jwt(timbr, "tenant_jwt", x_jwt_tenant_id="t8"),
        jwt(timbr, "user_jwt", x_jwt_tenant_id=tenant),
    ):
        assert await refusal(visitor, wrong) == "JWT token was not issued for this tenant"


async def test_what_is_said_about_a_jwt_has_to_agree_with_it(
    visitor: httpx.AsyncClient, timbr: SandboxPlatform
) -> None:
    payload = timbr.credentials["user_jwt"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    said = {"x_jwt_issuer": claims["iss"], "x_jwt_client_id": claims["aud"], "x_jwt_nonce": claims["nonce"]}
    assert await me(visitor, jwt(timbr, "user_jwt", **said)) == "analyst"
    for header in said:
        wrong = jwt(timbr, "user_jwt", **{**said, header: "https://elsewhere.test"})
        assert await refusal(visitor, wrong) == "JWT token was issued by or for somebody else"


async def test_a_jwt_that_is_over_or_changed_is_refused(
    visitor: httpx.AsyncClient, timbr: SandboxPlatform
) -> None:
    assert await refusal(visitor, jwt(timbr, "expired_jwt")) == "JWT token has expired"
    for text in (f"{timbr.credentials['user_jwt']}x", "a.b.c", ""):
        assert await refusal(visitor, {"x-jwt-token": text}) == "JWT token could not be verified"


async def test_a_missing_unknown_or_revoked_key_is_refused(
    visitor: httpx.AsyncClient, timbr: SandboxPlatform
) -> None:
    for headers in ({"x-api-key": "tk_none"}, {"x-api-key": ""}, key(timbr, "revoked_key")):
        assert await refusal(visitor, headers) == "Unauthorized"
    assert "exactly one" in await refusal(visitor, {})


async def test_two_credentials_are_as_bad_as_none(visitor: httpx.AsyncClient, timbr: SandboxPlatform) -> None:
    assert "exactly one" in await refusal(visitor, {**key(timbr, "api_key"), **jwt(timbr, "user_jwt")})


async def test_an_expired_jwt_stays_refused_when_a_fault_says_so(
    visitor: httpx.AsyncClient, timbr: SandboxPlatform
) -> None:
    timbr.faults.add(Fault("expire", sticky=True))
    for _ in range(2):
        refused = await visitor.get(ONTOLOGIES, headers=jwt(timbr, "user_jwt"))
        assert (refused.status_code, refused.json()) == (401, {"status": "error", "data": "Unauthorized"})
    assert (await visitor.get(ONTOLOGIES, headers=key(timbr, "api_key"))).status_code == 200


async def test_the_services_own_bearer_buys_the_users_token(
    visitor: httpx.AsyncClient, timbr: SandboxPlatform
) -> None:
    bearer: str = timbr.credentials["service_bearer"]
    assert bearer.startswith("gAAAA")
    bought = await visitor.post(TOKEN, headers={"Authorization": f"Bearer {bearer}"})
    assert bought.json() == {"status": "success", "data": [timbr.credentials["api_key"]]}
    for wrong in ({"Authorization": "Bearer gAAAAwrong"}, {"Authorization": f"Basic {bearer}"}, {}):
        refused = await visitor.post(TOKEN, headers=wrong)
        assert (refused.status_code, refused.json()["data"]) == (401, "Unauthorized")


async def test_a_browser_session_shows_the_token_and_anybody_else_the_way_to_sign_in(
    visitor: httpx.AsyncClient, timbr: SandboxPlatform
) -> None:
    path = "/timbr/get_timbr_user_token/"
    shown = await visitor.get(
        path, headers={"Cookie": f"lang=en; session={timbr.credentials['web_session']}"}
    )
    sent_off = await visitor.get(path, headers=key(timbr, "api_key"))
    assert (shown.status_code, shown.text) == (200, timbr.credentials["api_key"])
    assert (sent_off.status_code, sent_off.headers["location"]) == (302, f"/login/?next={path}")


@pytest.mark.parametrize("named", ["second_user", "second_user_email"])
async def test_acting_for_a_user_takes_over_name_rows_and_permissions(
    graph: httpx.AsyncClient, timbr: SandboxPlatform, named: str
) -> None:
    acting = {"x-api-impersonate-user": timbr.credentials[named]}
    assert await me(graph, acting) == "viewer"
    body = {"ontology_name": "supply_chain", "query": timbr.samples["sql"]}
    denied = await graph.post(QUERY, json=body, headers=acting)
    config = await graph.post("/timbr/api/get_config/JWT_TYPE", headers=acting)
    assert (denied.status_code, config.status_code) == (401, 403)


async def test_acting_for_a_user_needs_a_grant_and_tells_nothing_about_who_exists(
    visitor: httpx.AsyncClient, timbr: SandboxPlatform
) -> None:
    for name, wanted in (("api_key", "fleet"), ("api_key", "nobody"), ("viewer_key", "analyst")):
        told = await refusal(visitor, {**key(timbr, name), "x-api-impersonate-user": wanted})
        assert told.endswith(f"has no AUTH permission on user {wanted}")


async def test_a_schema_that_is_not_permitted_is_a_401_in_both_conventions(
    visitor: httpx.AsyncClient, timbr: SandboxPlatform
) -> None:
    headers, sql = key(timbr, "viewer_key"), timbr.samples["sql"]
    enveloped = await visitor.post(
        QUERY, json={"ontology_name": "supply_chain", "query": sql}, headers=headers
    )
    plain = await visitor.post(RAW, content=sql, headers={**headers, **TEXT})
    read = await visitor.get("/timbr/api/q/supply_chain/concept/supplier", headers=headers)
    assert [one.status_code for one in (enveloped, plain, read)] == [401, 401, 401]
    assert enveloped.json() == {"status": "error", "data": DENIED}
    assert plain.text == f"HTTP Response code: 401, message: {DENIED}"
    view = f"/timbr/api/q/supply_chain/view/{timbr.samples['view']}"
    assert (await visitor.get(view, headers=headers)).status_code == 200


async def test_an_ontology_that_a_user_does_not_see_looks_like_none(
    visitor: httpx.AsyncClient, timbr: SandboxPlatform
) -> None:
    headers = key(timbr, "fleet_key")
    for name in ("supply_chain", "nowhere"):
        told = await visitor.post(f"/timbr/api/get_ontology/{name}", headers=headers)
        assert (told.status_code, told.json()["data"]) == (404, f"Ontology {name} does not exist")


async def test_administration_is_for_administrators(
    visitor: httpx.AsyncClient, timbr: SandboxPlatform
) -> None:
    headers = key(timbr, "viewer_key")
    for path, body in (
        ("get_config/JWT_TYPE", None),
        ("clear_cache/fleet", None),
        ("create_ontology/", {"ontology_name": "returns"}),
    ):
        refused = await visitor.post(f"/timbr/api/{path}", json=body, headers=headers)
        assert (refused.status_code, refused.json()["status"]) == (403, "error")
    assert "returns" not in timbr.state.engine.ontologies
    assert timbr.state.cleared == {}


JSON_ONLY = [
    ("POST", TOKEN),
    ("GET", ONTOLOGIES),
    ("POST", "/timbr/api/get_ontology/fleet"),
    ("POST", QUERY),
    ("GET", "/timbr/api/q/fleet/concept/van"),
    ("GET", "/timbr/api/q/fleet/view/parked"),
    ("POST", "/timbr/api/kb/search"),
    ("POST", "/timbr/api/get_config/JWT_TYPE"),
    ("POST", "/timbr/api/clear_cache/fleet"),
    ("POST", "/timbr/api/create_ontology/"),
    ("POST", "/timbr/openapi/execute/prompt"),
    ("POST", "/timbr/openapi/execute/answer"),
]


@pytest.mark.parametrize(("method", "path"), JSON_ONLY)
async def test_a_call_that_is_not_declared_as_json_is_refused_even_without_a_body(
    graph: httpx.AsyncClient, timbr: SandboxPlatform, method: str, path: str
) -> None:
    del graph.headers["content-type"]
    for headers in ({}, TEXT):
        refused = await graph.request(method, path, headers=headers)
        assert (refused.status_code, refused.json()["data"]) == (400, "Content-Type must be application/json")
    declared = await graph.request(method, path, headers={"content-type": "application/json; charset=utf-8"})
    assert "Content-Type" not in declared.text


@pytest.mark.parametrize("media", ["application/json", "text/plain"])
async def test_the_raw_route_takes_its_own_content_type_only(graph: httpx.AsyncClient, media: str) -> None:
    refused = await graph.post(RAW, content="SHOW VERSION", headers={"content-type": media})
    assert (refused.status_code, refused.text) == (400, "Content-Type must be application/text")
