"""The bodies of requests and answers, checked against the media types and schemas documented for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.witness.document import Document
from tests.witness.operations import ContractOperation
from tests.witness.values import FORM, Json, base_media, is_json, mapping_of, parse_form, parse_json


@dataclass(frozen=True)
class ResponseVerdict:
    """`known` is False when the contract leaves the body open or does not document it."""

    problems: list[str]
    known: bool


def check_request_body(
    document: Document, operation: ContractOperation, media: str, body: bytes
) -> list[str]:
    if "requestBody" not in operation.node:
        return ["request body: none is documented"] if body else []
    documented = document.follow(operation.node["requestBody"])
    if not body and base_media(media) != FORM:
        return ["request body is missing"] if documented.get("required", False) else []
    return check_content(document, documented, media, body, where="request body").problems


def check_content(
    document: Document,
    owner: Mapping[str, Json],
    media: str,
    body: bytes,
    *,
    where: str,
    stand_in: Json = False,
) -> ResponseVerdict:
    """`stand_in` is a second schema that the body may satisfy in place of its own."""
    name, schema = _documented(owner, base_media(media))
    if not name:
        problem = f"{where}: media type {base_media(media) or 'none'!r} is not documented"
        return ResponseVerdict([problem], False)
    known = not document.is_open(schema)
    try:
        instance = _instance(document, media, body, schema)
    except ValueError as error:
        return ResponseVerdict([f"{where} {error}"], known)
    problems = document.errors(schema, instance, where)
    if problems and "*" in name:
        problems = document.errors(schema, body.decode("utf-8", "replace"), where)
    if problems and stand_in is not False and not document.errors(stand_in, instance, where):
        return ResponseVerdict([], True)
    return ResponseVerdict(problems, known)


def _documented(owner: Mapping[str, Json], media: str) -> tuple[str, Json]:
    """The closest documented media type with its schema; an empty name if none covers this one."""
    content = {
        base_media(name): mapping_of(entry) for name, entry in mapping_of(owner.get("content")).items()
    }
    ranges = (media, f"{media.partition('/')[0]}/*", "*/*")
    name = next((each for each in ranges if each in content), "")
    return name, content.get(name, {}).get("schema", True)


def _instance(document: Document, media: str, body: bytes, schema: Json) -> Json:
    if is_json(media):
        return parse_json(body)
    if base_media(media) not in (FORM, "multipart/form-data"):
        return body.decode("utf-8", "replace")
    return document.fields(parse_form(media, body), schema)
