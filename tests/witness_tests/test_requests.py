"""Credentials, parameters and forms of requests, as the third witness reads them."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest

from tests.witness import FORM, Contract
from tests.witness_tests.recorded import BEARER, OPEN

PART = b'--b\r\nContent-Disposition: form-data; name="n"\r\n\r\n4\r\n--b--\r\n'


@pytest.mark.parametrize(
    ("headers", "problem"),
    [
        ({"X-API-Key": "k"}, ""),
        (BEARER, ""),
        ({"Authorization": "Api-Key k"}, ""),
        ({"X-API-Key": "k"} | BEARER, "second credential"),
        ({"X-API-Key": " "}, "no documented credential"),
    ],
)
def test_exactly_one_of_several_credentials_is_sent(headers: dict[str, str], problem: str) -> None:
    security = Contract.load("claribi").check_request("GET", "/api/v1/reports", [], headers, b"")
    assert bool(security) == bool(problem)
    assert problem in " ".join(security)


def test_a_credential_documented_for_other_operations_only_does_not_count() -> None:
    headers = {"Authorization": "Api-Key k"}
    problems = Contract.load("claribi").check_request("GET", "/api/v1/auth/verify/", [], headers, b"")
    assert problems == ["security: no documented credential is sent"]


@pytest.mark.parametrize(
    ("query", "headers", "problem"),
    [
        ("id=1&id=2&colour=red", {"cookie": "a=b; SESSION=s"}, ""),
        ("token=t", {}, ""),
        ("token=t", {"Cookie": "SESSION=s"}, "is a second credential"),
        ("id=one", {"Authorization": "Basic eDp5"}, "query 'id' at $[0]: fails type"),
        ("colour=r&token=t", {}, "query 'F' at $.colour: fails minLength"),
        ("colour=red&colour=tan&token=t", {}, "$.colour is repeated"),
        ("token=t", {"X-Mode": "True"}, "header 'x-mode': fails enum"),
    ],
)
def test_lists_free_names_cookies_and_credentials_in_the_address_are_read(
    query: str, headers: dict[str, str], problem: str
) -> None:
    problems = OPEN.check_request("GET", "/things", parse_qsl(query), {"X-Mode": "true"} | headers, b"")
    assert bool(problems) == bool(problem)
    assert problem in " ".join(problems)


def test_a_required_header_of_a_request_is_missed() -> None:
    assert OPEN.check_request("GET", "/things", [("token", "t")], {}, b"") == ["header 'x-mode' is missing"]


@pytest.mark.parametrize(
    ("media", "body", "problem"),
    [
        (FORM, b"n=3&tags=a&tags=b", ""),
        (FORM, b"n=three", "request body at $.n: fails type"),
        (FORM, b"n=3&n=4", "request body at $.n is repeated"),
        (FORM, b"", "'n' is a required property"),
        (FORM, b"n", "is not a valid form"),
        ("multipart/form-data; boundary=b", PART, ""),
        ("multipart/form-data; boundary=b", PART.replace(b"4", b"four"), "request body at $.n: fails type"),
        ("multipart/form-data", PART, "is not a valid multipart form"),
    ],
)
def test_forms_are_read_and_their_fields_validated(media: str, body: bytes, problem: str) -> None:
    problems = OPEN.check_request("POST", "/things/add", [], {"Content-Type": media}, body)
    assert bool(problems) == bool(problem)
    assert problem in " ".join(problems)
