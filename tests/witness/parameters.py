"""The parameters of a request and the headers of an answer, checked against what is documented."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tests.witness.document import Document
from tests.witness.operations import ContractOperation, Parameter
from tests.witness.security import carrier_of, options_of
from tests.witness.values import Texts


def lower_names(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def check_parameters(document: Document, parameters: Iterable[Parameter], given: Texts) -> list[str]:
    problems: list[str] = []
    for each in parameters:
        where = f"{each.place} {each.name!r}"
        if each.name not in given:
            problems += [f"{where} is missing"] if each.required else []
            continue
        try:
            value = document.value(given[each.name], each.schema, each.explode)
        except ValueError as error:
            problems.append(f"{where} {error}")
        else:
            problems += document.errors(each.schema, value, where)
    return problems


def check_place(document: Document, operation: ContractOperation, place: str, given: Texts) -> list[str]:
    parameters = [each for each in operation.parameters if each.place == place]
    return check_parameters(document, parameters, given)


def check_query(document: Document, operation: ContractOperation, given: Texts) -> list[str]:
    """An exploded object among the parameters takes every name that no other parameter has."""
    declared = [each for each in operation.parameters if each.place == "query"]
    spread = [each for each in declared if document.types(each.schema) == {"object"}]
    plain = [each for each in declared if each not in spread]
    carriers = {carrier_of(scheme) for option in options_of(document, operation) for scheme in option}
    keys = {each.name for each in plain} | {name for place, name in carriers if place == "query"}
    rest = {name: texts for name, texts in given.items() if name not in keys}
    problems = check_parameters(document, plain, given)
    if not spread:
        return problems + [f"query {name!r} is not documented" for name in rest]
    return problems + [problem for each in spread for problem in _check_spread(document, each, rest)]


def _check_spread(document: Document, parameter: Parameter, given: Texts) -> list[str]:
    where = f"query {parameter.name!r}"
    try:
        return document.errors(parameter.schema, document.fields(given, parameter.schema), where)
    except ValueError as error:
        return [f"{where} {error}"]
