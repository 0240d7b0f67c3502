"""A world that hostile calls are tried in, and what is wrong with the answers."""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zlib import crc32

from hypothesis import given, seed, settings

from pentad.boundary import Answer
from pentad.operations import AnyOperation
from tests.conftest import OFF
from tests.fuzz.arguments import UNHURRIED, Values, calls
from tests.fuzz.judging import Judge
from tests.inside import EVERYTHING, World
from tests.proof import PROOF


class Trial:
    """One world, and the loop that it lives in."""

    def __init__(self, folder: Path, runner: asyncio.Runner) -> None:
        self.world = World(folder / "files", enable=OFF, **EVERYTHING)
        self._judge = Judge(self.world)
        self._runner = runner

    def run(self, name: str, arguments: Mapping[str, Any]) -> Answer:
        return self._runner.run(self.world.app.call(name, arguments))

    def call(self, operation: AnyOperation, arguments: Mapping[str, Any]) -> None:
        """Fails with everything that is wrong with the answer."""
        begun = self._judge.begin()
        answer = self.run(operation.name, arguments)
        found = self._judge.faults(operation, arguments, answer, begun)
        assert not found, (found, answer.text[:400])
        # So that neither pacing nor a breaker decides how later calls end.
        self.world.clock.advance(20)

    def attack(self, name: str, example: Mapping[str, Any], examples: int) -> None:
        """Calls with hostile arguments, drawn from the operation's schema."""
        drawn = calls(self.world.app.operations[name].arguments.schema(), example)
        self.attack_with(name, drawn, examples)

    def attack_with(self, name: str, arguments: Values, examples: int) -> None:
        """Calls with what is drawn: always the same outside the proof, yet other for each operation."""
        operation = self.world.app.operations[name]

        @settings(max_examples=examples, suppress_health_check=UNHURRIED)
        @given(arguments)
        def attacked(drawn: dict[str, Any]) -> None:
            self.call(operation, drawn)

        (attacked if PROOF else seed(crc32(name.encode()))(attacked))()


@contextmanager
def trial(folder: Path) -> Generator[Trial]:
    with asyncio.Runner() as runner:
        made = Trial(folder, runner)
        try:
            yield made
        finally:
            runner.run(made.world.app.aclose())
