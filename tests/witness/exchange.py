"""A recorded exchange, checked as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from tests.witness.contract import Contract
from tests.witness.values import Pairs


class Exchange(Protocol):
    """A recorded request with its answer; the names of its attributes are all that is asked of it."""

    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def query(self) -> Pairs: ...
    @property
    def request_headers(self) -> Mapping[str, str]: ...
    @property
    def request_body(self) -> bytes: ...
    @property
    def status(self) -> int: ...
    @property
    def response_headers(self) -> Mapping[str, str]: ...
    @property
    def response_body(self) -> bytes: ...


def check_exchange(contract: Contract, exchange: Exchange) -> list[str]:
    """Every problem of a request and of its answer, each after the name of the operation."""
    method, path = exchange.method, exchange.path
    request = contract.check_request(
        method, path, exchange.query, exchange.request_headers, exchange.request_body
    )
    if (found := contract.match(method, path)) is None:
        return request
    answer = contract.check_response(
        method, path, exchange.status, exchange.response_headers, exchange.response_body
    )
    return [f"{found[0].operation_id}: {problem}" for problem in (*request, *answer.problems)]
