"""Answers, as the third witness reads them."""

from __future__ import annotations

import pytest

from tests.witness import Contract
from tests.witness_tests.recorded import JSON, OPEN


@pytest.mark.parametrize(
    ("method", "path", "status", "body", "known"),
    [
        ("GET", "/api/v1/usage/", 200, b"{}", False),
        ("GET", "/api/mcp-server/tool-catalog/", 200, b"[]", False),
        ("DELETE", "/api/v1/reports/1", 204, b"", False),
        ("GET", "/api/v1/reports", 200, b'{"results": []}', True),
        ("GET", "/api/v1/reports", 503, b'{"error": "e", "message": "m"}', True),
    ],
)
def test_an_answer_is_known_only_where_the_contract_constrains_it(
    method: str, path: str, status: int, body: bytes, known: bool
) -> None:
    verdict = Contract.load("claribi").check_response(method, path, status, JSON, body)
    assert (verdict.problems, verdict.known) == ([], known)


def test_a_file_answer_is_taken_as_it_is() -> None:
    headers = {"Content-Type": "application/pdf"}
    verdict = Contract.load("claribi").check_response(
        "GET", "/api/v1/reports/1/download", 200, headers, b"\xff"
    )
    assert (verdict.problems, verdict.known) == ([], False)


@pytest.mark.parametrize(
    ("status", "headers", "body", "problems", "known"),
    [
        (200, JSON | {"X-Count": "2"}, b"[]", [], True),
        (200, JSON | {"X-Count": "2"}, b'{"longOpId": 7}', [], True),
        (200, JSON, b"[]", ["response header 'x-count' is missing"], True),
        (200, JSON | {"X-Count": "2"}, b"{}", ['response body: fails type "array"'], True),
        (500, JSON, b'{"error": "e"}', [], True),
        (500, {}, b"", [], True),
    ],
)
def test_answers_obey_their_headers_tickets_and_media_ranges(
    status: int, headers: dict[str, str], body: bytes, problems: list[str], known: bool
) -> None:
    verdict = OPEN.check_response("GET", "/things", status, headers, body)
    assert (verdict.problems, verdict.known) == (problems, known)


def test_an_answer_without_documented_content_may_hold_anything_but_no_status_204_has_a_body() -> None:
    assert OPEN.check_response("GET", "/things/1", 206, {}, b"anything").problems == []
    answer = OPEN.check_response("POST", "/things/add", 204, {}, b"x")
    assert answer.problems == ["response body: none is allowed"]
