"""Everything that a call can read or change."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from pentad.sandbox.dice import Dice
from pentad.sandbox.timbr.access import Directory, seeded_directory
from pentad.sandbox.timbr.background import Job, Jobs, completed
from pentad.sandbox.timbr.engine import Engine

FINISHED_QUERY = ("supply_chain", "SELECT `supplier_name` FROM `dtimbr`.`supplier` LIMIT 3")


@dataclass(slots=True)
class State:
    """`creates_ontologies` is off in releases without that route; `questions` is what the LLM was asked."""

    dice: Dice
    pace: float
    engine: Engine
    directory: Directory
    jobs: Jobs
    creates_ontologies: bool = True
    cleared: Counter[str] = field(default_factory=Counter[str])
    questions: list[str] = field(default_factory=list[str])

    @classmethod
    def seeded(cls, seed: int, pace: float, now: float) -> State:
        dice = Dice(seed)
        state = cls(dice, pace, Engine.seeded(seed), seeded_directory(dice), Jobs(dice))
        state.engine.tokens.update({one.name: one.token for one in state.directory.accounts})
        state.jobs.submit(state._finished(now))
        return state

    def _finished(self, now: float) -> Job:
        analyst = self.directory.by_name("analyst")
        rows = self.engine.rows(*FINISHED_QUERY, analyst.user(self.engine.ontologies))
        return Job(analyst.name, now, completed(rows, 200))
