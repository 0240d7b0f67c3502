"""`pentad call` in a terminal: whoever sits there is asked, as a plan ends with the process."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from pentad import calling
from tests.inside import World

PEOPLE = [{"external_id": "1", "person": {"first_name": "Aino", "phone_number": "+358401112233"}}]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


async def call(world: World, monkeypatch: pytest.MonkeyPatch, typed: str) -> tuple[int, str]:
    """Exit code, and what was asked."""
    asked = Terminal()
    monkeypatch.setattr("sys.stdin", Terminal(typed))
    monkeypatch.setattr("sys.stderr", asked)
    arguments: dict[str, Any] = {"group_id": world.sample("optimized", "group"), "profiles": PEOPLE}
    return await calling.local(world.app, "optimized_create_batch", arguments), asked.getvalue()


@pytest.mark.parametrize("confirm", ["auto", "human"])
@pytest.mark.parametrize("typed", ["yes\n", "Y\n", "no\n", "\n"])
async def test_a_person_says_yes_or_no(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    confirm: str,
    typed: str,
) -> None:
    agreed = typed.startswith(("y", "Y"))
    world.change(confirm=confirm)
    left, asked = await call(world, monkeypatch, typed)

    assert asked.startswith("Import 1 profile ")
    assert asked.endswith("Do it? Type yes or no: ")
    assert "+358401112233" not in asked
    assert (left, len(world.sent("optimized", "POST"))) == (int(not agreed), int(agreed))
    assert ("error" in json.loads(capsys.readouterr().out)) is not agreed


async def test_the_end_of_the_input_is_no_answer(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    left, _ = await call(world, monkeypatch, "")

    assert (left, world.sent("optimized", "POST")) == (0, [])
    assert json.loads(capsys.readouterr().out)["plan"]


async def test_what_needs_no_approval_is_not_asked_about(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Terminal()
    monkeypatch.setattr("sys.stdin", Terminal("no\n"))
    monkeypatch.setattr("sys.stderr", asked)

    assert await calling.local(world.app, "claribi_list_reports", {"limit": 1}) == 0
    assert asked.getvalue() == ""
