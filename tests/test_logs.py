"""The log: JSON lines about calls and requests, and nothing that is in them."""

from __future__ import annotations

import json
import logging
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from pentad import logs, readers
from pentad.operations import in_package
from pentad.sandbox import Fault
from pentad.settings import PLATFORMS, Level
from tests.canaries import CANARY, lace, leaks
from tests.conftest import OFF
from tests.inside import EVERYTHING, World, example_of

MEMBERS = {
    *("time", "level", "logger", "message", "call", "operation", "account", "outcome", "seconds", "tries"),
    *("method", "path", "status", "error", "at"),
}
PEOPLE = {
    "profiles": [{"external_id": "x-1", "person": {"first_name": "Zebulon", "phone_number": "+4791234567"}}]
}


@pytest.fixture(autouse=True)
def _as_it_was() -> Generator[None]:
    """The loggers of this process are everybody's."""
    root, ours = logging.getLogger(), logs.logger
    before, levels = list(root.handlers), (root.level, ours.level)
    yield
    root.handlers[:] = before
    root.setLevel(levels[0])
    ours.setLevel(levels[1])


def told(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """The lines on standard error; nothing is on standard output."""
    out, err = capsys.readouterr()
    assert out == ""
    return [json.loads(line) for line in err.splitlines()]


async def test_at_info_there_is_a_line_per_call_and_at_debug_one_per_request(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.install("debug")
    box = world.sandbox.platforms["claribi"]
    box.faults.add(Fault("status", status=503, times=1))
    await world.ask("claribi_get_report", report_id="9001")
    *requests, call = told(capsys)

    assert [(one["status"], one["tries"]) for one in requests] == [(503, 1), (200, 2)]
    assert {one["path"] for one in requests} == {"/api/v1/reports/{report_id}"}
    assert (call["operation"], call["account"], call["outcome"], call["tries"]) == (
        *("claribi_get_report", "claribi", "done"),
        2,
    )
    assert {one["call"] for one in (*requests, call)} == {box.log[-1].request_headers["x-request-id"]}


async def test_a_change_is_found_in_the_log_in_the_audit_and_at_the_platform(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.install("info")
    planned = await world.ask("optimized_create_batch", group_id=world.sample("optimized", "group"), **PEOPLE)
    await world.ask("apply_plan", plan=planned["plan"])
    first, second = told(capsys)
    (file,) = world.app.session.settings.audit_folder.iterdir()
    audited = [json.loads(line) for line in file.read_text("utf-8").splitlines()]

    assert (first["outcome"], second["outcome"]) == ("planned", "done")
    assert {entry["call"] for entry in audited} == {second["call"]}
    assert world.sent("optimized", "POST")[-1].request_headers["x-request-id"] == second["call"]


@pytest.mark.parametrize("level", ["warning", "debug"])
async def test_no_level_tells_a_secret_a_person_or_an_argument(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], level: Level
) -> None:
    logs.install(level)
    world = World(tmp_path / "files", enable=OFF, **EVERYTHING)
    held = lace(world.sandbox)
    async with world.client() as client:
        for platform in PLATFORMS:
            for operation in in_package(f"pentad_tools.{platform}"):
                if operation.core or operation.effect == "read":
                    given = example_of(world, operation) | {"person": "Zebulon"}
                    await client.call_tool(
                        operation.name, {**given, **PEOPLE} if operation.reaches else given
                    )
                    await client.call_tool(operation.name, example_of(world, operation))
    await world.app.aclose()
    lines = told(capsys)
    text = "\n".join(map(json.dumps, lines))

    assert leaks([text], held) == []
    assert not any(word in text for word in ("Zebulon", "91234567", CANARY, "://", "?", "@"))
    assert all(line.keys() <= MEMBERS for line in lines)
    assert bool(lines) is (level == "debug")


def test_a_defect_is_told_by_its_class_and_its_places_in_our_code(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.install("warning")
    try:
        readers.flag(CANARY)
    except ValueError:
        logs.logger.exception("%s failed inside Pentad", "claribi_get_report")
    (line,) = told(capsys)

    assert (line["level"], line["error"]) == ("error", "ValueError")
    assert all(place.startswith(("pentad/", "pentad_tools/")) for place in line["at"])
    assert CANARY not in json.dumps(line)


@pytest.mark.parametrize(
    "name", ["httpx2", "httpcore2", "mcp.server.transport_security", "uvicorn.error", "asyncio"]
)
def test_other_packages_tell_no_more_than_where_they_spoke(
    capsys: pytest.CaptureFixture[str], name: str
) -> None:
    logs.install("debug")
    other = logging.getLogger(name)
    other.warning(f"Invalid Host header: {CANARY}")
    other.error("GET %s", f"https://x.test/?{CANARY}", extra={"told": {"body": CANARY}})
    lines = told(capsys)

    assert [line["logger"] for line in lines] == [name, name]
    assert CANARY not in json.dumps(lines)
    assert all(line["message"].startswith("something was said at test_logs.py:") for line in lines)
