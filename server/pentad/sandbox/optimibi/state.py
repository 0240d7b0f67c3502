"""Everything that a call can read or change, and the knobs that make it awkward."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from pentad.sandbox.dice import Dice
from pentad.sandbox.optimibi import alert_records, connections, content
from pentad.sandbox.optimibi.accounts import (
    INVITATIONS,
    ROLES,
    Invitation,
    User,
    seeded_configurations,
    seeded_personal_tokens,
    seeded_users,
    server_secret,
)
from pentad.sandbox.optimibi.alert_records import Alert, seeded_alerts
from pentad.sandbox.optimibi.connections import CONNECTIONS, Connection
from pentad.sandbox.optimibi.model import Model
from pentad.sandbox.optimibi.models import MODELS
from pentad.sandbox.optimibi.nodes import Node, Trashed
from pentad.sandbox.optimibi.parameters import DICTIONARIES, PARAMETERS, Dictionary, Parameter
from pentad.sandbox.optimibi.rules import OBJECT_RULES, ROW_RULES, ObjectRule, RowRule

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
    query on a model; job_answer that of one that schedules a job. mails are those that alerts sent.
    table_reads_fail: lists of users and roles carry an inner failure. calls counts what
    reached a route, by operationId. acls holds the access lists that were written, by the path of an item
    or by `model:NAME` and `connection:NAME`; the others are those that were seeded. undeletable are
    accounts that cannot be deleted. registration_codes are those that were mailed, by address.
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
    job_answer: Literal["wrapped", "text"] = "wrapped"
    table_reads_fail: bool = False
    sessions: dict[str, Session] = field(default_factory=dict[str, Session])
    failed_logins: int = 0
    locked_until: float = 0.0
    favourites: dict[str, list[Any]] = field(default_factory=dict[str, list[Any]])
    recents: dict[str, list[Any]] = field(default_factory=dict[str, list[Any]])
    display: dict[str, list[Any]] = field(default_factory=dict[str, list[Any]])
    trash: dict[str, Trashed] = field(default_factory=dict[str, Trashed])
    roles: list[str] = field(default_factory=lambda: list(ROLES))
    undeletable: list[str] = field(default_factory=list[str])
    registration_codes: dict[str, Invitation] = field(default_factory=lambda: dict(INVITATIONS))
    token_configurations: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    personal_tokens: dict[str, list[dict[str, Any]]] = field(default_factory=dict[str, list[dict[str, Any]]])
    connections: dict[str, Connection] = field(default_factory=lambda: dict(CONNECTIONS))
    models: dict[str, Model] = field(default_factory=lambda: dict(MODELS))
    parameters: dict[str, Parameter] = field(default_factory=lambda: dict(PARAMETERS))
    dictionaries: dict[str, Dictionary] = field(default_factory=lambda: dict(DICTIONARIES))
    row_rules: list[RowRule] = field(default_factory=lambda: list(ROW_RULES))
    object_rules: list[ObjectRule] = field(default_factory=lambda: list(OBJECT_RULES))
    alerts: dict[str, Alert] = field(default_factory=seeded_alerts)
    mails: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    jobs: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    acls: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    missing: list[str] = field(default_factory=list[str])
    olap: dict[str, str] = field(default_factory=dict[str, str])
    system: dict[str, str] = field(default_factory=dict[str, str])
    sign_on: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    branding: dict[str, Any] = field(default_factory=dict[str, Any])
    images: dict[str, bytes] = field(default_factory=dict[str, bytes])
    revisions: list[str] = field(default_factory=list[str])
    locales: dict[str, str] = field(default_factory=dict[str, str])
    test_mails: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    calls: dict[str, int] = field(default_factory=dict[str, int])
    made: int = 0

    @classmethod
    def seeded(cls, seed: int, now: float) -> State:
        dice = Dice(seed)
        users = seeded_users(dice)
        nodes = content.seeded_nodes(dice, now, list(users))
        state = cls(dice, now, users, nodes)
        for node in nodes.values():
            node.lists = state.acls
        for login in users:
            state.favourites[login] = list(content.favourites(nodes, login, now))
            state.recents[login] = list(content.recents(nodes, login, now))
        state.trash = content.trash(dice, now)
        state.token_configurations = seeded_configurations(dice, now)
        state.personal_tokens = seeded_personal_tokens(dice, users, now)
        return state

    @property
    def newer(self) -> bool:
        return self.edition == "newer"

    @property
    def plugins(self) -> list[str]:
        """The one for accounts went with the newer edition."""
        own = ["datafor", "datafor-modeler", *([] if self.newer else ["datafor-auth"])]
        more = ("backup", "cas", "ldap", "oauth2", "saml", "whitelabel")
        return [name for name in (*own, *(f"datafor-{one}" for one in more)) if name not in self.missing]

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
