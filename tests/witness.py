"""The third witness: tests recorded HTTP exchanges against the contract files and nothing else.

A recorded path is the raw, percent-encoded one; it may begin with the base path of a documented server.
Problems name a place and a rule, never a body, a header value or a credential.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes
from functools import cache, partial
from pathlib import Path
from typing import Any, Protocol, TypeAlias, TypeGuard, cast
from urllib.parse import parse_qsl, unquote

import yaml
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from referencing import Registry
from referencing.jsonschema import DRAFT202012

Json: TypeAlias = Any
Pairs: TypeAlias = Sequence[tuple[str, str]]
Texts: TypeAlias = Mapping[str, Sequence[str]]
CONTRACTS = Path(__file__).with_name("contracts")
ROOT = "contract://document"
FORM = "application/x-www-form-urlencoded"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
TICKET = {"$ref": f"{ROOT}#/components/schemas/LongOpTicket"}  # may answer any x-long-op operation
BROKEN_ESCAPE = r"%(?![0-9A-Fa-f]{2})"
COMMON_CARRIERS = {("header", "authorization"), ("header", "x-api-key")}
FREE_TYPES = (set[str](), {"object"}, {"object", "array"}, {"object", "null"})
COMBINERS = ("allOf", "anyOf", "oneOf")
NOTES = {"title", "description", "default", "example", "examples", "deprecated", "readOnly", "writeOnly"}
FORMATS = FormatChecker(())


def _fits(shape: re.Pattern[str], value: object) -> bool:
    return not isinstance(value, str) or shape.fullmatch(value) is not None


for _name, _shape in {
    "date-time": r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)"
    r"(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)",
    "uuid": r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
    "uri": r"[A-Za-z][A-Za-z0-9+.-]*:([A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+",
    "email": r"[^@\s]+@[^@\s]+",
}.items():
    FORMATS.checks(_name)(partial(_fits, re.compile(_shape)))


class Yaml(yaml.SafeLoader):
    """Leaves dates as text, as JSON does."""


Yaml.yaml_implicit_resolvers = {
    first: [rule for rule in rules if not rule[0].endswith("timestamp")]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _is_mapping(value: Json) -> TypeGuard[dict[str, Json]]:
    return isinstance(value, dict)


def _is_list(value: Json) -> TypeGuard[list[Json]]:
    return isinstance(value, list)


def mapping_of(value: Json) -> dict[str, Json]:
    return value if _is_mapping(value) else {}


def items_of(value: Json) -> list[Json]:
    return value if _is_list(value) else []


def _absolute(value: Json, key: object = None) -> Json:
    """The document with text keys and with references that hold from any place in it."""
    if _is_mapping(value):
        return {str(name): _absolute(member, name) for name, member in value.items()}
    if _is_list(value):
        return [_absolute(item) for item in value]
    return ROOT + str(value) if key == "$ref" and str(value).startswith("#/") else value


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("repeats a member name")
    return dict(pairs)


def _no_constant(_word: str) -> Json:
    raise ValueError("holds a number that JSON does not have")


def parse_json(raw: bytes | str) -> Json:
    """Strict JSON: UTF-8, no member twice, no NaN; the ValueError is a sentence fit for a problem."""
    try:
        text = raw if isinstance(raw, str) else raw.decode()
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise ValueError("is not valid JSON") from None


def _coerced(text: str, kinds: set[str]) -> Json:
    """Text as the JSON its schema asks for; text that does not fit stays, for the validator to refuse."""
    try:
        value = text if not kinds or "string" in kinds or text != text.strip() else parse_json(text)
    except ValueError:
        return text
    return text if isinstance(value, float) and "number" not in kinds else value


def base_media(media: str) -> str:
    return media.partition(";")[0].strip().lower()


def is_json(media: str) -> bool:
    return base_media(media) == "application/json" or base_media(media).endswith("+json")


def grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for name, text in pairs:
        groups.setdefault(name, []).append(text)
    return groups


def parse_form(media: str, body: bytes) -> dict[str, list[str]]:
    """The fields of a urlencoded or multipart body; uploaded files count as text."""
    try:
        if base_media(media) == FORM:
            pairs = parse_qsl(body.decode("ascii"), True, True, errors="strict") if body else []
            return grouped(pairs)
    except ValueError:
        raise ValueError("is not a valid form") from None
    message = message_from_bytes(b"Content-Type: " + media.encode() + b"\r\n\r\n" + body)
    parts = [part for part in message.walk() if not part.is_multipart()]
    names = [str(part.get_param("name", "", "content-disposition")) for part in parts]
    if not message.is_multipart() or not all(names):
        raise ValueError("is not a valid multipart form")
    contents = [cast("bytes", part.get_payload(decode=True)).decode("utf-8", "replace") for part in parts]
    return grouped(zip(names, contents, strict=True))


def _sentence(where: str, error: ValidationError) -> str:
    leaf = error
    while leaf.context:
        leaf = max(leaf.context, key=lambda each: len(each.absolute_path))
    spot = where if leaf.json_path == "$" else f"{where} at {leaf.json_path[:120]}"
    if leaf.validator in ("required", "additionalProperties"):
        return f"{spot}: {leaf.message[:120]}"
    rule = "" if leaf.validator in (*COMBINERS, "not") else f" {json.dumps(leaf.validator_value)[:80]}"
    return f"{spot}: fails {leaf.validator}{rule}"


class _Validator(Protocol):
    def iter_errors(self, instance: Json) -> Iterable[ValidationError]: ...


class Document:
    """One parsed contract file: follows its references and validates values against its schemas."""

    def __init__(self, root: Json) -> None:
        self.root = mapping_of(_absolute(root))
        resource = DRAFT202012.create_resource(self.root)
        self._registry: Registry[Json] = Registry[Json]().with_resource(ROOT, resource)
        self._validators: dict[int, _Validator] = {}

    def follow(self, node: Json) -> dict[str, Json]:
        """The mapping a chain of references ends at; empty for the schemas true and false."""
        while "$ref" in (members := mapping_of(node)):
            node = self.root
            for key in str(members["$ref"]).removeprefix(f"{ROOT}#/").split("/"):
                node = node[unquote(key).replace("~1", "/").replace("~0", "~")]
        return members

    def errors(self, schema: Json, instance: Json, where: str) -> list[str]:
        validator = self._validators.get(id(schema))
        if validator is None:
            made = Draft202012Validator(schema, registry=self._registry, format_checker=FORMATS)
            validator = self._validators[id(schema)] = cast("_Validator", made)
        return [_sentence(where, error) for error in validator.iter_errors(instance)]

    def _parts(self, node: Mapping[str, Json]) -> list[Json]:
        return [part for word in COMBINERS for part in items_of(node.get(word))]

    def types(self, schema: Json) -> set[str]:
        """The JSON types a schema names, read through references and combinations; empty if none."""
        node = self.follow(schema)
        if "type" in node:
            return set(items_of(node["type"]) or [str(node["type"])])
        return {kind for part in self._parts(node) for kind in self.types(part)}

    def member(self, schema: Json, name: str) -> Json:
        """The schema of a property; true when nothing is said about it."""
        node = self.follow(schema)
        if name in mapping_of(node.get("properties")):
            return node["properties"][name]
        for part in self._parts(node):
            if (found := self.member(part, name)) is not True:
                return found
        return mapping_of(node.get("additionalProperties")) or True

    def is_open(self, schema: Json) -> bool:
        """Whether a schema tells nothing about an answer except, at most, that it is an object."""
        if schema is False:
            return False
        node = self.follow(schema)
        words = {word for word in node if word not in NOTES and not word.startswith("x-")}
        if parts := self._parts(node):
            quantity = all if "allOf" in words else any
            return words <= {*COMBINERS, "type"} and quantity(self.is_open(part) for part in parts)
        if not words <= {"type", "additionalProperties"} or mapping_of(node.get("additionalProperties")):
            return False
        return node.get("additionalProperties") is not False and self.types(node) in FREE_TYPES

    def value(self, texts: Sequence[str], schema: Json, explode: bool = True) -> Json:
        """What the texts of one parameter, header or form field stand for under their schema."""
        kinds = self.types(schema)
        if "array" in kinds:
            parts = texts if explode else [part for text in texts for part in text.split(",")]
            return [self.value([part], self.follow(schema).get("items", True)) for part in parts]
        if len(texts) > 1:
            raise ValueError("is repeated though it is not a list")
        return _coerced(texts[0], kinds)


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


@dataclass(frozen=True)
class ResponseVerdict:
    """`known` is False when the contract leaves the body open or does not document it."""

    problems: list[str]
    known: bool


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


Route: TypeAlias = tuple[re.Pattern[str], dict[str, ContractOperation]]


def template_of(path: str) -> re.Pattern[str]:
    pieces = re.split(r"(\{[^}]*\})", path)
    return re.compile("".join("([^/]+)" if piece[:1] == "{" else re.escape(piece) for piece in pieces))


def lower_names(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def routes_of(entries: Iterable[tuple[str, str, ContractOperation]]) -> list[Route]:
    """One route for each path, those with literal segments further left first."""
    table: dict[str, dict[str, ContractOperation]] = {}
    for method, path, operation in entries:
        table.setdefault(path, {}).setdefault(method, operation)
    ordered = sorted(table, key=lambda path: ["{" in segment for segment in path.split("/")])
    return [(template_of(path), table[path]) for path in ordered]


def cookies_of(lowered: Mapping[str, str]) -> dict[str, list[str]]:
    pairs = [piece.partition("=") for piece in lowered.get("cookie", "").split(";")]
    return grouped((name.strip(), text.strip()) for name, _, text in pairs if name.strip())


def carrier_of(scheme: Mapping[str, Json]) -> tuple[str, str]:
    """Where a security scheme puts its credential: a place and a name."""
    if scheme["type"] != "apiKey":
        return "header", "authorization"
    name = str(scheme["name"])
    return str(scheme["in"]), name.lower() if scheme["in"] == "header" else name


def is_satisfied(scheme: Mapping[str, Json], held: Mapping[tuple[str, str], str]) -> bool:
    text = held.get(carrier_of(scheme), "")
    word, _, secret = text.partition(" ")
    if scheme["type"] == "apiKey":
        shared = carrier_of(scheme) == ("header", "authorization")
        return bool(text) and not (shared and word.lower() in ("basic", "bearer"))
    return word.lower() == str(scheme.get("scheme", "bearer")).lower() and bool(secret.strip())


class Contract:
    """The operations of one platform and the checks of requests and answers against them."""

    def __init__(self, document: Document) -> None:
        self.document = document
        listed = [
            self._operation(path, method, item)
            for path, item in mapping_of(document.root["paths"]).items()
            for method in METHODS
            if method in item
        ]
        self.operations: Mapping[str, ContractOperation] = {each.operation_id: each for each in listed}
        self._routes = routes_of((each.method, each.path, each) for each in listed)
        self._detours = routes_of(
            (method, path, each)
            for each in listed
            for address in items_of(each.node.get("x-alt-paths"))
            for method, path in re.findall(r"^([A-Z]+) (/\S+)$", address)
        )
        servers = [str(server["url"]) for server in items_of(document.root.get("servers"))]
        self._bases = [template_of(re.sub(r"^[^/]*//[^/]*", "", url).rstrip("/")) for url in servers]

    @classmethod
    def load(cls, name: str) -> Contract:
        """The contract of one platform; each file is read once."""
        return _loaded(name)

    def _operation(self, path: str, method: str, item: Mapping[str, Json]) -> ContractOperation:
        node = mapping_of(item[method])
        shared = items_of(item.get("parameters"))
        listed = [self._parameter(each) for each in (*shared, *items_of(node.get("parameters")))]
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

    def _parameter(self, given: Json, name: str = "", place: str = "header") -> Parameter:
        node = self.document.follow(given)
        name, place = node.get("name", name), node.get("in", place)
        return Parameter(
            name=name.lower() if "header" in place else name,
            place=place,
            required=bool(node.get("required", False)),
            schema=node.get("schema", True),
            explode=bool(node.get("explode", node.get("style", "form") == "form" and place == "query")),
        )

    def match(self, method: str, path: str) -> tuple[ContractOperation, dict[str, str]] | None:
        """The operation with its path arguments, decoded. Among paths that fit, the most literal decides."""
        shortened = [path[base.end() :] for pattern in self._bases if (base := pattern.match(path))]
        for routes in (self._routes, self._detours):
            for candidate in dict.fromkeys([path, *shortened]):
                for pattern, methods in routes:
                    if (hit := pattern.fullmatch(candidate)) is None:
                        continue
                    if operation := methods.get(method.upper()):
                        names = re.findall(r"\{([^}]*)\}", operation.path)
                        return operation, dict(zip(names, map(unquote, hit.groups()), strict=False))
                    break
        return None

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
        return [
            *escapes,
            *(problem for place in given for problem in self._check_place(operation, place, given[place])),
            *self._check_query(operation, grouped(query)),
            *self._check_request_body(operation, lowered.get("content-type", ""), body),
            *self._check_security(operation, query, lowered),
        ]

    def _check_place(self, operation: ContractOperation, place: str, given: Texts) -> list[str]:
        parameters = [each for each in operation.parameters if each.place == place]
        return self._check_parameters(parameters, given)

    def _check_parameters(self, parameters: Iterable[Parameter], given: Texts) -> list[str]:
        problems: list[str] = []
        for each in parameters:
            where = f"{each.place} {each.name!r}"
            if each.name not in given:
                problems += [f"{where} is missing"] if each.required else []
                continue
            try:
                value = self.document.value(given[each.name], each.schema, each.explode)
            except ValueError as error:
                problems.append(f"{where} {error}")
            else:
                problems += self.document.errors(each.schema, value, where)
        return problems

    def _check_query(self, operation: ContractOperation, given: Texts) -> list[str]:
        """An exploded object among the parameters takes every name that no other parameter has."""
        declared = [each for each in operation.parameters if each.place == "query"]
        spread = [each for each in declared if self.document.types(each.schema) == {"object"}]
        plain = [each for each in declared if each not in spread]
        carriers = {carrier_of(scheme) for option in self._schemes(operation) for scheme in option}
        keys = {each.name for each in plain} | {name for place, name in carriers if place == "query"}
        rest = {name: texts for name, texts in given.items() if name not in keys}
        problems = self._check_parameters(plain, given)
        if not spread:
            return problems + [f"query {name!r} is not documented" for name in rest]
        for each in spread:
            where = f"query {each.name!r}"
            try:
                problems += self.document.errors(each.schema, self._fields(rest, each.schema), where)
            except ValueError as error:
                problems.append(f"{where} {error}")
        return problems

    def _check_request_body(self, operation: ContractOperation, media: str, body: bytes) -> list[str]:
        if "requestBody" not in operation.node:
            return ["request body: none is documented"] if body else []
        documented = self.document.follow(operation.node["requestBody"])
        if not body and base_media(media) != FORM:
            return ["request body is missing"] if documented.get("required", False) else []
        return self._check_content(documented, media, body, "request body").problems

    def _check_content(
        self, owner: Mapping[str, Json], media: str, body: bytes, where: str, stand_in: Json = False
    ) -> ResponseVerdict:
        """`stand_in` is a second schema that the body may satisfy in place of its own."""
        content = {
            base_media(name): mapping_of(entry) for name, entry in mapping_of(owner.get("content")).items()
        }
        ranges = (base_media(media), f"{base_media(media).partition('/')[0]}/*", "*/*")
        name = next((each for each in ranges if each in content), None)
        if name is None:
            problem = f"{where}: media type {base_media(media) or 'none'!r} is not documented"
            return ResponseVerdict([problem], False)
        schema = content[name].get("schema", True)
        known = not self.document.is_open(schema)
        try:
            instance = self._instance(media, body, schema)
        except ValueError as error:
            return ResponseVerdict([f"{where} {error}"], known)
        problems = self.document.errors(schema, instance, where)
        if problems and "*" in name:
            problems = self.document.errors(schema, body.decode("utf-8", "replace"), where)
        if problems and stand_in is not False and not self.document.errors(stand_in, instance, where):
            return ResponseVerdict([], True)
        return ResponseVerdict(problems, known)

    def _instance(self, media: str, body: bytes, schema: Json) -> Json:
        if is_json(media):
            return parse_json(body)
        if base_media(media) not in (FORM, "multipart/form-data"):
            return body.decode("utf-8", "replace")
        return self._fields(parse_form(media, body), schema)

    def _fields(self, fields: Texts, schema: Json) -> dict[str, Json]:
        values: dict[str, Json] = {}
        for name, texts in fields.items():
            try:
                values[name] = self.document.value(texts, self.document.member(schema, name))
            except ValueError as error:
                raise ValueError(f"at $.{name[:40]} {error}") from None
        return values

    def _schemes(self, operation: ContractOperation) -> list[list[dict[str, Json]]]:
        """The ways to sign in, each a list of schemes needed together."""
        options = operation.node.get("security", self.document.root.get("security", []))
        known = mapping_of(mapping_of(self.document.root.get("components")).get("securitySchemes"))
        return [[self.document.follow(known[name]) for name in option] for option in options]

    def _check_security(
        self, operation: ContractOperation, query: Pairs, lowered: Mapping[str, str]
    ) -> list[str]:
        known = mapping_of(mapping_of(self.document.root.get("components")).get("securitySchemes"))
        carriers = {carrier_of(self.document.follow(scheme)) for scheme in known.values()} | COMMON_CARRIERS
        sent = {("query", name): text for name, text in query}
        sent |= {("cookie", name): texts[0] for name, texts in cookies_of(lowered).items()}
        sent |= {("header", name): text for name, text in lowered.items()}
        held = {carrier: text for carrier, text in sent.items() if carrier in carriers and text.strip()}
        options = self._schemes(operation)
        met = [option for option in options if all(is_satisfied(scheme, held) for scheme in option)]
        if options and not met:
            return ["security: no documented credential is sent"]
        used = [{carrier_of(scheme) for scheme in option} for option in met] or [set[tuple[str, str]]()]
        extra = min((sorted(held.keys() - each)[0 if each else 1 :] for each in used), key=len)
        return [f"security: {place} {name!r} is a second credential" for place, name in extra]

    def _response(self, operation: ContractOperation, status: int) -> dict[str, Json] | None:
        responses = {name.upper(): node for name, node in mapping_of(operation.node["responses"]).items()}
        for key in (str(status), f"{status // 100}XX", "DEFAULT"):
            if key in responses:
                return self.document.follow(responses[key])
        return None

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
        named = mapping_of(response.get("headers")).items()
        documented = [self._parameter(node, name, "response header") for name, node in named]
        problems = self._check_parameters(documented, {name: [text] for name, text in lowered.items()})
        bare = status in (204, 304) or method.upper() == "HEAD"
        if bare or not mapping_of(response.get("content")):
            problems += ["response body: none is allowed"] if bare and body else []
            return ResponseVerdict(problems, False)
        ticket = TICKET if status == 200 and "x-long-op" in found[0].node else False
        media = lowered.get("content-type", "")
        verdict = self._check_content(response, media, body, "response body", ticket)
        return ResponseVerdict([*problems, *verdict.problems], verdict.known)


@cache
def _loaded(name: str) -> Contract:
    text = (CONTRACTS / f"{name}.openapi.yaml").read_text(encoding="utf-8")
    return Contract(Document(Yaml(text).get_single_data()))


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
