"""Messages of the protocol as nobody should send them: real ones with members changed, dropped and added,
their bytes damaged, and lines that are none at all."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

from tests.fuzz.arguments import ANYTHING
from tests.fuzz.judging import INSIDE
from tests.inside import Era

Message = dict[str, Any]
_AS_OF = "io.modelcontextprotocol/"
ENVELOPE: Mapping[str, Any] = {
    f"{_AS_OF}protocolVersion": "2026-07-28",
    f"{_AS_OF}clientCapabilities": {"elicitation": {"form": {}}},
    f"{_AS_OF}clientInfo": {"name": "fuzz", "version": "1"},
}
GREETING: Message = {
    "jsonrpc": "2.0",
    "id": "hello",
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {"elicitation": {}},
        "clientInfo": {"name": "fuzz", "version": "1"},
    },
}
_CALLS: list[tuple[str, dict[str, Any]]] = [
    ("tools/list", {"cursor": None}),
    ("tools/call", {"name": "pentad_status", "arguments": {"check": False}}),
    (
        "tools/call",
        {"name": "claribi_list_reports", "arguments": {"limit": 1}, "_meta": {"progressToken": 1}},
    ),
    (
        "tools/call",
        {"name": "read_result", "arguments": {"result": "rows_22222222"}, "requestState": "p-q-7k2m"},
    ),
    (
        "tools/call",
        {
            "name": "apply_plan",
            "arguments": {"plan": "create-batch-2-profiles-7k2m9x"},
            "requestState": "create-batch-2-profiles-7k2m9x",
            "inputResponses": {"approval": {"action": "accept", "content": {"approve": True}}},
        },
    ),
    ("resources/list", {}),
    ("resources/read", {"uri": "pentad://results/rows_22222222"}),
    ("resources/templates/list", {}),
    ("prompts/get", {"name": "x", "arguments": {}}),
    (
        "completion/complete",
        {"ref": {"type": "ref/prompt", "name": "x"}, "argument": {"name": "a", "value": ""}},
    ),
    # Without the filter it needs: a good one is answered for as long as its client listens.
    ("subscriptions/listen", {}),
    ("server/discover", {}),
    ("ping", {}),
    ("logging/setLevel", {"level": "debug"}),
    ("resources/subscribe", {"uri": "pentad://results/rows_22222222"}),
    ("initialize", GREETING["params"]),
]
_TOLD: list[Message] = [
    {"method": "notifications/initialized"},
    {"method": "notifications/cancelled", "params": {"requestId": 7, "reason": "x"}},
    {"method": "notifications/progress", "params": {"progressToken": 1, "progress": 0.5, "total": 1}},
    {"method": "notifications/roots/list_changed", "params": {}},
    {"id": 7, "result": {"action": "accept", "content": {}}},
    {"id": 7, "error": {"code": -32000, "message": "no"}},
    {"id": None, "error": {"code": -32700, "message": "no"}},
]
_IDS = [7, "7", 0, -1, 2**63, 10**400, 1.5, None, True, [], {"a": 1}, "", "\0", "x" * 70_000, "\ud800"]
# Lines that no change of a message leads to.
LINES: list[bytes] = [
    *(
        b"\xff\xfe\x00",
        b"\xc3\x28",
        b"\xed\xa0\x80",
        b"hello",
        b"{",
        b"}",
        b'"',
        b"nul",
        b"\x00",
        b"\xef\xbb\xbf{}",
    ),
    *(
        b"[]",
        b"[1]",
        b"null",
        b"3",
        b"-0",
        b"1e999",
        b'"x"',
        b"{}",
        b"[{}]",
        b"true",
        b"NaN",
        b"\x1b[2J",
        b" \t ",
    ),
    *(
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"9" * 100_000,
        b'{"jsonrpc":"2.0","id":' + b"9" * 5000 + b',"method":"ping"}',
    ),
    b'[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"method":"ping"}]',
    b'{"jsonrpc":"2.0","id":1,"id":2,"method":"nope","method":"ping","params":{},"params":[]}',
    b'{"jsonrpc":"2.0","id":3,"method":"ping","params":{"a":' + b"[" * 190 + b"]" * 190 + b"}}",
    b'{"jsonrpc":"2.0","id":4,"method":"ping","params":{"a":' + b"[" * 5000 + b"]" * 5000 + b"}}",
    b'{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"pentad_status","arguments":{"check":"\\ud83d"}}}',
    b'{"jsonrpc":"2.0","id":6,"method":"ping","params":{"a":NaN,"b":-Infinity,"c":1e999}}',
    b'{"jsonrpc":"2.0","id":8,"method":"' + b"m" * (3 * 2**20) + b'"}',
    b'{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"' + b"n" * (2 * 2**20) + b'"}}',
]


def real(era: Era) -> list[Message]:
    """What a client of this era may send, and what a client of the other does."""
    asked = list[Message]()
    for method, params in _CALLS:
        meta = {**params.get("_meta", {}), **ENVELOPE}
        carried = {**params, "_meta": meta} if era == "auto" else params
        asked.append({"jsonrpc": "2.0", "id": 7, "method": method, "params": carried})
    return [*asked, *({"jsonrpc": "2.0", **told} for told in _TOLD)]


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from _places(value[key])


@st.composite
def changed(draw: st.DrawFn, era: Era) -> bytes:
    """A real message with up to three changes of its members."""
    message = deepcopy(draw(st.sampled_from(real(era))))
    if draw(st.booleans()):
        message["id"] = deepcopy(draw(st.sampled_from(_IDS)))
    for _ in range(draw(st.integers(0, 3))):
        places = list(_places(message))
        if not places:
            break
        within, key = places[draw(st.integers(0, len(places) - 1))]
        how = draw(st.sampled_from(["replace", "replace", "drop", "add"]))
        if how == "drop":
            del within[key]
        elif how == "add" and isinstance(within, dict):
            within[draw(st.text(max_size=9))] = deepcopy(draw(ANYTHING))
        else:
            within[key] = deepcopy(draw(ANYTHING))
    return json.dumps(message).encode()


@st.composite
def damaged(draw: st.DrawFn, era: Era) -> bytes:
    """A message with bytes cut out, put in or doubled."""
    line = draw(changed(era))
    start = draw(st.integers(0, len(line)))
    end = min(len(line), start + draw(st.sampled_from([0, 1, 2, 9, 10**6])))
    junk = draw(st.binary(max_size=6) | st.sampled_from([b'"', b"\\u", b"}{", b",", b"\\ud800", line[:200]]))
    return line[:start] + junk + line[end:]


def lines(era: Era) -> st.SearchStrategy[bytes]:
    """One line for standard input, or one body of a request."""
    # By number, as hypothesis describes what it draws from, and some of them are megabytes.
    one = st.integers(0, len(LINES) - 1).map(lambda number: LINES[number])
    some = changed(era) | damaged(era) | changed(era) | damaged(era) | one
    return some.map(lambda line: line.replace(b"\n", b" "))


def wrong(told: Any, sent: str) -> str | None:
    """What is wrong with a message of the server's, if anything is."""
    if not isinstance(told, dict) or told.get("jsonrpc") != "2.0":
        return "no message of JSON-RPC"
    if "method" in told:
        return None if "id" not in told else "a request"
    if "id" not in told or ("result" in told) is ("error" in told):
        return "no answer"
    if "result" in told:
        return "a traceback" if "Traceback" in json.dumps(told["result"]) else None
    if told["error"]["code"] in (0, -32603) or not told["error"]["message"]:
        return f"not a fault of who asked: {told['error']}"
    inside = INSIDE.search(json.dumps(told["error"]))
    return f"tells of our inside: {inside[0]}" if inside and inside[0] not in sent else None
