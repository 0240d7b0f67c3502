"""One contract file and the values its schemas admit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, cast
from urllib.parse import unquote

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests.witness.schemas import COMBINERS, FORMATS, sentence
from tests.witness.values import Json, Texts, is_list, is_mapping, items_of, mapping_of, parse_json

ROOT = "contract://document"
FREE_TYPES = (set[str](), {"object"}, {"object", "array"}, {"object", "null"})
NOTES = {"title", "description", "default", "example", "examples", "deprecated", "readOnly", "writeOnly"}


class Yaml(yaml.CSafeLoader):
    """Leaves dates as text, as JSON does."""


Yaml.yaml_implicit_resolvers = {
    first: [rule for rule in rules if not rule[0].endswith("timestamp")]
    for first, rules in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def _absolute(value: Json, key: object = None) -> Json:
    """The document with text keys and with references that hold from any place in it."""
    if is_mapping(value):
        return {str(name): _absolute(member, name) for name, member in value.items()}
    if is_list(value):
        return [_absolute(item) for item in value]
    return ROOT + str(value) if key == "$ref" and str(value).startswith("#/") else value


def _coerced(text: str, kinds: set[str]) -> Json:
    """Text as the JSON its schema asks for; text that does not fit stays, for the validator to refuse."""
    try:
        value = text if not kinds or "string" in kinds or text != text.strip() else parse_json(text)
    except ValueError:
        return text
    return text if isinstance(value, float) and "number" not in kinds else value


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
        return [sentence(where, error) for error in validator.iter_errors(instance)]

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

    def fields(self, texts: Texts, schema: Json) -> dict[str, Json]:
        """The object that the fields of a form or an exploded parameter make."""
        values: dict[str, Json] = {}
        for name, given in texts.items():
            try:
                values[name] = self.value(given, self.member(schema, name))
            except ValueError as error:
                raise ValueError(f"at $.{name[:40]} {error}") from None
        return values
