"""Every contract agrees with its own examples, addresses and words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import quote

import pytest

from tests.witness import CONTRACTS, Contract, ContractOperation, Json, items_of, mapping_of
from tests.witness_tests.recorded import GROUP, OPEN

NAMES = sorted(path.name.removesuffix(".openapi.yaml") for path in CONTRACTS.glob("*.openapi.yaml"))


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


def _segment(contract: Contract, operation: ContractOperation, name: str) -> str:
    """A path argument that its schema admits."""
    schemas = [each.schema for each in operation.parameters if (each.place, each.name) == ("path", name)]
    listed = items_of(contract.document.follow(schemas[0]).get("enum"))
    for text in ("a b", "7", GROUP, *listed):
        if not contract.document.errors(schemas[0], contract.document.value([text], schemas[0]), ""):
            return quote(text, safe="")
    raise AssertionError(f"no argument fits {name} of {operation.operation_id}")


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
