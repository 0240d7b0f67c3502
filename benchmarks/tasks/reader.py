"""What an agent of either kind has: calls that are counted, and time that passes when it waits."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from tests.clock import ManualClock

from benchmarks.tokens import count

# A tool's name and arguments in; whether it failed, and the text that the model reads.
Ask: TypeAlias = Callable[[str, Mapping[str, Any]], Awaitable[tuple[bool, str]]]


class CallFailed(Exception):
    """A call that ended otherwise than the script needs; `told` is what the model read of it."""

    def __init__(self, call: str, told: object) -> None:
        super().__init__(f"{call} -> {str(told)[:400]}")
        self.told = told


@dataclass(frozen=True)
class Turn:
    """One call as the model wrote it, and the text that it read."""

    call: str
    answer: str

    @property
    def tokens(self) -> int:
        return count(self.call) + count(self.answer)


@dataclass(frozen=True)
class Listed:
    """The tools of a server, and the tokens of their definitions and of its instructions."""

    tools: frozenset[str]
    tokens: int


class Reader:
    """One session; `turns` are its calls so far."""

    def __init__(self, ask: Ask, clock: ManualClock) -> None:
        self._ask = ask
        self._clock = clock
        self.turns: list[Turn] = []

    async def _told(self, name: str, arguments: Mapping[str, Any], *, fails: bool) -> Any:
        """What was told, decoded where it is JSON."""
        failed, text = await self._ask(name, arguments)
        turn = Turn(compact({"name": name, "arguments": arguments}), text)
        self.turns.append(turn)
        if failed is not fails:
            raise CallFailed(turn.call, text)
        return _decoded(text)

    def wait(self, seconds: float) -> None:
        """Let so much time pass."""
        self._clock.advance(seconds)


def listed(tools: list[dict[str, Any]], instructions: str) -> Listed:
    """Of tools as the protocol lists them, counted as `benchmarks.definitions` counts."""
    texts = (
        compact(
            {"name": tool["name"], "description": tool["description"], "input_schema": tool["inputSchema"]}
        )
        for tool in tools
    )
    tokens = sum(map(count, texts)) + count(instructions)
    return Listed(frozenset(tool["name"] for tool in tools), tokens)


def compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _decoded(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
