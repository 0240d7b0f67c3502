"""One platform's contract: what it documents, and what is wrong with a request or an answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from tests.witness.content import ResponseVerdict, check_content, check_request_body
from tests.witness.document import ROOT, Document, Yaml
from tests.witness.operations import ContractOperation, operations_of, parameter_of
from tests.witness.parameters import check_parameters, check_place, check_query, lower_names
from tests.witness.routes import Routes
from tests.witness.security import check_security, cookies_of
from tests.witness.values import Json, Pairs, grouped, mapping_of

CONTRACTS = Path(__file__).parents[1] / "contracts"
TICKET = {"$ref": f"{ROOT}#/components/schemas/LongOpTicket"}  # may answer any x-long-op operation
BROKEN_ESCAPE = r"%(?![0-9A-Fa-f]{2})"


class Contract:
    """The operations of one platform and the checks of requests and answers against them."""

    def __init__(self, document: Document) -> None:
        self.document = document
        listed = operations_of(document)
        self.operations: Mapping[str, ContractOperation] = {each.operation_id: each for each in listed}
        self._routes = Routes(document, listed)

    @classmethod
    def load(cls, name: str) -> Contract:
        """The contract of one platform; each file is read once."""
        return _loaded(name)

    def match(self, method: str, path: str) -> tuple[ContractOperation, dict[str, str]] | None:
        """The operation with its path arguments, decoded. Among paths that fit, the most literal decides."""
        return self._routes.match(method, path)

    def check_request(
        self, method: str, path: str, query: Pairs, headers: Mapping[str, str], body: bytes
    ) -> list[str]:
        found = self.match(method, path)
        if found is None:
            return [f"{method} {path}: the contract has no such operation"]
        operation, arguments = found
        lowered = lower_names(headers)
        given = {"path": grouped(arguments.items()), "header": grouped(lowered.items())}
        given["cookie"] = cookies_of(lowered)
        escapes = ["path: holds a broken percent escape"] if re.search(BROKEN_ESCAPE, path) else []
        document, media = self.document, lowered.get("content-type", "")
        return [
            *escapes,
            *(each for place in given for each in check_place(document, operation, place, given[place])),
            *check_query(document, operation, grouped(query)),
            *check_request_body(document, operation, media, body),
            *check_security(document, operation, query, lowered),
        ]

    def check_response(
        self, method: str, path: str, status: int, headers: Mapping[str, str], body: bytes
    ) -> ResponseVerdict:
        found = self.match(method, path)
        if found is None:
            return ResponseVerdict([f"{method} {path}: the contract has no such operation"], False)
        response = self._response(found[0], status)
        if response is None:
            return ResponseVerdict([f"status {status} is not documented"], False)
        lowered = lower_names(headers)
        problems = self._check_headers(response, lowered)
        bare = status in (204, 304) or method.upper() == "HEAD"
        if bare or not mapping_of(response.get("content")):
            problems += ["response body: none is allowed"] if bare and body else []
            return ResponseVerdict(problems, False)
        ticket = TICKET if status == 200 and "x-long-op" in found[0].node else False
        media = lowered.get("content-type", "")
        verdict = check_content(self.document, response, media, body, where="response body", stand_in=ticket)
        return ResponseVerdict([*problems, *verdict.problems], verdict.known)

    def _response(self, operation: ContractOperation, status: int) -> dict[str, Json] | None:
        responses = {name.upper(): node for name, node in mapping_of(operation.node["responses"]).items()}
        for key in (str(status), f"{status // 100}XX", "DEFAULT"):
            if key in responses:
                return self.document.follow(responses[key])
        return None

    def _check_headers(self, response: Mapping[str, Json], lowered: Mapping[str, str]) -> list[str]:
        named = mapping_of(response.get("headers")).items()
        documented = [parameter_of(self.document, node, name, "response header") for name, node in named]
        return check_parameters(self.document, documented, {name: [text] for name, text in lowered.items()})


@cache
def _loaded(name: str) -> Contract:
    text = (CONTRACTS / f"{name}.openapi.yaml").read_text(encoding="utf-8")
    return Contract(Document(Yaml(text).get_single_data()))
