"""OMIQ, from its reconstructed contract: long operations, signed addresses, gates over synthetic cells."""

from __future__ import annotations

import json
from typing import Any

from pentad.sandbox.asgi import Call, Reply, Wire
from pentad.sandbox.dice import Dice
from pentad.sandbox.gate import Gate
from pentad.sandbox.metering import MeteredClock
from pentad.sandbox.omiq import documents, seeding
from pentad.sandbox.omiq.access import (
    PERSONAL_LIFE,
    group_id,
    made_token,
    service_secret,
    signing_key,
    user_id,
)
from pentad.sandbox.omiq.app import respond
from pentad.sandbox.omiq.links import HOST
from pentad.sandbox.omiq.refusals import error_reply
from pentad.sandbox.omiq.state import State
from pentad.sandbox.omiq.storage import KEPT_BYTES, Storage, storage_error
from pentad.sandbox.platform import SandboxPlatform
from pentad.sandbox.recording import Recorder


class OmiqPlatform(SandboxPlatform):
    name = "omiq"

    def __init__(self, seed: int, clock: MeteredClock, pace: float) -> None:
        super().__init__(clock)
        self.url = "https://omiq.sandbox/api"
        self._dice, self._seed, self._pace = Dice(seed), seed, pace
        self._born = clock.time()
        self._state: State | None = None
        self.listen("omiq.sandbox", Wire(self._respond, clock), error_reply)
        stored = Gate(Storage(lambda: self.state, clock), self.faults, clock, storage_error)
        self.hosts[HOST] = Recorder(stored, HOST, self.log, KEPT_BYTES)

    @property
    def state(self) -> State:
        if self._state is None:
            self._state = State.seeded(self._seed, self._pace, self.clock.time())
        return self._state

    def _respond(self, call: Call) -> Reply:
        return respond(self.state, call, self.clock)

    def _personal(self, account: str, expires: float) -> str:
        return made_token(signing_key(self._dice), user_id(self._dice, account), 0, expires)

    @property
    def credentials(self) -> dict[str, Any]:
        later = self._born + PERSONAL_LIFE
        return {
            "token": self._personal("analyst", later),
            "reader_token": self._personal("reader", later),
            "colleague_token": self._personal("colleague", later),
            "expired_token": self._personal("analyst", self._born - 60),
            "secret": json.dumps(service_secret(self._dice, "sync")),
            "other_secret": json.dumps(service_secret(self._dice, "archive")),
        }

    @property
    def samples(self) -> dict[str, Any]:
        dice = self._dice
        return {
            "dataset": seeding.dataset_id(dice, "main"),
            "small_dataset": seeding.dataset_id(dice, "small"),
            "controls_dataset": seeding.dataset_id(dice, "controls"),
            "file": seeding.file_id(dice, "main", 0),
            "spare_file": seeding.file_id(dice, "main", 23),
            "override_file": seeding.file_id(dice, "main", 1),
            "processing_file": seeding.file_id(dice, "main", 24),
            "failed_file": seeding.file_id(dice, "main", 25),
            "small_file": seeding.file_id(dice, "small", 0),
            "feature": "BUV395-A",
            "group": group_id(dice, "Vaccine immunology"),
            "user": user_id(dice, "colleague"),
            "requester": user_id(dice, "requester"),
            "stranger": user_id(dice, "stranger"),
            "long_op": seeding.FINISHED_OP,
            **documents.samples(dice),
        }

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.credentials['token']}"}


def build(seed: int, clock: MeteredClock, pace: float) -> SandboxPlatform:
    return OmiqPlatform(seed, clock, pace)
