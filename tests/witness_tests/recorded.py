"""What the tests of the third witness hand it: exchanges, and a contract with everything rare in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import yaml

from tests.witness import Contract, Document, Json

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


LISTING = Recorded("GET", "/v1/my-groups", [], BEARER, response_body=json.dumps(PAGE).encode())
CREATION = Recorded("POST", f"/v1/groups/{GROUP}/batches", [], BEARER | JSON, BATCH, 201)
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
