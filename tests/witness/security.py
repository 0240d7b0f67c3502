"""Whether a request carries exactly one of the credentials its operation accepts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from tests.witness.document import Document
from tests.witness.operations import ContractOperation
from tests.witness.values import Json, Pairs, grouped, mapping_of

Carrier: TypeAlias = tuple[str, str]
COMMON_CARRIERS = {("header", "authorization"), ("header", "x-api-key")}


def cookies_of(lowered: Mapping[str, str]) -> dict[str, list[str]]:
    pairs = [piece.partition("=") for piece in lowered.get("cookie", "").split(";")]
    return grouped((name.strip(), text.strip()) for name, _, text in pairs if name.strip())


def carrier_of(scheme: Mapping[str, Json]) -> Carrier:
    """Where a security scheme puts its credential: a place and a name."""
    if scheme["type"] != "apiKey":
        return "header", "authorization"
    name = str(scheme["name"])
    return str(scheme["in"]), name.lower() if scheme["in"] == "header" else name


def _is_satisfied(scheme: Mapping[str, Json], held: Mapping[Carrier, str]) -> bool:
    text = held.get(carrier_of(scheme), "")
    word, _, secret = text.partition(" ")
    if scheme["type"] == "apiKey":
        shared = carrier_of(scheme) == ("header", "authorization")
        return bool(text) and not (shared and word.lower() in ("basic", "bearer"))
    return word.lower() == str(scheme.get("scheme", "bearer")).lower() and bool(secret.strip())


def _schemes(document: Document) -> dict[str, Json]:
    return mapping_of(mapping_of(document.root.get("components")).get("securitySchemes"))


def options_of(document: Document, operation: ContractOperation) -> list[list[dict[str, Json]]]:
    """The ways to sign in, each a list of schemes needed together."""
    options = operation.node.get("security", document.root.get("security", []))
    known = _schemes(document)
    return [[document.follow(known[name]) for name in option] for option in options]


def _held(document: Document, query: Pairs, lowered: Mapping[str, str]) -> dict[Carrier, str]:
    known = {carrier_of(document.follow(scheme)) for scheme in _schemes(document).values()}
    sent = {("query", name): text for name, text in query}
    sent |= {("cookie", name): texts[0] for name, texts in cookies_of(lowered).items()}
    sent |= {("header", name): text for name, text in lowered.items()}
    carriers = known | COMMON_CARRIERS
    return {carrier: text for carrier, text in sent.items() if carrier in carriers and text.strip()}


def check_security(
    document: Document, operation: ContractOperation, query: Pairs, lowered: Mapping[str, str]
) -> list[str]:
    held = _held(document, query, lowered)
    options = options_of(document, operation)
    met = [option for option in options if all(_is_satisfied(scheme, held) for scheme in option)]
    if options and not met:
        return ["security: no documented credential is sent"]
    used = [{carrier_of(scheme) for scheme in option} for option in met] or [set[Carrier]()]
    extra = min((sorted(held.keys() - each)[0 if each else 1 :] for each in used), key=len)
    return [f"security: {place} {name!r} is a second credential" for place, name in extra]
