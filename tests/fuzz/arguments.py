"""Hostile arguments, drawn from what is published of an operation: its input schema and its example."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from hypothesis import HealthCheck
from hypothesis import strategies as st

Schema = Mapping[str, Any]
Values = st.SearchStrategy[Any]
# What is drawn is large on purpose, and a server is not started for each example.
UNHURRIED = (
    HealthCheck.data_too_large,
    HealthCheck.filter_too_much,
    HealthCheck.function_scoped_fixture,
    HealthCheck.large_base_example,
    HealthCheck.too_slow,
)


class Deep(list[Any]):
    """Lists in lists, as deep as the protocol lets them be over HTTP, by half; deeper than can be printed."""

    def __init__(self) -> None:
        inner: list[Any] = [0]
        for _ in range(500):
            inner = [inner]
        super().__init__(inner)

    def __repr__(self) -> str:
        return "Deep()"


_DEEP: Any = Deep()
# What tears down walls between languages: paths, addresses, headers, SQL, JSON in text, terminals, scripts.
_TEXTS = [
    *(
        "",
        " ",
        "\t",
        "\0",
        "\x1b[2J",
        "\x7f",
        "\u202e",
        "\ufeff",
        "\u200b",
        "a\u0301",
        "\U0001f469\u200d\U0001f52c",
    ),
    *(
        ".",
        "..",
        "../",
        "../../etc/passwd",
        "..\\..\\x",
        "a/../b",
        "/",
        "//x",
        "/etc/passwd",
        "~",
        "C:\\x",
        "NUL",
    ),
    *(
        "%",
        "%2e%2e",
        "%2e%2e%2f",
        "%2F",
        "%00",
        "%0d%0a",
        "%zz",
        "a%20b",
        "?",
        "?x=1",
        "#",
        "a?b#c",
        ";x=1",
        "&a=b",
    ),
    *(
        "a\r\nX-Evil: 1",
        "a\nb",
        "\r",
        "\u2028",
        "x\r\n\r\nGET / HTTP/1.1",
        "=cmd|' /C calc'!A0",
        "@x",
        "*",
        "{x}",
        "$x",
    ),
    *(
        "' OR 1=1 --",
        '"; DROP TABLE t; --',
        "1) UNION SELECT 1",
        "`",
        "\\",
        "/* */",
        "\\'",
        "SELECT 1; SELECT 2",
    ),
    *(
        "null",
        "None",
        "NaN",
        "Infinity",
        "true",
        "0",
        "-1",
        "1e999",
        "9" * 40,
        "9" * 5000,
        "0x10",
        "1_0",
        "\u0661\u0662",
        "-0",
    ),
    *(
        "[",
        "{",
        "[]",
        "{}",
        '["\\ud800"]',
        '{"\\udfff": "\\ud800"}',
        "[" * 5000,
        '{"a":' * 3000,
        '{"a":1,"a":2}',
    ),
    *(
        "0001-01-01",
        "9999-12-31",
        "2026-02-30",
        "10000-01-01",
        "2026-13-01T25:61:61Z",
        "1970-01-01T00:00:00+99:99",
    ),
    *(
        "http://127.0.0.1/",
        "https://evil.test/x",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "//evil.test",
        "a@b",
    ),
    *(
        "p\u0430yp\u0430l",
        "\uff21\uff22",
        "\u0131",
        "\u00df",
        "\uff21dmin",
        "\u212a",
        "\ud800",
        "x\udfff",
        "\U0010ffff",
        "\ufffe",
    ),
    *(
        "rows_2b7k9mxq",
        "record_zzzzzzzz",
        "create-batch-2-profiles-7k2m9x",
        "2.0.50-abcdef",
        "1.1.1.1",
        "-1.-1",
    ),
    *("x" * 201, "x" * 10_001, "é" * 5000, "\U0001f600" * 3000, "a " * 20_000, "../" * 500, "%2e%2e/" * 300),
]
_NUMBERS = [
    0,
    1,
    -1,
    2,
    7,
    1000,
    1001,
    2**31,
    2**53 + 1,
    2**63,
    -(2**63) - 1,
    2**64,
    10**40,
    10**400,
    0.5,
    -0.0,
    1e308,
]
TEXTS = st.sampled_from(_TEXTS) | st.text(max_size=30)
_NUMERIC = st.sampled_from([*_NUMBERS, math.inf, -math.inf, math.nan]) | st.integers()
ANYTHING: Values = st.one_of(
    st.sampled_from(
        [None, True, False, [], {}, _DEEP, {"a": _DEEP}, [None], [[]], [{}], ["x"] * 3000, {"": ""}]
    ),
    _NUMERIC,
    TEXTS,
    st.lists(TEXTS | _NUMERIC, max_size=4),
    st.dictionaries(TEXTS, TEXTS | _NUMERIC | st.none(), max_size=4),
)
# Signs of JSON that a list may take.
_LARGEST = 50_000_000
_NAMES = st.sampled_from(
    ["", "limit", "account", "Limit", "fields", "__class__", "model_config", "\0", "self", "x" * 5000]
)


def drawn(schema: Schema, root: Schema) -> Values:
    """Values of the type that the schema asks for, as bad as that type lets them be."""
    if "$ref" in schema:
        return drawn(root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    if "anyOf" in schema:
        return st.one_of([drawn(branch, root) for branch in schema["anyOf"]])
    if "enum" in schema or "const" in schema:
        return st.sampled_from(schema.get("enum") or [schema["const"]])
    kind = schema.get("type")
    if kind == "array":
        items = st.deferred(lambda: drawn(schema.get("items", {}), root))
        many = st.builds(_many, items, st.sampled_from([2, 1000, 1001, 5000]))
        return st.lists(items, max_size=3) | many
    if kind == "object":
        return _object(schema, root)
    plain: Mapping[Any, Values] = {
        "string": TEXTS,
        "integer": _NUMERIC,
        "number": _NUMERIC,
        "boolean": st.booleans(),
    }
    return plain.get(kind, ANYTHING)


def _many(item: Any, count: int) -> list[Any]:
    """So many of one, or two where they would fill the memory, as lists of lists of long texts do."""
    return [item] * (count if count * len(json.dumps(item)) < _LARGEST else 2)


def _object(schema: Schema, root: Schema) -> Values:
    parts = {name: drawn(part, root) for name, part in schema.get("properties", {}).items()}
    if not parts:
        return st.dictionaries(TEXTS, ANYTHING, max_size=4)
    required = {name: parts.pop(name) for name in schema.get("required", ())}
    return st.fixed_dictionaries(required, optional=parts)


@st.composite
def calls(draw: st.DrawFn, schema: Schema, example: Mapping[str, Any]) -> dict[str, Any]:
    """The example with one to three arguments made hostile, missing or unknown: the rest of it is good, so
    that the hostile ones get as far as they can."""
    given = dict(example)
    known = schema.get("properties", {})
    for _ in range(draw(st.integers(1, 3))):
        name = draw(st.sampled_from(sorted(known))) if known and draw(st.integers(0, 9)) else draw(_NAMES)
        given[name] = draw(_one(known.get(name, {}), schema))
    if draw(st.integers(0, 19)) == 0:
        given.pop(draw(st.sampled_from(sorted(given))))
    return given


def _one(schema: Schema, root: Schema) -> Values:
    right = drawn(schema, root)
    as_text = right.map(json.dumps)
    return st.one_of(right, right, right, ANYTHING, as_text)
