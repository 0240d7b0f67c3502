"""Timbr, from its public documentation: SQL over ontologies, two answer conventions, gateways in between."""

from __future__ import annotations

from collections.abc import Awaitable
from functools import partial
from typing import Any

from pentad.sandbox.asgi import Call, Reply, Wire
from pentad.sandbox.dice import Dice
from pentad.sandbox.metering import MeteredClock
from pentad.sandbox.platform import SandboxPlatform
from pentad.sandbox.timbr.access import credentials
from pentad.sandbox.timbr.app import respond
from pentad.sandbox.timbr.background import response_id
from pentad.sandbox.timbr.gateways import GATEWAYS, URLS, Gateway
from pentad.sandbox.timbr.model import (
    ACTIVE_DATASOURCE,
    AGENT,
    KNOWLEDGE_BASE,
    SAMPLE_ORDER,
)
from pentad.sandbox.timbr.refusals import error_reply
from pentad.sandbox.timbr.routes import CONFIG
from pentad.sandbox.timbr.state import FINISHED_QUERY, State

_NESTED = (
    "SELECT `entity_id`, `PO_Number`, `Is_Expedited`, `total_value`, "
    "`has_line[po_line].entity_id`, `has_line[po_line].sku` "
    "FROM `dtimbr`.`purchase_order` WHERE `PO_Number` = 'PO-7001'"
)


class TimbrPlatform(SandboxPlatform):
    name = "timbr"

    def __init__(self, seed: int, clock: MeteredClock, pace: float) -> None:
        super().__init__(clock)
        self._seed, self._pace = seed, pace
        self._state: State | None = None
        for host, gateway in GATEWAYS.items():
            self.listen(host, Wire(partial(self._respond, gateway), clock), error_reply)

    @property
    def state(self) -> State:
        if self._state is None:
            self._state = State.seeded(self._seed, self._pace, self.clock.time())
        return self._state

    def _respond(self, gateway: Gateway, call: Call) -> Reply | Awaitable[Reply]:
        passed = gateway(call)
        return passed if isinstance(passed, Reply) else respond(self.state, passed, self.clock)

    @property
    def credentials(self) -> dict[str, Any]:
        return dict(credentials(Dice(self._seed)))

    @property
    def samples(self) -> dict[str, Any]:
        return {
            "ontology": "supply_chain",
            "other_ontology": "fleet",
            "new_ontology": "returns",
            "concept": "supplier",
            "filters": {"supplier_country": "Norway"},
            "view": "late_inbound_by_port",
            "slow_view": "network_replay",
            "sql": FINISHED_QUERY[1],
            "nested_sql": _NESTED,
            "entity_id": SAMPLE_ORDER,
            "response_id": response_id(Dice(self._seed), 1),
            "agent": AGENT,
            "knowledge_base": KNOWLEDGE_BASE,
            "question": "Late shipments per carrier",
            "config_name": next(iter(CONFIG)),
            "datasource": ACTIVE_DATASOURCE,
            **URLS,
        }

    def headers(self) -> dict[str, str]:
        return {"x-api-key": self.credentials["api_key"], "content-type": "application/json"}


def build(seed: int, clock: MeteredClock, pace: float) -> SandboxPlatform:
    return TimbrPlatform(seed, clock, pace)
