"""Everything that a call can read or change, and the knobs that make it awkward."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from pentad.sandbox.dice import Dice
from pentad.sandbox.optimibi import alert_records, connections, content
from pentad.sandbox.optimibi.accounts import ROLES, User, seeded_users, server_secret
from pentad.sandbox.optimibi.alerts import ALERTS, Alert
from pentad.sandbox.optimibi.connections import CONNECTIONS, Connection
from pentad.sandbox.optimibi.model import Model
from pentad.sandbox.optimibi.models import MODELS
from pentad.sandbox.optimibi.nodes import Node
from pentad.sandbox.optimibi.parameters import DICTIONARIES, PARAMETERS, Dictionary, Parameter
from pentad.sandbox.optimibi.rules import OBJECT_RULES, ROW_RULES, ObjectRule, RowRule

TOKEN_NAMES = ("token", "bi_ticket")
_WHERE_SECRETS_STAND = ("mail", "jwt", "private", "initpwd", "client", "bind", "system", "map", "ai")


@dataclass(slots=True)
class Session:
    id: str
    username: str
    seen: float


@dataclass(slots=True)
class State:
    """Seeded objects, and knobs that tests may turn; `edition` before the first call.

    idle: seconds after which a session that was not used is gone. lockout_after: failed logins until
    every login is refused, for `lockout_seconds`. login_page: how routes made for browsers meet an ended
    session: with the page itself (200) or a redirect to it (302). cube_answer: the form of the answer to a
    query on a model. table_reads_fail: lists of users and roles carry an inner failure. calls counts what
    reached a route, by operationId. acls holds the access lists that were written, by the path of an item
    or by `model:NAME` and `connection:NAME`; the others are those that were seeded.
    """

    dice: Dice
    born: float
    users: dict[str, User]
    nodes: dict[str, Node]
    edition: Literal["newer", "older"] = "newer"
    idle: float = 7_200.0
    lockout_after: int = 10
    lockout_seconds: float = 86_400.0
    login_page: Literal[200, 302] = 302
    cube_answer: Literal["cells", "rows"] = "cells"
    table_reads_fail: bool = False
    sessions: dict[str, Session] = field(default_factory=dict[str, Session])
    failed_logins: int = 0
    locked_until: float = 0.0
    favourites: dict[str, list[Any]] = field(default_factory=dict[str, list[Any]])
    recents: dict[str, list[Any]] = field(default_factory=dict[str, list[Any]])
    roles: list[str] = field(default_factory=lambda: list(ROLES))
    connections: dict[str, Connection] = field(default_factory=lambda: dict(CONNECTIONS))
    models: dict[str, Model] = field(default_factory=lambda: dict(MODELS))
    parameters: dict[str, Parameter] = field(default_factory=lambda: dict(PARAMETERS))
    dictionaries: dict[str, Dictionary] = field(default_factory=lambda: dict(DICTIONARIES))
    row_rules: list[RowRule] = field(default_factory=lambda: list(ROW_RULES))
    object_rules: list[ObjectRule] = field(default_factory=lambda: list(OBJECT_RULES))
    alerts: dict[str, Alert] = field(default_factory=lambda: {one.name: one for one in ALERTS})
    acls: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    calls: dict[str, int] = field(default_factory=dict[str, int])
    made: int = 0

    @classmethod
    def seeded(cls, seed: int, now: float) -> State:
        dice = Dice(seed)
        users = seeded_users(dice)
        nodes = content.seeded_nodes(dice, now, list(users))
        state = cls(dice, now, users, nodes)
        for login in users:
            state.favourites[login] = list(content.favourites(nodes, login, now))
            state.recents[login] = list(content.recents(nodes, login, now))
        return state

    @property
    def newer(self) -> bool:
        return self.edition == "newer"

    @property
    def plugins(self) -> list[str]:
        """The plugin for CAS is missing; the one for accounts went with the newer edition."""
        named = (
            "datafor",
            "datafor-modeler",
            "datafor-backup",
            "datafor-ldap",
            "datafor-oauth2",
            "datafor-saml",
        )
        return [*named, "datafor-whitelabel", *([] if self.newer else ["datafor-auth"])]

    def secret(self, what: str) -> str:
        return server_secret(self.dice, what)

    @property
    def secrets(self) -> set[str]:
        """What some answer shows and nobody should see, of settings, connections, accounts, jobs."""
        told = {self.secret(what) for what in _WHERE_SECRETS_STAND} | set(connections.secrets(self.dice))
        told |= {alert_records.job_token(self.dice, alert) for alert in self.alerts.values()}
        told |= {text for user in self.users.values() for text in (user.hash, user.password)}
        return told | set(self.sessions)

    def new_session(self, username: str, now: float) -> Session:
        made = Session(self.session_id(), username, now)
        self.sessions[made.id] = made
        return made

    def session_id(self) -> str:
        self.made += 1
        return self.dice.uuid(f"session:{self.made}").replace("-", "").upper()
