"""The formats the contracts use, and what a failed validation is called."""

from __future__ import annotations

import json
import re
from functools import partial

from jsonschema import FormatChecker
from jsonschema.exceptions import ValidationError

COMBINERS = ("allOf", "anyOf", "oneOf")
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


def sentence(where: str, error: ValidationError) -> str:
    leaf = error
    while leaf.context:
        leaf = max(leaf.context, key=lambda each: len(each.absolute_path))
    spot = where if leaf.json_path == "$" else f"{where} at {leaf.json_path[:120]}"
    if leaf.validator in ("required", "additionalProperties"):
        return f"{spot}: {leaf.message[:120]}"
    rule = "" if leaf.validator in (*COMBINERS, "not") else f" {json.dumps(leaf.validator_value)[:80]}"
    return f"{spot}: fails {leaf.validator}{rule}"
