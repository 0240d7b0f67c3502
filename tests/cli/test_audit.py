"""`pentad audit`: what was changed, readable and safe to print."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from pentad.consent.audit import Audit, Entry
from pentad.models import Id, Record
from pentad.operations import writes
from tests.cli.conftest import Pentad
from tests.clock import ManualClock

FIRST = 1_793_528_100.0


@writes("POST /v1/things/{thing_id}")
async def change_thing(desk: object, thing_id: Id) -> Record:
    """Changes a thing."""
    raise AssertionError


@pytest.fixture
def entries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Entry]:
    """Three writes, an hour between them: done, refused, and one whose process died."""
    monkeypatch.setenv("PENTAD_AUDIT", str(tmp_path))
    clock = ManualClock(FIRST - 3600)
    audit = Audit(tmp_path, clock)
    made = []
    for id_ in ("17", "18\n2026 done \x1b[2J\u202e", "19"):
        clock.advance(3600)
        made.append(
            audit.entry(
                change_thing,
                {"thing_id": id_},
                owner="local",
                account="acme/eu",
                approved="plan id",
                plan="change-7k2m",
            )
        )
        audit.record(made[-1])
    audit.end(made[0], "done")
    audit.end(made[1], "refused", "rejected")
    audit.close()
    return made


def test_changes_are_printed_as_a_table_the_newest_last(pentad: Pentad, entries: list[Entry]) -> None:
    told = pentad("audit")

    assert (told.code, told.err) == (0, "")
    written = ["acme/eu", "change_thing"], ["plan id", "change-7k2m"]
    assert [re.split("  +", line) for line in told.lines] == [
        ["time", "account", "operation", "target", "outcome", "approval", "plan"],
        ["2026-11-01T10:15:00Z", *written[0], "thing_id=17", "done", *written[1]],
        ["2026-11-01T11:15:00Z", *written[0], "thing_id=18 2026 done", "refused (rejected)", *written[1]],
        ["2026-11-01T12:15:00Z", *written[0], "thing_id=19", "unknown (the process ended)", *written[1]],
    ]
    assert {line.rindex("  ") for line in told.lines} == {told.lines[0].rindex("  ")}
    assert entries


@pytest.mark.parametrize(
    ("options", "which"),
    [
        ("", [0, 1, 2]),
        ("--since 2026-11-01T11:15", [1, 2]),
        ("--since 2026-11-01T13:15+02:00", [1, 2]),
        ("--since 2026-11-01", [0, 1, 2]),
        ("--outcome unknown", [2]),
        ("--operation change_*", [0, 1, 2]),
        ("--operation change_* --outcome refused --since 2026-11-01T10:16Z", [1]),
    ],
)
def test_what_is_wanted_can_be_narrowed_and_taken_as_json(
    pentad: Pentad, entries: list[Entry], options: str, which: list[int]
) -> None:
    told = pentad("audit", "--json", *options.split())

    assert [json.loads(line)["id"] for line in told.lines] == [entries[number].id for number in which]
    assert told.out.isascii()
    assert "\x1b" not in told.out


def test_nothing_recorded_is_said_and_no_failure(pentad: Pentad, entries: list[Entry]) -> None:
    told = pentad("audit", "--since", "2027-01-01")

    assert (told.code, told.out, told.err) == (0, "", "pentad: nothing of that kind is recorded\n")
    assert entries


@pytest.mark.parametrize("time", ["yesterday", "9999-12-31T23:59:59-23:00", ""])
def test_a_time_that_is_none_is_refused(pentad: Pentad, time: str) -> None:
    told = pentad("audit", "--since", time)

    assert told.code == 2
    assert "is neither a date nor an ISO time" in told.err


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--allow", "write", "'write' is not one of destructive, admin"),
        ("--spend-limit", "euros=3", "'euros' is not one of credits, model"),
        ("--platforms", "oracle", "'oracle' is not one of claribi"),
    ],
)
def test_an_option_refuses_what_its_setting_does_not_take(
    pentad: Pentad, option: str, value: str, says: str
) -> None:
    told = pentad("tools", option, value)

    assert told.code == 2
    assert says in told.err


def test_effects_are_allowed_by_an_option_as_by_the_setting(pentad: Pentad) -> None:
    asked = ("call", "timbr_get_config", '{"name":"NONE"}', "--sandbox")

    assert "PENTAD_ALLOW=admin" in pentad(*asked).json["message"]
    assert "PENTAD_ALLOW" not in pentad(*asked, "--allow", "admin", "--spend-limit", "20").out
