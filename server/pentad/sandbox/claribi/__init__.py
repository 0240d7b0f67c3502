"""clariBI, from its public documentation: two slash styles, four ways to sign in, credits that run out."""

from __future__ import annotations

from typing import Any

from pentad.sandbox.asgi import Call, Reply, Wire
from pentad.sandbox.claribi import files, seeding
from pentad.sandbox.claribi.access import USERS, key_names, key_secret, user_password
from pentad.sandbox.claribi.app import respond
from pentad.sandbox.claribi.refusals import error_reply
from pentad.sandbox.claribi.state import State
from pentad.sandbox.dice import Dice
from pentad.sandbox.metering import MeteredClock
from pentad.sandbox.platform import SandboxPlatform


class ClaribiPlatform(SandboxPlatform):
    name = "claribi"

    def __init__(self, seed: int, clock: MeteredClock, pace: float) -> None:
        super().__init__(clock)
        self._seed, self._pace = seed, pace
        self._state: State | None = None
        self.listen("claribi.sandbox", Wire(self._respond, clock), error_reply)
        self.listen(files.HOST, Wire(self._serve_file, clock), error_reply)

    @property
    def state(self) -> State:
        if self._state is None:
            self._state = State.seeded(self._seed, self._pace, self.clock.time())
        return self._state

    def _respond(self, call: Call) -> Reply:
        return respond(self.state, call, self.clock)

    def _serve_file(self, call: Call) -> Reply:
        return files.serve_file(self.state, call, self.clock.time())

    @property
    def credentials(self) -> dict[str, Any]:
        dice = Dice(self._seed)
        keys = {name: key_secret(dice, name) for name in key_names()}
        users = {
            f"{name}_{part}": value
            for name, described in USERS.items()
            for part, value in (("email", described[0]), ("password", user_password(dice, name)))
        }
        return {**keys, "email": users["analyst_email"], "password": users["analyst_password"], **users}

    @property
    def samples(self) -> dict[str, Any]:
        return {
            "completed_report": seeding.COMPLETED_PDF,
            "pdf_report": seeding.COMPLETED_PDF,
            "csv_report": seeding.COMPLETED_CSV,
            "xlsx_report": seeding.COMPLETED_XLSX,
            "linked_report": seeding.LINKED_CSV,
            "redirected_report": seeding.REDIRECTED_CSV,
            "big_csv_report": seeding.BIG_CSV,
            "odd_file_name_report": seeding.ODD_NAME,
            "pending_report": seeding.PENDING,
            "failing_report": seeding.FAILING,
            "slow_report": seeding.SLOW,
            "timing_out_report": seeding.TIMING_OUT,
            "failed_report": seeding.FAILED,
            "cancelled_report": seeding.CANCELLED,
            "generating_report": seeding.GENERATING,
            "hostile_text_report": seeding.HOSTILE_TEXT,
            "missing_report": 424_242,
            "dashboard": seeding.FIRST_DASHBOARD,
            "data_source": 1,
            "paused_data_source": 11,
            "failing_data_source": 13,
        }

    def headers(self) -> dict[str, str]:
        return {"X-API-Key": key_secret(Dice(self._seed), "api_key")}


def build(seed: int, clock: MeteredClock, pace: float) -> SandboxPlatform:
    return ClaribiPlatform(seed, clock, pace)
