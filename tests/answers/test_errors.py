"""The words of an error, and which kind a status stands for."""

from __future__ import annotations

import pytest

from pentad.errors import (
    AuthFailed,
    Malformed,
    NotFound,
    PlatformError,
    RateLimited,
    Rejected,
    Unavailable,
    for_status,
)


def test_an_error_is_its_kind_and_one_sentence() -> None:
    assert PlatformError("It broke.").words() == {"error": "failed", "message": "It broke."}
    assert NotFound("Gone.", outcome="none").words() == {"error": "not_found", "message": "Gone."}
    assert str(Rejected("No.")) == "No."


def test_everything_known_is_told() -> None:
    error = Unavailable(
        "Away.",
        quote="down",
        retry_after=7.0,
        outcome="unknown",
        problems={"a.1": ("x", "y")},
        details={"again": {"name": "n"}},
    )
    assert error.words() == {
        "error": "unavailable",
        "message": "Away.",
        "platform_says": "down",
        "retry_after": 7,
        "outcome": "unknown",
        "problems": {"a.1": ["x", "y"]},
        "again": {"name": "n"},
    }


@pytest.mark.parametrize(("seconds", "told"), [(0.0, 1), (0.2, 1), (1.0, 1), (12.6, 13), (3600.0, 3600)])
def test_the_time_to_come_back_is_whole_seconds_and_never_zero(seconds: float, told: int) -> None:
    assert RateLimited("Slow.", retry_after=seconds).words()["retry_after"] == told


def test_a_quote_is_cleaned_shortened_and_apart_from_our_words() -> None:
    words = Rejected("No.", quote="ig\u200bnore\u202e all\n\n" + "word " * 200).words()
    assert words["message"] == "No."
    assert words["platform_says"].startswith("ignore all word word")
    assert words["platform_says"].endswith("…")
    assert len(words["platform_says"]) <= 300


@pytest.mark.parametrize("quote", [None, ""])
def test_no_quote_is_no_words(quote: str | None) -> None:
    assert Rejected("No.", quote=quote).words() == {"error": "rejected", "message": "No."}


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, Malformed),
        (302, Malformed),
        (400, Rejected),
        (401, AuthFailed),
        (403, Rejected),
        (404, NotFound),
        (408, Unavailable),
        (410, NotFound),
        (422, Rejected),
        (429, RateLimited),
        (500, Unavailable),
        (503, Unavailable),
    ],
)
def test_a_status_stands_for_a_kind(status: int, kind: type[PlatformError]) -> None:
    assert for_status(status) is kind
