"""Rows split out of a body: whatever the body looks like and wherever its chunks are cut."""

from __future__ import annotations

import gc
import json
import tracemalloc
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pentad.errors import Malformed
from pentad.jsontext import dumps, loads
from pentad.results.splitting import ENVELOPE, Split
from pentad.secrecy import without_secrets
from tests.answers.given import names, ragged_rows, values
from tests.proof import EXAMPLES

MEMBERS = ("data", "results", "rows", "response")
ROWS = [{"id": 1}, {"id": 2}]


async def sent(body: bytes, *cuts: int) -> AsyncGenerator[bytes]:
    """The body in chunks that end at these places."""
    at = 0
    for cut in [*sorted(cuts), len(body)]:
        yield body[at:cut]
        at = cut


async def split(body: str | bytes, *cuts: int, encoding: str | None = None) -> tuple[list[Any], Split]:
    raw = body.encode() if isinstance(body, str) else body
    found = Split(sent(raw, *cuts), members=MEMBERS, label="Acme", encoding=encoding)
    lines = [line async for line in found]
    for line in lines:
        assert "\n" not in line.text
        value = loads(line.text)
        assert line.names is None or tuple(line.names) == tuple(value)
        assert (line.names is None) is not isinstance(value, dict)
    return [loads(line.text) for line in lines], found


@st.composite
def bodies(draw: st.DrawFn) -> tuple[bytes, list[Any], dict[str, Any]]:
    """A body in some spelling, the rows in it and what stands beside them."""
    rows: list[Any] = draw(ragged_rows() | st.lists(values, max_size=5))
    beside = draw(st.dictionaries(names.filter(lambda name: name not in MEMBERS), values, max_size=4))
    before = draw(st.integers(min_value=0, max_value=4))
    items = list(beside.items())
    where = draw(st.sampled_from(MEMBERS))
    whole: Any = dict([*items[:before], (where, rows), *items[before:]])
    envelope: dict[str, Any] = beside
    if draw(st.booleans()):
        whole, envelope = {"status": "ok", "response": whole}, {"status": "ok", "response": beside}
    elif draw(st.booleans()):
        whole, envelope = rows, {}
    text = dumps(whole)
    if draw(st.booleans()):
        # Spread out and escaped, by a writer that may spell numbers differently but not lossily.
        text = json.dumps(_spelt(whole), indent=draw(st.sampled_from([None, 0, 2])))
        rows, envelope = _spelt(rows), _spelt(envelope)
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32-le"]))
    return text.encode(encoding), rows, envelope


def _spelt(value: Any) -> Any:
    """The value without decimals, which `json` cannot write exactly."""
    if isinstance(value, dict):
        return {name: _spelt(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_spelt(part) for part in value]
    return value if isinstance(value, str | int | None) else str(value)


@settings(max_examples=EXAMPLES, deadline=None)
@example((b'{"data":[{"0":{"SECRET":"0"}}]}', [{"0": {"SECRET": "0"}}], {}), [])
@given(bodies(), st.lists(st.integers(min_value=0, max_value=10_000), max_size=30))
async def test_a_body_is_split_alike_wherever_its_chunks_are_cut(
    body: tuple[bytes, list[Any], dict[str, Any]], cuts: list[int]
) -> None:
    raw, rows, envelope = body
    got, found = await split(raw, *[cut % (len(raw) + 1) for cut in cuts])
    # A name may happen to be that of a secret.
    kept = dumps(without_secrets(rows))
    assert dumps(got) == kept
    assert found.swept is (kept != dumps(rows))
    assert dumps(found.envelope) == dumps(envelope)
    assert found.found
    assert not found.omitted


@settings(max_examples=EXAMPLES, deadline=None)
@given(bodies(), st.data())
async def test_a_body_that_is_cut_short_is_malformed(
    body: tuple[bytes, list[Any], dict[str, Any]], data: st.DataObject
) -> None:
    raw = body[0].rstrip()
    end = data.draw(st.integers(min_value=0, max_value=len(raw) - 1))
    with pytest.raises(Malformed, match=r"not complete JSON|an empty body"):
        await split(raw[:end], end // 2)


@pytest.mark.parametrize(
    ("body", "rows", "envelope"),
    [
        ('{"data":[],"rows":[{"id":1},{"id":2}]}', ROWS, {"data": []}),
        ('{"data":[{"id":1},{"id":2}],"rows":[3]}', ROWS, {"rows": [3]}),
        ('{"other":[7],"data":[{"id":1},{"id":2}]}', ROWS, {"other": [7]}),
        ('{"response":{"rows":[{"id":1},{"id":2}],"n":2}}', ROWS, {"response": {"n": 2}}),
        ('{"response":{"data":{"rows":[1]}}}', [], {"response": {"data": {"rows": [1]}}}),
        ('{"status":"failed","message":"no"}', [], {"status": "failed", "message": "no"}),
        ("{}", [], {}),
        (' \n[ 1 , "a" , [2,\t3] , null , -1.50 , true ]\n', loads('[1,"a",[2,3],null,-1.50,true]'), {}),
        ('{"data":{"id":"1"}}', [], {"data": {"id": "1"}}),
    ],
)  # fmt: skip
async def test_rows_and_envelope_are_told_apart(body: str, rows: Any, envelope: Any) -> None:
    got, found = await split(body)
    assert dumps(got) == dumps(rows)
    assert dumps(found.envelope) == dumps(envelope)
    every_byte, same = await split(body, *range(len(body)))
    assert (every_byte, same.envelope, same.found) == (got, found.envelope, found.found)


async def test_whether_there_was_a_list_at_all_is_told() -> None:
    assert (await split('{"data":[]}'))[1].found
    assert (await split("[]"))[1].found
    assert not (await split('{"data":{}}'))[1].found


@pytest.mark.parametrize(
    "body",
    ["[1]x", "[1][2]", '{"data":[1]}}', "[1,]", "[,1]", "[1 2]", '{"data" [1]}', '{"data":[1],}', "{1:2}",
     "3", '"a"', "null", "[NaN]", '{"data":[{"a":Infinity}]}', "[01]", "[1.]", "[tru]", "['a']", '["\t"]',
     "[1e99999999999999999999]", "[" + "9" * 5000 + "]", "[" * 202 + "]" * 202, "[" * 5000, "[{\"a\":1}",
     b"[\"\xff\"]", b"\xc3"],
)  # fmt: skip
async def test_what_is_not_json_is_malformed_after_the_rows_before_it(body: str | bytes) -> None:
    with pytest.raises(Malformed, match="Acme answered with a body that is not complete JSON"):
        await split(body)


@pytest.mark.parametrize(
    ("body", "says"), [(" ", "an empty body"), ("", "an empty body"), (" <html>", "a web page")]
)
async def test_a_body_that_is_something_else_is_named(body: str, says: str) -> None:
    with pytest.raises(Malformed, match=says):
        await split(body)


@pytest.mark.parametrize(
    ("row", "kept"),
    [
        (r'{"a":"x\u200by","b":"z\u202e"}', '{"a":"xy","b":"z"}'),
        ('{"na\u200bme":"a\ufeffb"}', '{"name":"ab"}'),
        (r'{"a":"\ud83d\ude00 \ud83d."}', '{"a":"\U0001f600 ."}'),
        (r'{"a":"K\u00f6ln\n\"\\u200b\/"}', '{"a":"Köln\\n\\"\\\\u200b/"}'),
        ('{"a":1,"a":2,"b":{"c":3,"c":4}}', '{"a":2,"b":{"c":4}}'),
        ('{"n":9007199254740993,"d":1.10,"e":-0.0,"z":12345678901234567890.12345678901234567890}', None),
        ('{"a":"\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645","b":"\u2764\ufe0f"}', None),
        ('{"a":"del\x7fete"}', '{"a":"delete"}'),
    ],
)
async def test_a_row_is_cleaned_and_its_numbers_are_exact(row: str, kept: str | None) -> None:
    got, _ = await split(f"[{row},{row}]")
    assert dumps(got) == f"[{kept or row},{kept or row}]"
    assert dumps(got[0]) == dumps(loads(row))


async def test_two_hundred_levels_are_no_trouble() -> None:
    deep = "[" * 200 + "]" * 200
    (row,), _ = await split(f"[{deep}]")
    assert dumps(row) == deep


async def test_another_encoding_is_taken_from_the_caller() -> None:
    assert (await split('["Köln"]'.encode("latin-1"), encoding="latin-1"))[0] == ["Köln"]
    with pytest.raises(Malformed):
        await split('["Köln"]'.encode("latin-1"))


@pytest.mark.parametrize(
    "large", ['["' + "x" * 99 + '"' + ',"y"' * ENVELOPE + "]", '{"a":"' + "x" * ENVELOPE + '"}']
)
@pytest.mark.parametrize("cut", [1000, 10**9])
async def test_what_is_too_large_for_the_envelope_is_passed_and_named(large: str, cut: int) -> None:
    body = f'{{"before":1,"large":{large},"data":[{{"id":1}},{{"id":2}}],"after":2}}'
    got, found = await split(body, *range(cut, len(body), cut))
    assert got == ROWS
    assert found.envelope == {"before": 1, "after": 2}
    assert found.omitted == ["large"]


async def test_a_long_row_in_small_chunks_is_not_begun_anew_for_each() -> None:
    row = {"text": "word " * 400_000}
    got, _ = await split(dumps([row, row]), *range(0, 4_000_000, 1000))
    assert got == [row, row]


async def test_the_body_is_never_held() -> None:
    part = b",".join(b'{"id":%d,"name":"Customer"}' % number for number in range(2000))

    async def body() -> AsyncGenerator[bytes]:
        yield b'{"data":[' + part
        for _ in range(20):
            yield b"," + part
        yield b"]}"

    gc.collect()
    tracemalloc.start()
    try:
        count = 0
        async for _ in Split(body(), members=MEMBERS, label="Acme"):
            count += 1
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 42_000
    assert peak < 3 * 2**20
