"""Optimized.App, from its public documentation: one write that reaches people, under two limits."""

from __future__ import annotations

from typing import Any

from pentad.sandbox.asgi import Call, Reply, Wire
from pentad.sandbox.dice import Dice
from pentad.sandbox.metering import MeteredClock
from pentad.sandbox.optimized.app import error_reply, respond
from pentad.sandbox.optimized.state import DEFINED_ATTRIBUTES, TAKEN_IDS, State, group_uuid, token_texts
from pentad.sandbox.platform import SandboxPlatform


class OptimizedPlatform(SandboxPlatform):
    name = "optimized"
    plain = True

    def __init__(self, seed: int, clock: MeteredClock) -> None:
        super().__init__(clock)
        self._seed = seed
        self._state: State | None = None
        self.listen("optimized.sandbox", Wire(self._respond, clock), error_reply)

    @property
    def state(self) -> State:
        if self._state is None:
            self._state = State.seeded(self._seed)
        return self._state

    def _respond(self, call: Call) -> Reply:
        return respond(self.state, call, self.clock.time())

    @property
    def credentials(self) -> dict[str, Any]:
        return dict(token_texts(Dice(self._seed)))

    @property
    def samples(self) -> dict[str, Any]:
        dice = Dice(self._seed)
        return {
            "group": group_uuid(dice, 0),
            "other_group": group_uuid(dice, 1),
            "missing_group": dice.uuid("no such group"),
            "attributes": list(DEFINED_ATTRIBUTES),
            "taken_external_id": TAKEN_IDS[0],
            "profile": {
                "external_id": "crm-7714",
                "person": {
                    "first_name": "Oona",
                    "last_name": "Saari",
                    "phone_number": "+358401112233",
                    "email_address": "oona.saari@example.org",
                },
                "attributes": [{"name": "renewal_month", "value": "March"}],
            },
        }

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.credentials['token']}"}


def build(seed: int, clock: MeteredClock, pace: float) -> SandboxPlatform:
    """Nothing here is generated, so the pace has nothing to multiply."""
    del pace
    return OptimizedPlatform(seed, clock)
