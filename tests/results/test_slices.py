"""Reading on: the slices of a result make up exactly what was kept, wherever it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pentad.jsontext import loads
from pentad.results.draft import SMALL
from pentad.results.record import Origin
from pentad.session import LOCAL, Session
from tests.answers.given import names, ragged_rows, session
from tests.answers.test_budget import exact, read_all
from tests.proof import EXAMPLES

Rows = list[dict[str, Any]]
HARD: Rows = [
    {"a": {"b": [{"c": [[], {}]}, None]}, "n": 2**53 + 1, "d": loads("1.10"), "u": "\U0001f600\ufe0f ش 売"},
    {"a": None, "n": -(2**200), "d": loads("1E+400"), "u": ""},
    {},
    {"n": loads("0.1000000000000000055511151231257827"), "u": '\\"\n\t/ \u00a0' * 900},
]


def cut(rows: Rows, fields: Sequence[str] | None) -> Rows:
    if fields is None:
        return rows
    return [{name: row[name] for name in fields if name in row} for row in rows]


async def check(kept: Session, rows: Rows, fields: list[str] | None, budget: int, *, on_disk: bool) -> None:
    stored = kept.store.put(rows, (), Origin("", {}), LOCAL)
    if on_disk:
        stored.path()
    how: dict[str, Any] = {} if fields is None else {"fields": fields}
    got = await read_all(kept, stored.handle, budget=budget, **how)
    assert [*map(exact, got)] == [*map(exact, cut(rows, fields))]


@settings(max_examples=EXAMPLES, deadline=None)
@given(ragged_rows(), st.integers(min_value=200, max_value=6000) | st.just(200), st.data())
async def test_slices_reassemble_exactly(
    tmp_path_factory: pytest.TempPathFactory, rows: Rows, budget: int, data: st.DataObject
) -> None:
    known = list(dict.fromkeys(name for row in rows for name in row))
    chosen = st.lists(st.sampled_from(known), min_size=1, unique=True) if known else st.none()
    fields = data.draw(st.none() | chosen)
    kept = session(results=tmp_path_factory.getbasetemp() / "shared")
    await check(kept, rows, fields, budget, on_disk=data.draw(st.booleans()))
    await kept.aclose()


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.dictionaries(names, st.text(max_size=30), min_size=1, max_size=4), st.integers(200, 6000))
@example({"a": "x"}, 200)
async def test_a_result_that_was_streamed_to_disk_is_read_alike(
    tmp_path_factory: pytest.TempPathFactory, last: dict[str, Any], budget: int
) -> None:
    kept = session(results=tmp_path_factory.getbasetemp() / "shared")
    with kept.store.draft((), Origin("", {}), LOCAL) as draft:
        draft.add({"long": "x" * SMALL})
        draft.add(last)
        handle = draft.close().handle
    assert await read_all(kept, handle, "1", budget=budget) == [{**_cleaned(last)}]
    await kept.aclose()


def _cleaned(row: dict[str, Any]) -> dict[str, Any]:
    from pentad.text import clean_json

    cleaned: dict[str, Any] = clean_json(row)
    return cleaned


@pytest.mark.parametrize("budget", [200, 1500, 6000])
@pytest.mark.parametrize("fields", [None, ["u"], ["d", "n"], ["a", "u", "d", "n"]])
@pytest.mark.parametrize("on_disk", [False, True])
async def test_what_is_easily_lost_is_not(
    tmp_path_factory: pytest.TempPathFactory, budget: int, fields: list[str] | None, on_disk: bool
) -> None:
    kept = session(results=tmp_path_factory.getbasetemp() / "shared")
    await check(kept, HARD, fields, budget, on_disk=on_disk)
    await kept.aclose()
