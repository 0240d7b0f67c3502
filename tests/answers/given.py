"""What the tests of answers are given: JSON values of every kind, business text in many languages, and a
session whose operations return what a test wants, with no platform behind them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from pentad.boundary import Answer, answer
from pentad.clock import Clock
from pentad.jsontext import loads
from pentad.models import Limit, Page, Record, Saved, Wire
from pentad.operations import AnyOperation, in_package, reads
from pentad.session import Desk, Session
from pentad.settings import Settings
from pentad.text import clean
from tests.clock import ManualClock

_DATA = json.loads(Path(__file__).with_name("languages.json").read_text("utf-8"))
PROSE: Mapping[str, str] = _DATA["prose"]
NAMES: Sequence[str] = _DATA["names"]
VERBS = {operation.name: operation for operation in in_package("pentad.verbs")}

texts = st.text(max_size=40).map(clean)
numbers = st.one_of(
    st.integers(),
    st.integers(min_value=2**53, max_value=2**200),
    st.from_regex(r"-?(0|[1-9][0-9]{0,24})\.[0-9]{1,24}([eE][+-]?[0-9]{1,3})?", fullmatch=True).map(loads),
)
scalars = st.none() | st.booleans() | numbers | texts
names = st.text(min_size=1, max_size=8).map(clean).filter(bool)
values = st.recursive(
    scalars | st.text(min_size=200, max_size=2000).map(clean),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)


@st.composite
def ragged_rows(draw: st.DrawFn, most: int = 12) -> list[dict[str, Any]]:
    """Rows of up to five columns, any of which a row may lack."""
    columns = draw(st.lists(names, min_size=1, max_size=5, unique=True))
    rows = st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(columns, values)), max_size=most)
    return draw(rows)


class Row(Wire):
    """Whatever a test puts into it."""


def session(clock: Clock | None = None, **settings: Any) -> Session:
    return Session(Settings(**settings), clock or ManualClock(), VERBS, {})


def lists(rows: Sequence[Mapping[str, Any]], *shown: str, **rest: Any) -> AnyOperation:
    """An operation that answers with these rows."""
    page = Page([Row.model_validate(row) for row in rows], shown, **rest)

    @reads()
    async def list_things(desk: Desk, limit: Limit = None, of: str | None = None) -> Page[Row]:
        """Things."""
        return page

    return list_things


def gets(members: Mapping[str, Any]) -> AnyOperation:
    """An operation that answers with one object."""

    @reads()
    async def get_thing(desk: Desk) -> Record:
        """A thing."""
        return Record(members)

    return get_thing


def saves(saved: Saved) -> AnyOperation:
    """An operation that answers with a file on disk."""

    @reads()
    async def download_thing(desk: Desk) -> Saved:
        """A file."""
        return saved

    return download_thing


async def ask(session: Session, operation: AnyOperation | str, **arguments: Any) -> dict[str, Any]:
    """A call that must succeed, decoded without loss."""
    return decoded(await _call(session, operation, arguments), fails=False)


async def refused(session: Session, operation: AnyOperation | str, **arguments: Any) -> dict[str, Any]:
    """A call that must fail, decoded."""
    return decoded(await _call(session, operation, arguments), fails=True)


async def text(session: Session, operation: AnyOperation | str, **arguments: Any) -> str:
    """A call that must succeed, as the model reads it."""
    given = await _call(session, operation, arguments)
    decoded(given, fails=False)
    return given.text


async def _call(session: Session, operation: AnyOperation | str, arguments: Mapping[str, Any]) -> Answer:
    known = VERBS[operation] if isinstance(operation, str) else operation
    return await answer(session, known, arguments)


def decoded(given: Answer, *, fails: bool) -> dict[str, Any]:
    assert given.is_error is fails, given.text
    json.loads(given.text.encode("utf-8"))
    told: dict[str, Any] = loads(given.text)
    return told
