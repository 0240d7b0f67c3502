"""Three witnesses agree on each operation: the tool that sends it, the sandbox, and the contract."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pentad import operations
from pentad.catalogue import catalogue
from pentad.operations import AnyOperation
from pentad.sandbox import Exchange
from pentad.settings import PLATFORMS
from tests.conftest import OFF
from tests.inside import EVERYTHING, World, called, example_of, text_of
from tests.witness import Contract, ContractOperation

CONTRACTS = {name: name for name in PLATFORMS} | {"optimized": "optimized_app"}
OPERATIONS = [op for name in PLATFORMS for op in operations.in_package(f"pentad_tools.{name}")]


# The contracts leave the bodies of these answers open, so that only the request is checked.
REQUEST_CHECKED = frozenset(
    {
        "create_batch",
        "execute_cube_query",
        "delete_dataset_file",
        "delete_dashboard",
        "delete_report",
        "download_report",
        "get_billing_usage",
        "get_usage",
        "move_items",
        "restore_items",
    }
)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda op: op.name)
async def test_the_example_runs_and_the_contract_agrees_with_what_was_sent_and_answered(
    world: World, tmp_path: Path, operation: AnyOperation
) -> None:
    known = await witnessed(world, operation)
    if operation.platform == "optimibi" and not set(operation.covers) <= set(known):
        # Its own address is that of the older edition.
        older = World(tmp_path / "older", enable=OFF, **EVERYTHING)
        older.sandbox.platforms["optimibi"].state.edition = "older"
        known |= await witnessed(older, operation)
        await older.app.aclose()

    assert set(operation.covers) <= set(known)
    assert {op for op in operation.covers if not known[op]} == set(operation.covers) & REQUEST_CHECKED


async def witnessed(world: World, operation: AnyOperation) -> dict[str, bool]:
    """The contract's operations that were asked for, and whether it knows their answers."""
    contract = Contract.load(CONTRACTS[str(operation.platform)])
    async with world.client() as client:
        told = text_of(await called(client, operation.name, example_of(world, operation)))
        if operation.reaches:
            # A preview may read what is there now.
            for exchange in world.sent(str(operation.platform)):
                found = contract.match(exchange.method, exchange.path)
                assert found is None or exchange.method == "GET" or is_look(found[0])
            told = text_of(await called(client, "apply_plan", {"plan": told["plan"]}))

    assert "error" not in told, told
    known: dict[str, bool] = {}
    for exchange in world.sent(str(operation.platform)):
        match = contract.match(exchange.method, exchange.path)
        if match is None or exchange.host.startswith(("files.", "storage.")) or moved(operation, exchange):
            continue
        known[match[0].operation_id] = agreed(contract, exchange)
    return known


def is_look(asked: ContractOperation) -> bool:
    """Whether nothing is changed by it: signing in is not, nor are reads that disclose more than others."""
    return asked.effect == "read" or asked.operation_id.startswith(("get_", "list_", "login_"))


def moved(operation: AnyOperation, exchange: Exchange) -> bool:
    """Whether an address is one that another edition of the platform has."""
    return operation.platform == "optimibi" and exchange.status == 404


def agreed(contract: Contract, exchange: Exchange) -> bool:
    """Whether the contract knows the answer's body; request and answer are checked as far as it does."""
    e = exchange
    assert contract.check_request(e.method, e.path, e.query, e.request_headers, e.request_body) == []
    verdict = contract.check_response(e.method, e.path, e.status, e.response_headers, e.response_body)
    assert verdict.problems == []
    return verdict.known


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_operation_of_the_contract_is_a_tool_or_listed_with_its_reason(platform: str) -> None:
    contract = Contract.load(CONTRACTS[platform])
    rows = [row for row in catalogue() if row["platform"] == platform]
    covered = [operation_id for row in rows for operation_id in row["operation_ids"]]

    assert sorted(covered) == sorted(contract.operations)
    assert all(row["exposed"] or row["reason"] for row in rows)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda op: op.name)
def test_method_and_path_are_the_contracts_own(operation: AnyOperation) -> None:
    assert operation.platform is not None
    contract = Contract.load(CONTRACTS[operation.platform])
    for operation_id in operation.covers:
        known = contract.operations[operation_id]
        assert (operation.endpoint.method, operation.endpoint.template) == (known.method.upper(), known.path)
        if operation.alt:
            assert {(route.method, route.template) for route in operation.alt} <= alternates(known.node)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda op: op.name)
def test_effects_agree_with_the_contract_and_inferred_paths_are_off(operation: AnyOperation) -> None:
    assert operation.platform is not None
    contract = Contract.load(CONTRACTS[operation.platform])
    for operation_id in operation.covers:
        known = contract.operations[operation_id]
        assert operation.effect == known.node.get("x-effect-guarded", known.effect)
        if "x-retry-safe" in known.node:
            assert operation.repeatable is known.node["x-retry-safe"]
        if known.source == "inferred" or known.variant_of:
            assert operation.off


def alternates(node: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Method and path of the addresses under which other releases have the same call."""
    # Words about the body may follow.
    told = (text.split(" ", 2) for text in node.get("x-alt-paths", ()))
    return {(method, path) for method, path, *_ in told}
