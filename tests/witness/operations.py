"""The operations of a contract and their parameters, as records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.witness.document import Document
from tests.witness.values import Json, items_of, mapping_of

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True)
class Parameter:
    """A parameter of a request or a header of an answer; header names are in lower case."""

    name: str
    place: str
    required: bool
    schema: Json
    explode: bool


@dataclass(frozen=True)
class ContractOperation:
    """`node` is the operation as documented, for the extensions that have no field of their own."""

    operation_id: str
    method: str
    path: str
    effect: str
    source: str
    confidence: str | None
    variant_of: str | None
    parameters: tuple[Parameter, ...] = field(repr=False)
    node: Mapping[str, Json] = field(repr=False)


def operations_of(document: Document) -> list[ContractOperation]:
    return [
        _operation(document, path, method, item)
        for path, item in mapping_of(document.root["paths"]).items()
        for method in METHODS
        if method in item
    ]


def _operation(document: Document, path: str, method: str, item: Mapping[str, Json]) -> ContractOperation:
    node = mapping_of(item[method])
    given = (*items_of(item.get("parameters")), *items_of(node.get("parameters")))
    listed = [parameter_of(document, each) for each in given]
    return ContractOperation(
        operation_id=node["operationId"],
        method=method.upper(),
        path=path,
        effect=node.get("x-effect", ""),
        source=node.get("x-source", ""),
        confidence=node.get("x-confidence"),
        variant_of=node.get("x-variant-of"),
        parameters=tuple({(each.place, each.name): each for each in listed}.values()),
        node=node,
    )


def parameter_of(document: Document, given: Json, name: str = "", place: str = "header") -> Parameter:
    """A documented parameter; `name` and `place` stand in where the document, as for headers, has none."""
    node = document.follow(given)
    name, place = node.get("name", name), node.get("in", place)
    return Parameter(
        name=name.lower() if "header" in place else name,
        place=place,
        required=bool(node.get("required", False)),
        schema=node.get("schema", True),
        explode=bool(node.get("explode", node.get("style", "form") == "form" and place == "query")),
    )
