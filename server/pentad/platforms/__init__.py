"""What is peculiar to one platform: where it is, how one signs in, its dialect of pages, limits and errors.

Each module defines one `Platform`; everything else about a platform stands in its operations.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import httpx2 as httpx

from pentad.clock import Clock
from pentad.http.auth import sendable
from pentad.http.client import Client
from pentad.http.connection import Connection, Transport
from pentad.http.egress import is_loopback
from pentad.http.pacing import Budget
from pentad.settings import DEFAULT, Account


@dataclass(frozen=True)
class Setting:
    """One value a user gives for an account: `PENTAD_<PLATFORM>_<NAME>` or a key of its TOML section."""

    name: str
    meaning: str
    default: str | None = None
    secret: bool = False
    choices: tuple[str, ...] = ()


class Platform(Client):
    """A client that knows its platform's settings and can be connected from them."""

    name: ClassVar[str]
    # Where it is for everybody; empty where each customer has an address of their own.
    url: ClassVar[str] = ""
    settings: ClassVar[tuple[Setting, ...]]
    # The operation without arguments that proves an account at the least cost.
    probe: ClassVar[str]
    # Contract operations that are no tools: operation id -> (method and path, reason).
    unexposed: ClassVar[Mapping[str, tuple[str, str]]] = {}
    # Term of the platform's operations -> words that users and the platform's own pages have for it. A search
    # for operations knows them, and nothing else does.
    vocabulary: ClassVar[Mapping[str, str]] = {}

    @classmethod
    def values(cls, account: Account) -> dict[str, str]:
        """The account's values with defaults filled in."""
        defaults = {setting.name: setting.default for setting in cls.settings if setting.default}
        return defaults | dict(account.values)

    @classmethod
    def problems(cls, account: Account) -> list[str]:
        """What keeps this account from working, one sentence each, naming the setting and never its value."""
        values = cls.values(account)
        known = {setting.name: setting for setting in cls.settings}
        found = [f"{cls.variable(name)} is not a setting" for name in sorted(values) if name not in known]
        for name, setting in known.items():
            if setting.choices and values.get(name) not in (*setting.choices, None):
                found.append(f"{cls.variable(name)} must be one of {', '.join(setting.choices)}")
        found += _bad_address(values.get("url", ""), cls.variable("url")) + cls.lacking(values)
        # Sentences name the variables of an account without a name.
        return [sentence.replace(cls.variable(""), account.prefix) for sentence in found]

    @classmethod
    def bad_key(cls, name: str, key: str) -> list[str]:
        """What is wrong with a credential that is sent in a header, whatever it stands for."""
        if not key:
            return [f"{cls.variable(name)} is missing"]
        wrong = "contains a space or a character that no key has; it may be cut or pasted with its label"
        return [] if sendable(key) else [f"{cls.variable(name)} {wrong}"]

    @classmethod
    def variable(cls, name: str) -> str:
        return f"PENTAD_{cls.name.upper()}_{name.upper()}"

    @classmethod
    def credential(cls) -> str:
        """The variable that sets the platform up: its first secret."""
        return cls.variable(next(setting.name for setting in cls.settings if setting.secret))

    @classmethod
    def holder(cls, connection: Connection) -> str | None:
        """Whom the account's calls are made as, as far as it is known here."""
        return connection.holder

    @classmethod
    def holder_in(cls, answer: Any) -> str | None:
        """The same, in what the probe returned."""
        del answer
        return None

    @classmethod
    def pending(cls, connection: Connection) -> list[str]:
        """What was begun there and has not ended: tickets to ask with."""
        del connection
        return []

    @classmethod
    def lacking(cls, values: Mapping[str, str]) -> list[str]:
        """Which credentials are missing or of the wrong kind."""
        raise NotImplementedError

    @classmethod
    def sign_in(cls, values: Mapping[str, str], clock: Clock) -> httpx.Auth:
        raise NotImplementedError

    @classmethod
    def make_budget(cls, name: str) -> Budget:
        """The rate limit of that name, as far as it is known before the first answer."""
        raise NotImplementedError

    @classmethod
    def connect(cls, account: Account, clock: Clock, transport: Transport | None) -> Connection:
        values = cls.values(account)
        auth = cls.sign_in(values, clock)
        label = cls.label if account.name == DEFAULT else f"{cls.label} ({account.name})"
        connection = Connection(
            label, values["url"], auth, make_budget=cls.make_budget, clock=clock, transport=transport
        )
        connection.account, connection.values = account.key, values
        return connection


def _bad_address(url: str, variable: str) -> list[str]:
    if not url:
        return [f"{variable} is missing"]
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        return [f"{variable} is not an address"]
    if parsed.userinfo or parsed.query or parsed.fragment:
        return [f"{variable} must be an address alone, without a user, a query or a fragment"]
    if parsed.scheme == "https" and parsed.host:
        return []
    if parsed.scheme == "http" and is_loopback(parsed.host):
        return []
    return [f"{variable} must begin with https://, so that the credential is never sent in the clear"]


def load(name: str) -> type[Platform]:
    """The platform of that name; its module is only imported here."""
    module = importlib.import_module(f"pentad.platforms.{name}")
    platform: type[Platform] = module.PLATFORM
    return platform
