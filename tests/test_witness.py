"""What the third witness accepts, what it refuses, and that every contract agrees with its own examples."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, quote

import pytest
import yaml

from tests.witness import (
    CONTRACTS,
    FORM,
    Contract,
    ContractOperation,
    Document,
    Json,
    check_exchange,
    items_of,
    mapping_of,
)

NAMES = sorted(path.name.removesuffix(".openapi.yaml") for path in CONTRACTS.glob("*.openapi.yaml"))
JSON = {"Content-Type": "application/json"}
BEARER = {"Authorization": "Bearer 7|token"}
GROUP = "1f6d8a52-77c3-4b1e-8f09-3a5be1c2d904"
BATCH = b'{"profiles": [{"person": {"first_name": "Oona"}}]}'
PAGE = {
    "current_page": 1,
    "data": list[Json](),
    "next_page_url": None,
    "path": "p",
    "per_page": 25,
    "prev_page_url": None,
}


@dataclass(frozen=True)
class Recorded:
    method: str
    path: str
    query: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    request_headers: Mapping[str, str] = field(default_factory=dict[str, str])
    request_body: bytes = b""
    status: int = 200
    response_headers: Mapping[str, str] = field(default_factory=lambda: JSON)
    response_body: bytes = b"{}"


PART = b'--b\r\nContent-Disposition: form-data; name="n"\r\n\r\n4\r\n--b--\r\n'
LISTING = Recorded("GET", "/v1/my-groups", [], BEARER, response_body=json.dumps(PAGE).encode())
CREATION = Recorded("POST", f"/v1/groups/{GROUP}/batches", [], BEARER | JSON, BATCH, 201)


def _examples(node: Mapping[str, Json]) -> list[Json]:
    single = [node["example"]] if "example" in node else []
    named = [entry["value"] for entry in mapping_of(node.get("examples")).values()]
    return [*single, *named, *items_of(node.get("examples"))]


def _schemas(node: Json, place: str = "") -> Iterator[tuple[str, Json, Json]]:
    """Every example of the document with the place it was found at and the schema that rules it."""
    members = mapping_of(node) or {str(index): item for index, item in enumerate(items_of(node))}
    own = node if {"type", "$ref", "anyOf", "oneOf"} & members.keys() else None
    schema = members.get("schema", own)
    if schema is not None and not place.endswith("/properties"):
        yield from ((place, schema, example) for example in _examples(members))
    for key, member in members.items():
        if key not in ("example", "examples"):
            yield from _schemas(member, f"{place}/{key}")


EXAMPLES = [
    pytest.param(name, schema, example, id=f"{name}{place}-{index}")
    for name in NAMES
    for index, (place, schema, example) in enumerate(_schemas(Contract.load(name).document.root))
]
OPERATIONS = [pytest.param(name, each, id=each) for name in NAMES for each in Contract.load(name).operations]
OPEN_DOCUMENT = """
servers: [{url: "https://{host}/{context}"}]
security: [{session: []}, {basic: []}, {address: []}]
components:
  securitySchemes:
    session: {type: apiKey, in: cookie, name: SESSION}
    basic: {type: http, scheme: basic}
    address: {type: apiKey, in: query, name: token}
  schemas:
    LongOpTicket: {type: object, required: [longOpId]}
    Form: {type: object, required: [n], properties: {n: {type: integer}, tags: {type: array}}}
paths:
  /things:
    get:
      operationId: list_things
      x-long-op: possible
      parameters:
        - {name: id, in: query, schema: {type: array, items: {type: integer}}}
        - {name: F, in: query, schema: {type: object, additionalProperties: {type: string, minLength: 2}}}
        - {name: X-Mode, in: header, required: true, schema: {enum: ["true", "false"]}}
      responses:
        200:
          headers: {X-Count: {required: true, schema: {type: integer}}}
          content: {application/json: {schema: {type: array}}}
        default: {content: {"*/*": {schema: {type: string}}}}
  /things/add:
    post:
      operationId: add_thing
      x-alt-paths: [POST /new/things, POST /never (with a remark)]
      security: []
      requestBody:
        required: true
        content:
          application/x-www-form-urlencoded: {schema: {$ref: "#/components/schemas/Form"}}
          multipart/form-data: {schema: {$ref: "#/components/schemas/Form"}}
      responses: {204: {description: Done.}}
  /things/{id}:
    get: {operationId: get_thing, responses: {2XX: {description: Not said.}}}
"""
OPEN = Contract(Document(yaml.safe_load(OPEN_DOCUMENT)))


def _segment(contract: Contract, operation: ContractOperation, name: str) -> str:
    """A path argument that its schema admits."""
    schemas = [each.schema for each in operation.parameters if (each.place, each.name) == ("path", name)]
    listed = items_of(contract.document.follow(schemas[0]).get("enum"))
    for text in ("a b", "7", GROUP, *listed):
        if not contract.document.errors(schemas[0], contract.document.value([text], schemas[0]), ""):
            return quote(text, safe="")
    raise AssertionError(f"no argument fits {name} of {operation.operation_id}")


def _problems(contract: Contract, recorded: Recorded) -> str:
    return " | ".join(check_exchange(contract, recorded))


def test_at_least_the_first_two_contracts_are_under_test() -> None:
    assert {"claribi", "optimized_app"} <= set(NAMES)


@pytest.mark.parametrize(("name", "schema", "example"), EXAMPLES)
def test_every_example_passes_the_schema_it_stands_next_to(name: str, schema: Json, example: Json) -> None:
    assert Contract.load(name).document.errors(schema, example, name) == []


@pytest.mark.parametrize(("name", "operation_id"), OPERATIONS)
def test_every_operation_is_found_under_its_own_address(name: str, operation_id: str) -> None:
    contract = Contract.load(name)
    operation = contract.operations[operation_id]
    names = [part[1:-1] for part in operation.path.split("/") if part.startswith("{")]
    path = operation.path
    for each in names:
        path = path.replace(f"{{{each}}}", _segment(contract, operation, each))
    found = contract.match(operation.method, path)
    assert found is not None
    assert (found[0], sorted(found[1])) == (operation, sorted(names))
    assert not [
        each for each in contract.check_request(operation.method, path, [], {}, b"") if each[:4] == "path"
    ]


@pytest.mark.parametrize("name", NAMES)
def test_every_operation_says_what_it_does_and_where_it_comes_from(name: str) -> None:
    operations = Contract.load(name).operations.values()
    assert {each.effect for each in operations} <= {"read", "write", "destructive", "admin"}
    assert all(each.source for each in operations)
    assert {each.variant_of for each in operations} - {None} <= set(Contract.load(name).operations)


def test_a_contract_is_read_once() -> None:
    assert Contract.load("claribi") is Contract.load("claribi")


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


@pytest.mark.parametrize(
    ("path", "operation_id"),
    [
        ("/api/v1/reports/generate/", "create_generated_report"),
        ("/api/v1/reports/x%2Fy/generate", "generate_report"),
    ],
)
def test_literal_segments_win_and_an_escaped_slash_stays_in_its_segment(path: str, operation_id: str) -> None:
    found = Contract.load("claribi").match("POST", path)
    assert found is not None
    assert found[0].operation_id == operation_id
    assert set(found[1].values()) <= {"x/y"}


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


@pytest.mark.parametrize("path", ["/new/things", "/things/add", "/app/things/add", "/app/new/things"])
def test_alternative_addresses_and_server_paths_lead_to_the_operation(path: str) -> None:
    found = OPEN.match("post", path)
    assert found is not None
    assert found[0].operation_id == "add_thing"


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/never"), ("GET", "/things/add"), ("GET", "/a/b/things")]
)
def test_remarks_and_paths_taken_by_a_literal_lead_nowhere(method: str, path: str) -> None:
    assert OPEN.match(method, path) is None


@pytest.mark.parametrize(
    ("form", "good", "bad"),
    [
        ("date-time", "2026-02-03T10:15:00.123456Z", "2026-02-03 10:15"),
        ("uuid", GROUP, GROUP[:-1]),
        ("uri", "https://a.example/x?y=%20", "no scheme"),
        ("email", "a@b.example", "a.b.example"),
    ],
)
def test_formats_are_checked_on_text_only(form: str, good: str, bad: str) -> None:
    schema = {"format": form}
    assert [OPEN.document.errors(schema, value, "v") for value in (good, 5)] == [[], []]
    assert OPEN.document.errors(schema, bad, "v") == [f'v: fails format "{form}"']
