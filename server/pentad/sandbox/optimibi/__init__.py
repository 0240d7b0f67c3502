"""Optimibi, from its contract: a Datafor server on Pentaho, in two editions, over real tables."""

from __future__ import annotations

import base64
from typing import Any

from pentad.sandbox.asgi import Call, Reply, Wire
from pentad.sandbox.dice import Dice
from pentad.sandbox.metering import MeteredClock
from pentad.sandbox.optimibi.accounts import (
    ADMIN,
    AUTHOR,
    VIEWER,
    account_samples,
    made_jwt,
    seeded_users,
    server_secret,
)
from pentad.sandbox.optimibi.alerts import ALERTS
from pentad.sandbox.optimibi.app import BASE, respond
from pentad.sandbox.optimibi.content import DELETED, REPORT, node_id
from pentad.sandbox.optimibi.refusals import error_reply
from pentad.sandbox.optimibi.rules import rule_samples
from pentad.sandbox.optimibi.state import State
from pentad.sandbox.platform import SandboxPlatform

JWT_LIFE = 8 * 3_600


class OptimibiPlatform(SandboxPlatform):
    name = "optimibi"

    def __init__(self, seed: int, clock: MeteredClock) -> None:
        super().__init__(clock)
        self.url = f"https://optimibi.sandbox{BASE}"
        self._dice, self._seed = Dice(seed), seed
        self._born = clock.time()
        self._state: State | None = None
        self.listen("optimibi.sandbox", Wire(self._respond, clock), error_reply)

    @property
    def state(self) -> State:
        if self._state is None:
            self._state = State.seeded(self._seed, self._born)
        return self._state

    def _respond(self, call: Call) -> Reply:
        return respond(self.state, call, self.clock)

    @property
    def credentials(self) -> dict[str, Any]:
        people = seeded_users(self._dice)
        key = server_secret(self._dice, "jwt")
        return {
            "username": ADMIN,
            "password": people[ADMIN].password,
            "jwt": made_jwt(key, ADMIN, self._born + JWT_LIFE),
            "expired_jwt": made_jwt(key, ADMIN, self._born - 60),
            "reader_username": VIEWER,
            "reader_password": people[VIEWER].password,
            "reader_jwt": made_jwt(key, VIEWER, self._born + JWT_LIFE),
            "author_username": AUTHOR,
            "author_password": people[AUTHOR].password,
        }

    @property
    def samples(self) -> dict[str, Any]:
        return {
            "report": REPORT,
            "report_id": node_id(self._dice, REPORT),
            "report_name": "Outlet trading week",
            "ambiguous_name": "Overview",
            "folder": "/public/Retail",
            "target": "/public/Web",
            "deleted": node_id(self._dice, DELETED),
            "model": "RetailSales",
            "model_caption": "Retail sales",
            "connection": "retail_dw",
            "other_connection": "sensors",
            "schema": "sales",
            "table": "store",
            "column": "region",
            "key_column": "store_id",
            "alert": ALERTS[0].name,
            "job_start": "2035-03-02T02:00",
            "parameter": "sales_region",
            "computed_parameter": "carrier",
            "dictionary": "channel_names",
            **account_samples(self._dice),
            **rule_samples(self._dice),
            "backup": "Backup_2026.02.22-02.00.00.117+0000",
        }

    def headers(self) -> dict[str, str]:
        held = self.credentials
        pair = base64.b64encode(f"{held['username']}:{held['password']}".encode()).decode()
        return {"Authorization": f"Basic {pair}", "accept": "application/json"}


def build(seed: int, clock: MeteredClock, pace: float) -> SandboxPlatform:
    """Nothing here takes its time, whatever the pace."""
    del pace
    return OptimibiPlatform(seed, clock)
