"""What a list, an object and a file look like to a model, and what a call says when it goes wrong."""

from __future__ import annotations

import asyncio
import logging
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.boundary import answer
from pentad.call import Call
from pentad.consent.plans import Planned, Preview
from pentad.errors import NotFound, PlatformError, Rejected, Unavailable
from pentad.jsontext import dumps, loads
from pentad.models import Record, Saved, Wire
from pentad.operations import AnyOperation, destroys, reads, writes
from pentad.results.record import NOWHERE
from pentad.results.tokens import estimate
from pentad.session import Desk
from tests.answers.given import Row, ask, gets, lists, refused, saves, session, text
from tests.clock import ManualClock
from tests.proof import EXAMPLES

ROWS: list[dict[str, Any]] = [
    {"id": "1", "title": "Churn", "status": "done", "size": 3},
    {"id": "2", "title": "Runway", "status": None, "size": 4},
]


def raises(error: BaseException, mark: Any = reads) -> AnyOperation:
    async def break_thing(desk: Desk) -> Record:
        """Never works."""
        raise error

    operation: AnyOperation = mark()(break_thing)
    return operation


# --- lists


async def test_a_list_shows_its_few_columns_and_names_the_others() -> None:
    told = await ask(session(), lists(ROWS, "id", "title"))
    assert told["columns"] == ["id", "title"]
    assert told["rows"] == [["1", "Churn"], ["2", "Runway"]]
    assert told["more"].pop("result").startswith("rows_")
    assert told["more"] == {"fields": ["status", "size"]}


async def test_a_list_of_unknown_shape_shows_its_first_six_columns() -> None:
    told = await ask(session(), lists([dict.fromkeys("abcdefgh", 1)], "id"))
    assert told["columns"] == list("abcdef")
    assert told["more"]["fields"] == ["g", "h"]


async def test_total_cursor_note_and_what_the_rows_belong_to_are_told() -> None:
    about = {"name": "Board", "gone": None}
    kept = session()
    operation = lists(ROWS, *ROWS[0], total=9, cursor="c-2", about=about)
    told = await ask(kept, operation)
    assert list(told) == ["about", "columns", "rows", "total", "more"]
    assert told["total"] == 9
    assert told["more"] == {"cursor": "c-2"}


async def test_remarks_are_one_note() -> None:
    @reads()
    async def wait_about(desk: Desk) -> Record:
        """Waits."""
        await desk.call.wait(3, "the platform asked for it")
        await desk.call.wait(3, "the platform asked for it")
        desk.call.note("half of it")
        return Record({"id": 1})

    told = await ask(session(), wait_about)
    assert told == {"id": 1, "note": "waited 3 s: the platform asked for it; half of it"}


async def test_an_empty_list_shows_the_columns_it_would_have() -> None:
    assert await ask(session(), lists([], "id")) == {"columns": ["id"], "rows": []}
    assert await ask(session(), lists([], "id"), fields=["b", "a"]) == {"columns": ["b", "a"], "rows": []}


async def test_fields_are_shown_in_the_order_they_are_asked_for() -> None:
    told = await ask(session(), lists(ROWS, "id"), fields=["size", "id", "size"])
    assert told["columns"] == ["size", "id"]
    assert told["rows"] == [[3, "1"], [4, "2"]]


async def test_an_unknown_field_is_refused_with_the_valid_ones_and_the_rows_are_kept() -> None:
    kept = session()
    told = await refused(kept, lists(ROWS, "id"), fields=["titel"])
    assert told["error"] == "rejected"
    assert "did you mean title?" in told["message"]
    assert told["problems"] == {"fields": ["valid: id, title, status, size"]}
    again = await ask(kept, "read_result", result=told["result"])
    assert again["rows"] == [list(row.values()) for row in ROWS]


async def test_a_field_like_no_other_is_refused_without_a_guess() -> None:
    told = await refused(session(), lists(ROWS, "id"), fields=["xyzzy"])
    assert "did you mean" not in told["message"]


# --- objects and files


async def test_an_object_has_no_nulls_but_lists_keep_theirs() -> None:
    told = await ask(session(), gets({"id": 1, "x": None, "of": {"y": None, "z": [None, {"w": None}]}}))
    assert told == {"id": 1, "of": {"z": [None, {}]}}


async def test_a_large_object_is_shrunk_and_whole_behind_its_handle() -> None:
    members = {"id": "r-1", "x": None, "body": "word " * 2000, "of": list(range(500)), "net": Decimal("1.10")}
    kept = session(budget=400)
    answer = await text(kept, gets(members))
    told = loads(answer)
    assert estimate(answer) <= 400
    assert '"net":1.10' in answer
    assert told["body"].endswith(" characters)")
    assert told["of"][-1].endswith(" more)")
    whole = await ask(
        kept, "read_result", result=told["more"]["result"], fields=["x", "of", "net"], budget=6000
    )
    assert dumps(whole["rows"]) == dumps([[None, members["of"], members["net"]]])


async def test_an_object_may_be_a_model() -> None:
    @reads()
    async def get_row(desk: Desk) -> Row:
        """A row."""
        return Row.model_validate({"id": 7, "x": None})

    assert await ask(session(), get_row) == {"id": 7}


async def test_a_file_is_told_by_its_path_and_a_table_also_by_its_columns() -> None:
    kept = session()
    assert await ask(kept, saves(Saved("/x/a.pdf", 12, "application/pdf"))) == {
        "path": "/x/a.pdf",
        "size": 12,
        "type": "application/pdf",
    }
    table = kept.store.put(ROWS, (), NOWHERE, kept.owner)
    told = await ask(kept, saves(Saved("/x/a.csv", 12, "text/csv", table)))
    assert told["columns"] == list(ROWS[0])
    assert told["row_count"] == 2
    read = await ask(kept, "read_result", result=told["result"])
    assert read["rows"][1] == ["2", "Runway", None, 4]


# --- errors


async def test_a_defect_is_told_without_its_words_and_logged_with_them(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR, "pentad"):
        told = await refused(session(), raises(RuntimeError("token=hunter2")))
    assert told["error"] == "internal"
    assert "hunter2" not in dumps(told)
    assert "outcome" not in told
    assert "hunter2" in caplog.text
    told = await refused(session(), raises(RuntimeError("x"), writes))
    assert told["outcome"] == "unknown"


async def test_cancellation_passes_through() -> None:
    with pytest.raises(asyncio.CancelledError):
        await answer(session(), raises(asyncio.CancelledError()), {})


async def test_what_cannot_be_written_as_json_is_a_defect_and_no_crash() -> None:
    class Odd(Wire):
        when: complex = 1j

    @reads()
    async def get_odd(desk: Desk) -> Odd:
        """Odd."""
        return Odd(when=1j)

    assert (await refused(session(), get_odd))["error"] == "internal"


@pytest.mark.parametrize(
    ("mark", "settings_", "says"),
    [
        (writes, {"read_only": True}, "read-only"),
        (destroys, {}, "PENTAD_ALLOW=destructive"),
        (destroys, {"read_only": True, "allow": frozenset({"destructive"})}, "read-only"),
    ],
)
async def test_what_is_not_allowed_names_the_setting(mark: Any, settings_: dict[str, Any], says: str) -> None:
    told = await refused(session(**settings_), raises(NotFound("x"), mark))
    assert told["error"] == "rejected"
    assert says in told["message"]


async def test_what_is_off_is_done_once_it_is_enabled() -> None:
    @reads(off="nobody documents it")
    async def guess_thing(desk: Desk) -> Record:
        """A guess."""
        return Record({"id": 1})

    told = await refused(session(), guess_thing)
    assert "nobody documents it" in told["message"]
    assert "PENTAD_ENABLE=guess_thing" in told["message"]
    assert await ask(session(enable=frozenset({"guess_thing"})), guess_thing) == {"id": 1}


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    st.dictionaries(
        st.text(min_size=1, max_size=60), st.lists(st.text(max_size=200), min_size=1, max_size=4)
    ),
    st.integers(min_value=200, max_value=1500),
)
async def test_problems_are_left_out_by_whole_positions_and_counted(
    problems: dict[str, list[str]], budget: int
) -> None:
    told = await refused(session(budget=budget), raises(Rejected("No.", problems=problems)))
    assert estimate(dumps(told)) <= budget
    shown = told.get("problems", {})
    assert len(shown) + told.get("problems_left_out", 0) >= len({*loads(dumps(problems))})
    if "problems_left_out" not in told:
        assert shown == loads(dumps(problems))


async def test_a_preview_is_told_with_its_plan_however_large_its_body() -> None:
    body = {f"section {number}": {"text": "word " * 300} for number in range(60)}

    @writes(reaches="people")
    async def send_thing(desk: Desk) -> Record:
        """Reaches people."""
        raise Planned(Preview("Send it.", "send-a-thing-to-2-people", body, "no"), "print")

    kept = session(budget=400)
    answer = await text(kept, send_thing)
    told = loads(answer)
    assert estimate(answer) <= 400
    assert told["plan"] in kept.plans.kept


async def test_a_plan_that_found_the_platform_away_can_be_tried_again() -> None:
    tries: list[Call] = []

    @writes(reaches="people")
    async def send_thing(desk: Desk) -> Record:
        """Reaches people."""
        if desk.call.plan is None:
            raise Planned(Preview("Send it.", "send-it", {}, "no"), "print")
        tries.append(desk.call)
        if len(tries) == 1:
            raise Unavailable("Away.", outcome="none")
        if len(tries) == 2:
            raise PlatformError("Odd.")
        return Record({"sent": True})

    kept = session(ManualClock())
    plan = (await ask(kept, send_thing))["plan"]
    told = await refused(kept, "apply_plan", plan=plan)
    assert told["message"] == "Away. Nothing was done, and the plan still stands."
    assert (await refused(kept, "apply_plan", plan=plan))["error"] == "failed"
    assert "not carried out twice" in (await refused(kept, "apply_plan", plan=plan))["message"]
    other = (await ask(kept, send_thing))["plan"]
    assert await ask(kept, "apply_plan", plan=other) == {"sent": True}
