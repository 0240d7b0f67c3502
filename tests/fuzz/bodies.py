"""What a platform might send in place of its true answer: what it recorded once, damaged in every way."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from typing import Any

from hypothesis import strategies as st

from pentad.jsontext import dumps, exact
from pentad.sandbox import Exchange
from tests.fuzz.heads import CANARY, ENCODED, FRAMES, HEADERS, STATUSES

DEEP = 10_000
# JSON as text, valid or not, that may stand where a value stood.
ODD: tuple[str, ...] = (
    "null",
    "true",
    "0",
    "-1",
    "1",
    '""',
    '"7"',
    '"text"',
    "[]",
    "{}",
    "[[]]",
    "[{}]",
    "[null]",
    '[7,"x",{"id":{}},[],null]',
    '{"id":{"id":[]}}',
    '{"a":1,"a":{"b":2}}',
    "1e999",
    "-1e999",
    "1e999999999",
    "1e-999999999",
    "1E99999999999999999999",
    "NaN",
    "-Infinity",
    "-0",
    "-0.0",
    "1.10",
    "01",
    "99999999999999999999999999",
    "-9223372036854775809",
    "1" * 5000,
    "0." + "3" * 5000,
    '"\\ud800"',
    '"\\ud800\\u0041\\udc00"',
    '"\\u0000\\u001b[2J\\u202e\\ufeff"',
    '"\x01\x0b"',
    '"' + "x" * 200_000 + '"',
    '"' + "\\u00e9" * 20_000 + '"',
    '"' + "🦉 " * 5_000 + '"',
    '"2026-99-99T99:99:99Z"',
    '"0001-01-01"',
    '"../../admin?x=1#y"',
    '"%2e%2e%2f"',
    '".."',
    '"https://elsewhere.test/x?token=' + CANARY + '"',
    '"https://[::1"',
    '"file:///etc/passwd"',
    '"Bearer ' + CANARY + '-0123456789"',
    '{"password":"' + CANARY + '","dbPassword":["' + CANARY + '"]}',
    "[" * 150 + "]" * 150,
    '{"a":' * 150 + "1" + "}" * 150,
    "[" * 250 + "]" * 250,
    "[" * 900 + "]" * 900,
    '{"a":' * 960 + "1" + "}" * 960,
    "[" * DEEP + "]" * DEEP,
    '{"a":' * DEEP + "1" + "}" * DEEP,
    "[" * 100 * DEEP,
    "[" + ",".join(["{}"] * 3000) + "]",
    "{" + ",".join(f'"m{number}":{number}' for number in range(3000)) + "}",
    "undefined",
    "'x'",
)
_RAW = re.compile(r'"\\u0000raw:(\d+)\\u0000"')
_AGAIN = "\\u0000again\\u0000"


def _odd(odd: int) -> str:
    """A place for the text, which no JSON value could stand for."""
    return f"\0raw:{odd % len(ODD)}\0"


def _renamed(at: Any, name: Any, odd: int) -> None:
    if isinstance(at, dict):
        at[("", "ID", "__class__", "name ", "Iᴅ", "x" * 5000, "\ud800", "a.b")[odd % 8]] = at.pop(name)


def _dropped(at: Any, name: Any, _: int) -> None:
    del at[name]


def _repeated(at: Any, name: Any, odd: int) -> None:
    """A member that stands there twice, or an item that stands there often."""
    if isinstance(at, dict):
        at[f"\0again\0{name}"] = _odd(odd)
    else:
        at.extend([at[name]] * (odd % 400))


def _spelt(value: Any) -> Any:
    """Text for a number, the number for a text that spells it, and a list for an object and the reverse."""
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, list):
        return {str(index): item for index, item in enumerate(value)}
    if isinstance(value, str):
        return int(value) if re.fullmatch(r"\d{1,9}", value) else len(value)
    return None if value is None else str(value)


def _put(make: Callable[[Any, int], Any]) -> Callable[[Any, Any, int], None]:
    def put(at: Any, name: Any, odd: int) -> None:
        at[name] = make(at[name], odd)

    return put


HOW: Mapping[str, Callable[[Any, Any, int], None]] = {
    "dropped": _dropped,
    "odd": _put(lambda _, odd: _odd(odd)),
    "null": _put(lambda *_: None),
    "spelt otherwise": _put(lambda value, _: _spelt(value)),
    "renamed": _renamed,
    "repeated": _repeated,
    "in a list": _put(lambda value, _: [value]),
    "in an object": _put(lambda value, _: {"data": value}),
    "added to": _put(lambda value, odd: {**value, "more": _odd(odd)} if isinstance(value, dict) else [value]),
}


@cache
def bomb() -> bytes:
    """40 kB that are 40 MB of blanks."""
    return gzip.compress(b"[" + b" " * 40_000_000 + b"]", 9)


PACKED: Mapping[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "blank": lambda _: b" \r\n\t",
    "half": lambda body: body[: len(body) // 2],
    "all but one": lambda body: body[:-1],
    "twice": lambda body: body + body,
    "garbage after": lambda body: body + b"\x00garbage",
    "page": lambda _: b"<!doctype html><title>Sign in</title><h1>Traceback</h1>",
    "xml": lambda _: b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
    "utf-16": lambda body: body.decode("utf-8", "replace").encode("utf-16"),
    "utf-16-be": lambda body: body.decode("utf-8", "replace").encode("utf-16-be"),
    "utf-32": lambda body: body.decode("utf-8", "replace").encode("utf-32"),
    "latin-1": lambda body: body.replace(b'"', '"é'.encode("latin-1"), 3),
    "mark": lambda body: b"\xef\xbb\xbf" + body,
    "invalid": lambda body: body.replace(b'"', b'"\xc3\x28\xff\xfe\xed\xa0\x80', 4),
    "nul": lambda body: body.replace(b":", b":\x00", 1),
    "binary": lambda _: bytes(range(256)) * 40,
    "zip": lambda _: b"PK\x03\x04" + bytes(400),
    "gzip": gzip.compress,
    "deep": lambda _: b"[" * 100_000,
    "dots": lambda _: b"." * 300_000,
    "commas": lambda _: b"," * 100_000 + b"\n" * 100_000,
    "quotes": lambda _: b'"' * 100_001,
}


@dataclass(frozen=True)
class Change:
    """One member or item, counted from the outside inwards, and what becomes of it."""

    at: int
    how: str
    odd: int


@dataclass(frozen=True)
class Damage:
    """What is wrong with an answer; what is None or empty stays as it was."""

    changes: tuple[Change, ...] = ()
    packed: str | None = None
    status: int | None = None
    headers: tuple[tuple[bytes, bytes], ...] = ()
    frame: str | None = None
    replaced: bytes | None = None

    @property
    def clear(self) -> bool:
        """Whether status and headers still say that all went well."""
        return self.status is None and not self.headers

    def body(self, true: Exchange) -> bytes:
        if self.replaced is not None:
            return self.replaced
        body = changed(true.response_body, self.changes) if self.changes else true.response_body
        return PACKED[self.packed](body) if self.packed else body


def changed(body: bytes, changes: tuple[Change, ...]) -> bytes:
    """JSON with these changes; of what is no JSON, the last one is all that is left."""
    try:
        top: list[Any] = [deepcopy(exact(body))]
    except ValueError:
        top = [_odd(changes[-1].odd)]
    for change in changes:
        places = _places(top)
        if places:
            at, name = places[change.at % len(places)]
            HOW[change.how](at, name, change.odd)
    text = dumps(top[0] if top else None, escaped=True).replace(_AGAIN, "")
    return _RAW.sub(lambda found: ODD[int(found[1])], text).encode("utf-8", "surrogatepass")


def _places(top: list[Any]) -> list[tuple[Any, Any]]:
    """Every member and item, the outermost first."""
    found: list[tuple[Any, Any]] = []
    level: list[Any] = [top]
    while level and len(found) < 3000:
        inner: list[Any] = []
        for at in level:
            names = list(at) if isinstance(at, dict) else range(len(at))
            found += [(at, name) for name in names]
            inner += [at[name] for name in names if isinstance(at[name], dict | list)]
        level = inner
    return found


def damages() -> st.SearchStrategy[Damage]:
    """Mostly JSON of another form, as what is not even JSON does not get far."""
    spots = st.integers(0, 60) | st.integers(0, 5000)
    change = st.builds(Change, spots, st.sampled_from(sorted(HOW)), st.integers(0, len(ODD) * 400))
    changes = st.lists(change, min_size=1, max_size=4).map(tuple)
    packed = st.sampled_from(sorted(PACKED))
    headers = st.lists(st.sampled_from(HEADERS), min_size=1, max_size=3).map(tuple)
    status, frame = st.sampled_from(STATUSES), st.sampled_from(FRAMES)
    return st.one_of(
        st.builds(Damage, changes),
        st.builds(Damage, changes),
        st.builds(Damage, st.just(()), packed, headers=st.just(()) | headers),
        st.builds(Damage, st.just(()), st.just("gzip"), headers=st.just((ENCODED,))),
        st.builds(Damage, st.just(()) | changes, st.none(), status, st.just(()) | headers),
        st.builds(Damage, st.just(()) | changes, st.none() | packed, st.none() | status, headers),
        st.builds(Damage, st.just(()) | changes, st.none(), st.none(), st.just(()) | headers, frame),
    )
