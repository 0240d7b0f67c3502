"""What is stored whole: the plan to change it shows what differs, and no secret."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.errors import Rejected
from pentad_tools.optimibi.replacing import difference, replacing
from tests.proof import EXAMPLES

STORED: dict[str, Any] = {
    "name": "dw",
    "hostname": "old.example",
    "password": None,
    "pool": {"maxActive": "20", "minIdle": "1"},
    "extraOptions": {"PG.sslpassword": "s3cret-text", "PG.TimeZone": "Europe/Oslo"},
    "roles": ["a", "b"],
    "limit": Decimal("1.10"),
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.text(max_size=3), parts, max_size=3),
    max_leaves=8,
)


def test_what_differs_is_told_by_path_with_both_sides() -> None:
    then = STORED | {"hostname": "new.example", "pool": {"maxActive": "40"}, "roles": ["a"], "limit": 1}
    assert difference(STORED, then) == {
        "hostname": {"from": "old.example", "to": "new.example"},
        "pool.maxActive": {"from": "20", "to": "40"},
        "pool.minIdle": {"from": "1"},
        "roles": {"from": ["a", "b"], "to": ["a"]},
        "limit": {"from": Decimal("1.10"), "to": 1},
    }


@pytest.mark.parametrize(
    ("then", "shown"),
    [
        ({"password": "fresh-text"}, {"password": {"from": None, "to": "(secret)"}}),
        (
            {"extraOptions": {**STORED["extraOptions"], "PG.sslpassword": "fresh-text"}},
            {"extraOptions.PG.sslpassword": {"from": "(secret)", "to": "(secret), another one"}},
        ),
        (
            {"extraOptions": {"PG.TimeZone": "Europe/Oslo"}},
            {"extraOptions.PG.sslpassword": {"from": "(secret)"}},
        ),
        ({"url": "jdbc:x?password=fresh-text"}, {"url": {"to": "jdbc:x?password=(secret)"}}),
        ({"more": [{"client_secret": "fresh-text"}]}, {"more": {"to": [{"client_secret": "(secret)"}]}}),
    ],
)
def test_a_secret_that_changes_is_said_to_change_and_not_shown(
    then: dict[str, Any], shown: dict[str, Any]
) -> None:
    told = difference(STORED, STORED | then)
    assert told == shown
    assert "text" not in str(told).replace("(secret)", "")


def test_a_plan_says_what_it_will_do_and_how_to_go_back() -> None:
    preview = replacing(STORED, STORED | {"hostname": "x"}, will="Change it.", slug="change")
    assert preview.body == {"changes": {"hostname": {"from": "old.example", "to": "x"}}}
    assert "values under `from`" in preview.undo


def test_a_change_to_what_is_stored_already_is_refused() -> None:
    with pytest.raises(Rejected, match="Nothing would change") as caught:
        replacing(
            STORED,
            json.loads(json.dumps(STORED, default=float)) | {"limit": Decimal("1.1")},
            will="",
            slug="",
        )
    assert caught.value.outcome == "none"


@settings(max_examples=EXAMPLES)
@given(JSON, JSON)
def test_there_is_a_difference_exactly_where_two_values_are_not_the_same(now: Any, then: Any) -> None:
    assert (difference(now, then) == {}) is (now == then)
