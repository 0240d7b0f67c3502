"""Reaching every operation, listed or not, over the same walk as a tool of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from pentad.errors import Rejected
from pentad.lookup import found, way_of
from pentad.operations import AnyOperation, reads, writes
from pentad.session import Desk

Name = Annotated[str, Field(max_length=200, description="As find_operations gives it.")]
Arguments = Annotated[dict[str, Any], WithJsonSchema({"type": "object"})]


@reads(core=True, outward=True, example={"name": "claribi_list_data_sources"})
async def call_operation(desk: Desk, name: Name, arguments: Arguments = {}) -> str:  # noqa: B006 - never changed
    """Run an operation that only reads. Answers are those of a tool of its own."""
    return await _run(desk, name, arguments, "call_operation")


@writes(core=True, outward=True, reaches="people", example={"name": "timbr_create_ontology"})
async def change_operation(desk: Desk, name: Name, arguments: Arguments = {}) -> str:  # noqa: B006
    """Run an operation that creates, changes or deletes. What reaches people is previewed first."""
    return await _run(desk, name, arguments, "change_operation")


async def _run(desk: Desk, name: str, arguments: Mapping[str, Any], way: str) -> str:
    from pentad.boundary import carry_out
    from pentad.signatures import signature

    session = desk.session
    operation = found(session, name)
    _require(operation, way)
    try:
        return await carry_out(session, operation, arguments, desk.call)
    except Rejected as error:
        if error.invalid:
            error.details = {"signature": signature(operation, session.accounts(operation))}
        raise


def _require(operation: AnyOperation, way: str) -> None:
    """Raise unless this is the verb for it: a client that lets reads pass must not let a change pass."""
    if operation.platform is None and operation.core:
        instead = f"{operation.name} is a tool of its own: call it directly."
    elif way_of(operation) != way:
        instead = f"{operation.name} is {_kind(operation)}: run it with {way_of(operation)}."
    else:
        return
    raise Rejected(f"Nothing was run. {instead}", outcome="none")


def _kind(operation: AnyOperation) -> str:
    return "a read" if operation.effect == "read" else "no read"
