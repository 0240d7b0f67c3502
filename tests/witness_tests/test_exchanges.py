"""What is wrong with a recorded exchange is named, and nothing of what it holds is told."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.witness import FORM, Contract, check_exchange
from tests.witness_tests.recorded import BEARER, CREATION, JSON, LISTING, PAGE, Recorded


def _problems(contract: Contract, recorded: Recorded) -> str:
    return " | ".join(check_exchange(contract, recorded))


@pytest.mark.parametrize(
    "recorded", [LISTING, CREATION, replace(LISTING, query=[("page", "2"), ("sort", "-name")])]
)
def test_a_documented_exchange_has_no_problem(recorded: Recorded) -> None:
    assert check_exchange(Contract.load("optimized_app"), recorded) == []


@pytest.mark.parametrize(
    ("recorded", "problem"),
    [
        (replace(LISTING, path="/v1/my-groups/"), "no such operation"),
        (replace(LISTING, method="DELETE"), "no such operation"),
        (replace(LISTING, path="/v1/groups//batches"), "no such operation"),
        (replace(CREATION, path="/v1/groups/7/batches"), "path 'GROUP_ID': fails format"),
        (replace(CREATION, path="/v1/groups/%zz/batches"), "path: holds a broken percent escape"),
        (replace(LISTING, query=[("pages", "1")]), "query 'pages' is not documented"),
        (replace(LISTING, query=[("page", "one")]), "query 'page': fails type"),
        (replace(LISTING, query=[("page", "1.0")]), "query 'page': fails type"),
        (replace(LISTING, query=[("page", "0")]), "query 'page': fails minimum 1"),
        (replace(LISTING, query=[("page", "1"), ("page", "2")]), "query 'page' is repeated"),
        (replace(LISTING, query=[("sort", "a b")]), "query 'sort': fails pattern"),
        (replace(LISTING, request_body=b"{}"), "request body: none is documented"),
        (replace(CREATION, request_body=b""), "request body is missing"),
        (replace(CREATION, request_body=b"{"), "request body is not valid JSON"),
        (replace(CREATION, request_body=b'{"profiles": NaN}'), "a number that JSON does not have"),
        (replace(CREATION, request_body=b'{"profiles": [], "profiles": []}'), "repeats a member name"),
        (replace(CREATION, request_body=b"{}"), "request body: 'profiles' is a required property"),
        (replace(CREATION, request_body=b'{"profiles": []}'), "at $.profiles: fails minItems 1"),
        (replace(CREATION, request_headers=BEARER), "media type 'none' is not documented"),
        (replace(CREATION, request_headers=BEARER | {"Content-Type": FORM}), "is not documented"),
        (replace(LISTING, request_headers={}), "no documented credential"),
        (replace(LISTING, request_headers={"Authorization": "Bearer "}), "no documented credential"),
        (replace(LISTING, request_headers={"Authorization": "Basic eDp5"}), "no documented credential"),
        (replace(LISTING, request_headers=BEARER | {"X-API-Key": "k"}), "'x-api-key' is a second credential"),
        (replace(LISTING, status=418), "status 418 is not documented"),
        (replace(LISTING, response_headers={"Content-Type": "text/html"}), "media type 'text/html'"),
        (replace(LISTING, response_body=b"<p>"), "response body is not valid JSON"),
        (replace(LISTING, response_body=b""), "response body is not valid JSON"),
        (replace(LISTING, response_body=b"\xff"), "response body is not valid JSON"),
        (replace(LISTING, response_body=b"{}"), "'per_page' is a required property"),
        (
            replace(LISTING, response_body=json.dumps(PAGE | {"data": [{"name": "n"}]}).encode()),
            "at $.data[0]",
        ),
        (replace(LISTING, response_headers=JSON | {"x-ratelimit-limit": "many"}), "response header 'x-rate"),
    ],
)
def test_a_violation_is_named_with_its_place(recorded: Recorded, problem: str) -> None:
    assert problem in _problems(Contract.load("optimized_app"), recorded)


@pytest.mark.parametrize("media", ["application/json; charset=utf-8", "APPLICATION/JSON"])
def test_the_charset_and_the_case_of_a_media_type_do_not_matter(media: str) -> None:
    recorded = replace(LISTING, response_headers={"content-TYPE": media})
    assert check_exchange(Contract.load("optimized_app"), recorded) == []


def test_a_problem_never_repeats_what_the_body_or_a_header_holds() -> None:
    secret = "s3cret-value"
    body = json.dumps({"profiles": secret, "fail_on_missing_attributes": secret}).encode()
    headers = JSON | {"Authorization": secret, "X-API-Key": secret}
    recorded = replace(CREATION, request_body=body, request_headers=headers, query=[("page", secret)])
    problems = check_exchange(Contract.load("optimized_app"), recorded)
    assert len(problems) == 4
    assert not any(secret in each or len(each) > 250 for each in problems)
