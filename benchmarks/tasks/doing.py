"""One task done once: a fresh sandbox, a session, the script, and what is right by the sandbox afterwards."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeAlias

from mcp import Client, MCPError
from mcp_types import TextContent
from tests.clock import ManualClock
from tests.inside import World

from benchmarks.tasks.agent import Agent
from benchmarks.tasks.passing import amiss, changed
from benchmarks.tasks.reader import Ask, CallFailed, Turn, listed
from benchmarks.tasks.task import Task, nothing
from benchmarks.tasks.users import Asked, agrees
from pentad.sandbox import PLATFORMS, Sandbox

Mode: TypeAlias = Literal["core", "lean", "all"]
MODES: tuple[Mode, ...] = ("core", "lean", "all")
# Seconds of real time for a script, all of which take fewer than five.
PATIENCE = 60.0


@dataclass(frozen=True)
class Outcome:
    """`problem` says in words why it was not done. `definitions` are tokens, before anything was asked."""

    task: Task
    way: str
    problem: str
    turns: tuple[Turn, ...]
    definitions: int

    @property
    def tokens(self) -> int:
        """Of what was asked and answered."""
        return sum(turn.tokens for turn in self.turns)


def prepared(task: Task, sandbox: Sandbox) -> Sandbox:
    """Seeded at the same moment as any other, with what befalls it in this task."""
    for name in PLATFORMS:
        # A state is made when it is first looked at, and takes its times from then.
        assert sandbox.platforms[name].state is not None
    task.befalls(sandbox)
    return sandbox


async def with_pentad(task: Task, mode: Mode, folder: Path) -> Outcome:
    """The task over an in-memory client; the folder takes what the session keeps."""
    files = Path(tempfile.mkdtemp(dir=folder)) / "files"
    files.mkdir()
    world = World(files, expose=mode, allow=task.allow, enable=task.enable)
    prepared(task, world.sandbox)
    asked = None if task.user is None else Asked(task.user)
    try:
        async with world.client(elicitation_callback=asked) as client:
            tools = (await client.list_tools()).model_dump(mode="json", by_alias=True)["tools"]
            about = listed(tools, client.instructions or "")
            agent = Agent(_asking(client), world.clock, about.tools, files)
            problem = await done(task, task.script(agent), world.sandbox)
    finally:
        await world.app.aclose()
    if asked is not None and task.user is not agrees and not asked.questions:
        problem = problem or "the user was not asked"
    return Outcome(task, mode, problem, tuple(agent.turns), about.tokens)


def _asking(client: Client) -> Ask:
    async def ask(name: str, arguments: Mapping[str, Any]) -> tuple[bool, str]:
        try:
            result = await client.call_tool(name, dict(arguments))
        except MCPError as refused:
            return True, str(refused)
        texts = [part.text for part in result.content if isinstance(part, TextContent)]
        return bool(result.is_error), "".join(texts)

    return ask


async def done(task: Task, script: Awaitable[object], sandbox: Sandbox) -> str:
    """Why a script has not done its task, empty if it has; one that breaks has not."""
    try:
        async with asyncio.timeout(PATIENCE):
            answer = await script
        return _wrong(answer, task.expects(sandbox)) or _disturbed(task, sandbox)
    except CallFailed as error:
        return str(error)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def _wrong(answer: object, expected: object) -> str:
    same = compared(answer) == compared(expected)
    return "" if same else f"answered {answer!r}, right is {expected!r}"


def compared(value: Any) -> Any:
    """An answer as a reader compares it: ids and amounts are the same as text and as numbers."""
    if isinstance(value, Mapping):
        return {str(name): compared(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [compared(part) for part in value]
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return None
    try:
        return Decimal(str(value))
    except ArithmeticError:
        return str(value)


def _disturbed(task: Task, sandbox: Sandbox) -> str:
    """What the script changed and should not have, or should have and did not."""
    before = _untouched() if task.befalls is nothing else prepared(task, Sandbox(clock=ManualClock()))
    reached = [name for name in PLATFORMS if sandbox.platforms[name].log]
    paths = [path for name in reached for path in changed(before.platforms[name], sandbox.platforms[name])]
    return amiss(paths, task.changes)


@cache
def _untouched() -> Sandbox:
    return Sandbox(clock=ManualClock())
