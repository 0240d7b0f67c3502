"""Optimized.App: groups, batches, two limits and complete validation errors."""

from __future__ import annotations

from typing import Any

import httpx2 as httpx
import pytest

from pentad.sandbox import SandboxPlatform
from tests.clock import ManualClock

GROUPS = "/v1/my-groups"
PLAIN: dict[str, Any] = {"profiles": [{"person": {"first_name": "Liv"}}]}

FLAWED: list[dict[str, Any]] = [
    {"external_id": "twin", "person": {"phone_number": "call me"}},
    {"external_id": "twin", "person": {"email_address": "no at"}},
    {"person": {"first_name": 1, "phone_number": "+999 123 456 789"}},
]


def batches(optimized: SandboxPlatform, group: str = "group") -> str:
    return f"/v1/groups/{optimized.samples[group]}/batches"


def token(optimized: SandboxPlatform, name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {optimized.credentials[name]}"}


async def test_sixty_groups_come_on_three_pages(outreach: httpx.AsyncClient) -> None:
    pages = [(await outreach.get(GROUPS, params={"page": n})).json() for n in (1, 2, 3)]
    assert [len(page["data"]) for page in pages] == [25, 25, 10]
    assert len({group["uuid"] for page in pages for group in page["data"]}) == 60
    assert [(page["from"], page["to"]) for page in pages] == [(1, 25), (26, 50), (51, 60)]
    assert [page["next_page_url"] is None for page in pages] == [False, False, True]
    shapes = {type(group["metadata"]).__name__ for group in pages[0]["data"]}
    assert shapes == {"list", "dict"}
    assert pages[0]["data"][0]["created_at"].endswith("000000Z")


async def test_links_can_be_malformed_and_lose_the_sort(outreach: httpx.AsyncClient) -> None:
    base = "https://optimized.sandbox/v1/my-groups"
    first = (await outreach.get(GROUPS, params={"sort": "-created_at"})).json()
    named = (await outreach.get(GROUPS, params={"sort": "name"})).json()
    second = (await outreach.get(GROUPS, params={"page": 2})).json()
    assert first["first_page_url"] == f"{base}&page=1"
    assert first["next_page_url"] == f"{base}?page=2"
    assert named["next_page_url"] == f"{base}?sort=name&page=2"
    assert (second["next_page_url"], second["prev_page_url"]) == (f"{base}&page=3", f"{base}?page=1")


@pytest.mark.parametrize("field", ["name", "created_at"])
async def test_groups_sort_both_ways(outreach: httpx.AsyncClient, field: str) -> None:
    for sign in ("", "-"):
        rows = (await outreach.get(GROUPS, params={"sort": sign + field})).json()["data"]
        values = [row[field] for row in rows]
        assert values == sorted(values, reverse=bool(sign))


async def test_a_page_beyond_the_end_is_empty_and_a_senseless_one_is_the_first(
    outreach: httpx.AsyncClient,
) -> None:
    beyond = (await outreach.get(GROUPS, params={"page": 9})).json()
    assert (beyond["data"], beyond["from"], beyond["to"], beyond["next_page_url"]) == ([], None, None, None)
    for page in ("0", "x", "-3"):
        assert (await outreach.get(GROUPS, params={"page": page})).json()["current_page"] == 1


async def test_an_unknown_sort_is_a_validation_error(outreach: httpx.AsyncClient) -> None:
    response = await outreach.get(GROUPS, params={"sort": "colour"})
    assert (response.status_code, list(response.json()["errors"])) == (422, ["sort"])


async def test_a_batch_is_stored_as_it_came(outreach: httpx.AsyncClient, optimized: SandboxPlatform) -> None:
    body = {
        "fail_on_missing_attributes": True,
        "schedule": {"start": "2026-10-01T08:00:00.000Z"},
        "profiles": [optimized.samples["profile"]],
    }
    response = await outreach.post(batches(optimized), json=body)
    assert response.status_code == 201
    assert response.json()["created_at"] == "2026-09-21T14:13:20.000000Z"
    (batch,) = optimized.state.batches
    assert (batch.uuid, batch.body) == (response.json()["uuid"], body)
    assert batch.group == optimized.samples["group"]


async def test_a_repeated_external_id_is_taken_in_its_group_only(
    outreach: httpx.AsyncClient, optimized: SandboxPlatform
) -> None:
    body = {"profiles": [{"external_id": "mine"}]}
    answers = [
        (await outreach.post(batches(optimized, group), json=body)).status_code
        for group in ("group", "group", "other_group")
    ]
    assert answers == [201, 422, 201]


async def test_all_findings_come_at_once_and_nothing_is_stored(
    outreach: httpx.AsyncClient, optimized: SandboxPlatform
) -> None:
    taken = {"external_id": optimized.samples["taken_external_id"], "person": {"phone_number": 5}}
    response = await outreach.post(
        batches(optimized), json={"profiles": [*FLAWED, taken], "fail_on_missing_attributes": "true"}
    )
    errors = response.json()["errors"]
    assert response.status_code == 422
    assert set(errors) == {
        "fail_on_missing_attributes",
        "profiles.0.external_id",
        "profiles.1.external_id",
        "profiles.3.external_id",
        "profiles.0.person.phone_number",
        "profiles.1.person.email_address",
        "profiles.2.person.phone_number",
        "profiles.2.person.first_name",
        "profiles.3.person.phone_number",
    }
    assert len(errors["profiles.3.person.phone_number"]) == 2
    assert list(errors)[-1] == "fail_on_missing_attributes"
    assert response.json()["message"].endswith("(and 9 more errors)")
    assert optimized.state.batches == []


async def test_the_summary_counts_the_further_errors(
    outreach: httpx.AsyncClient, optimized: SandboxPlatform
) -> None:
    person = {"email_address": "x", "phone_number": "y"}
    one = await outreach.post(batches(optimized), json={"profiles": [{"person": {"email_address": "x"}}]})
    two = await outreach.post(batches(optimized), json={"profiles": [{"person": person}]})
    assert one.json()["message"] == "The profiles.0.person.email_address must be a valid email address."
    assert two.json()["message"].endswith("(and 1 more error)")


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "profiles"),
        ({"profiles": []}, "profiles"),
        ({"profiles": {"a": 1}}, "profiles"),
        ([], "profiles"),
        ({"profiles": ["x"]}, "profiles.0"),
        ({"profiles": [{"person": []}]}, "profiles.0.person"),
        ({"profiles": [{"attributes": {}}]}, "profiles.0.attributes"),
        ({"profiles": [{"attributes": ["x"]}]}, "profiles.0.attributes.0.name"),
        ({"profiles": [{"attributes": [{"name": ""}]}]}, "profiles.0.attributes.0.name"),
        ({"profiles": [{"attributes": [{"name": "a", "value": []}]}]}, "profiles.0.attributes.0.value"),
        ({"profiles": [{"external_id": 7}]}, "profiles.0.external_id"),
        ({"profiles": [{}], "fail_on_missing_attributes": None}, "fail_on_missing_attributes"),
    ],
)
async def test_a_wrong_shape_is_named_by_its_path(
    outreach: httpx.AsyncClient, optimized: SandboxPlatform, body: object, path: str
) -> None:
    response = await outreach.post(batches(optimized), json=body)
    assert (response.status_code, list(response.json()["errors"])) == (422, [path])


async def test_an_undefined_attribute_fails_only_when_asked_to(
    outreach: httpx.AsyncClient, optimized: SandboxPlatform
) -> None:
    body: dict[str, Any] = {"profiles": [{"attributes": [{"name": "shoe_size", "value": 44}]}]}
    assert (await outreach.post(batches(optimized), json=body)).status_code == 201
    strict = await outreach.post(batches(optimized), json={**body, "fail_on_missing_attributes": True})
    assert list(strict.json()["errors"]) == ["profiles.0.attributes.0.name"]


async def test_a_body_that_is_not_json_is_refused(
    outreach: httpx.AsyncClient, optimized: SandboxPlatform
) -> None:
    path, media = batches(optimized), {"Content-Type": "application/json"}
    assert (await outreach.post(path, content=b"{", headers=media)).status_code == 400
    undeclared = await outreach.post(path, content=b'{"profiles": [{}]}')
    assert list(undeclared.json()["errors"]) == ["profiles"]


@pytest.mark.parametrize(
    "header", [{}, {"Authorization": "Basic x"}, {"Authorization": "Bearer 1|wrong"}, {"Authorization": ""}]
)
async def test_a_missing_or_wrong_token_is_401(outreach: httpx.AsyncClient, header: dict[str, str]) -> None:
    outreach.headers.pop("Authorization")
    response = await outreach.get(GROUPS, headers=header)
    assert (response.status_code, response.json()) == (401, {"message": "Unauthenticated."})
    assert "x-ratelimit-limit" not in response.headers


async def test_tokens_can_be_revoked_or_limited(
    outreach: httpx.AsyncClient, optimized: SandboxPlatform
) -> None:
    assert "|" in optimized.credentials["token"]
    revoked = await outreach.get(GROUPS, headers=token(optimized, "revoked_token"))
    reading = token(optimized, "read_only_token")
    refused = await outreach.post(batches(optimized), headers=reading, json=PLAIN)
    empty = await outreach.get(GROUPS, headers=token(optimized, "no_groups_token"))
    assert (revoked.status_code, refused.status_code) == (401, 403)
    assert (await outreach.get(GROUPS, headers=reading)).status_code == 200
    assert empty.json()["data"] == []
    alone = await outreach.post(batches(optimized), headers=token(optimized, "no_groups_token"), json=PLAIN)
    assert alone.status_code == 404


async def test_unknown_groups_paths_and_methods_are_told_apart(
    outreach: httpx.AsyncClient, optimized: SandboxPlatform
) -> None:
    missing = await outreach.post(batches(optimized, "missing_group"), json=PLAIN)
    nowhere = await outreach.get("/v1/campaigns")
    wrong = await outreach.get(batches(optimized))
    posted = await outreach.post(GROUPS)
    assert [one.status_code for one in (missing, nowhere, wrong, posted)] == [404, 404, 405, 405]
    assert (wrong.headers["allow"], posted.headers["allow"]) == ("POST", "GET")


async def test_plain_http_is_redirected(outreach: httpx.AsyncClient) -> None:
    response = await outreach.get("http://optimized.sandbox/v1/my-groups")
    assert (response.status_code, response.headers["location"]) == (
        301,
        "https://optimized.sandbox/v1/my-groups",
    )


async def test_a_group_takes_ten_batches_a_minute(
    outreach: httpx.AsyncClient, optimized: SandboxPlatform, clock: ManualClock
) -> None:
    answers: list[httpx.Response] = []
    for _ in range(12):
        answers.append(await outreach.post(batches(optimized), json=PLAIN))
        clock.advance(1.0)
    assert [one.status_code for one in answers] == [201] * 10 + [429] * 2
    assert ["x-ratelimit-reset" in one.headers for one in answers] == [False] * 9 + [True] * 3
    assert answers[9].headers["x-ratelimit-reset"] == "1790000060"
    assert ["retry-after" in one.headers for one in answers[10:]] == [False, True]
    assert (await outreach.post(batches(optimized, "other_group"), json=PLAIN)).status_code == 201
    assert (await outreach.get(GROUPS)).headers["x-ratelimit-remaining"] == str(250 - 12)
    clock.advance(49.0)
    assert (await outreach.post(batches(optimized), json=PLAIN)).status_code == 201


async def test_a_user_has_250_requests_a_minute_over_all_tokens(
    outreach: httpx.AsyncClient, optimized: SandboxPlatform, clock: ManualClock
) -> None:
    second = token(optimized, "second_token")
    for turn in range(250):
        headers = second if turn % 2 else {}
        assert (await outreach.get(GROUPS, headers=headers)).status_code == 200
    refused = await outreach.post(batches(optimized), json=PLAIN)
    assert (refused.status_code, refused.headers["x-ratelimit-limit"]) == (429, "250")
    other = await outreach.get(GROUPS, headers=token(optimized, "other_user_token"))
    assert other.status_code == 200
    clock.advance(60.0)
    allowed = await outreach.post(batches(optimized), json=PLAIN)
    assert (allowed.status_code, allowed.headers["x-ratelimit-remaining"]) == (201, "9")


async def test_a_spent_plan_answers_429_without_a_reset(
    outreach: httpx.AsyncClient, optimized: SandboxPlatform
) -> None:
    response = await outreach.get(GROUPS, headers=token(optimized, "spent_token"))
    assert (response.status_code, response.headers["x-ratelimit-remaining"]) == (429, "250")
    assert "x-ratelimit-reset" not in response.headers
