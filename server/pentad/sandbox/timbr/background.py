"""Answers that are worked on after the call is over, and can be collected once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pentad.sandbox.dice import Dice

# Nothing published says how long a result is kept, nor that an error can be read only once.
KEPT = 3_600.0
POLL_PATH = "/timbr/openapi/get-async-results/{response_id}"


@dataclass(frozen=True, slots=True)
class Job:
    """`outcome` holds the members that are shown from `ready` on."""

    owner: str
    ready: float
    outcome: dict[str, Any]


@dataclass(slots=True)
class Jobs:
    dice: Dice
    kept: dict[str, Job] = field(default_factory=dict[str, Job])
    count: int = 0

    def submit(self, job: Job) -> dict[str, Any]:
        """What a call that asked for background execution is told."""
        self.count += 1
        id_ = response_id(self.dice, self.count)
        self.kept[id_] = job
        return {
            "async": True,
            "response_id": id_,
            "poll_url": POLL_PATH.format(response_id=id_),
            "message": "Accepted for background execution",
        }

    def state_of(self, id_: str, owner: str, now: float) -> dict[str, Any] | None:
        """None for what is unknown, another user's, collected or too old."""
        self.kept = {name: job for name, job in self.kept.items() if now - job.ready <= KEPT}
        job = self.kept.get(id_)
        if job is None or job.owner != owner:
            return None
        if now < job.ready:
            return {"status": "running", "response_id": id_, "message": "Not finished"}
        del self.kept[id_]
        return {"response_id": id_, **job.outcome}


def response_id(dice: Dice, number: int) -> str:
    """The first one is that of the query which is finished when the sandbox is seeded."""
    return dice.uuid(f"response {number}")


def completed(value: Any, status: int) -> dict[str, Any]:
    return {"status": "completed", "response": value, "original_status_code": status}


def failed(message: str, error_type: str) -> dict[str, Any]:
    return {"status": "error", "error": message, "error_type": error_type}
