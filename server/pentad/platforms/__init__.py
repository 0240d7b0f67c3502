"""What is peculiar to one platform: where it is, how one signs in, its dialect of pages, limits and errors.

Each module defines one `Platform`; everything else about a platform stands in its operations.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import httpx2 as httpx

from pentad import credentials
from pentad.clock import Clock
from pentad.errors import AuthFailed
from pentad.http.auth import sendable
from pentad.http.client import Client
from pentad.http.connection import Connection, Transport
from pentad.http.egress import is_loopback, is_plain
from pentad.http.pacing import Budget
from pentad.settings import DEFAULT, Account


@dataclass(frozen=True)
class Setting:
    """One value a user gives for an account: `PENTAD_<PLATFORM>_<NAME>` or a key of its TOML section. In
    place of a secret there can be `<NAME>_FILE` or `<NAME>_COMMAND`."""

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
        sources = credentials.sources(cls.secrets(), values)
        strays = sorted(values.keys() - known.keys() - {source.name for source in sources})
        found = [f"{cls.variable(name)} is not a setting" for name in strays]
        for name, setting in known.items():
            if setting.choices and values.get(name) not in (*setting.choices, None):
                found.append(f"{cls.variable(name)} must be one of {', '.join(setting.choices)}")
        found += credentials.ambiguous(cls.secrets(), values)
        found += [problem for source in sources if (problem := source.problem())]
        found += _bad_address(values.get("url", ""), cls.variable("url"))
        # What is not there yet has no form to complain of.
        unseen = tuple(f"{cls.variable(source.setting)} " for source in sources)
        lacking = cls.lacking(credentials.awaited(values, sources))
        found += [sentence for sentence in lacking if not sentence.startswith(unseen)]
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
    def secrets(cls) -> dict[str, str]:
        """The secret settings with their variables."""
        return {setting.name: cls.variable(setting.name) for setting in cls.settings if setting.secret}

    @classmethod
    def credential(cls) -> str:
        """The variable that sets the platform up: its first secret."""
        return next(iter(cls.secrets().values()))

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
    def label_of(cls, account: Account) -> str:
        """How an account is called in sentences."""
        return cls.label if account.name == DEFAULT else f"{cls.label} ({account.name})"

    @classmethod
    def connect(cls, account: Account, clock: Clock, transport: Transport | None) -> Connection:
        values = cls.values(account)
        sources = credentials.sources(cls.secrets(), values)
        if sources:
            auth, values = cls._fetching(account, sources, clock), credentials.awaited(values, sources)
        else:
            auth = cls.sign_in(values, clock)
        connection = Connection(
            cls.label_of(account),
            values["url"],
            auth,
            make_budget=cls.make_budget,
            clock=clock,
            transport=transport,
        )
        connection.account, connection.values = account.key, values
        return connection

    @classmethod
    def _fetching(cls, account: Account, sources: tuple[credentials.Source, ...], clock: Clock) -> httpx.Auth:
        """The sign-in with secrets that are fetched when it is first needed."""
        elsewhere = {source.name for source in sources}
        given = {name: value for name, value in account.values.items() if name not in elsewhere}

        def make(fetched: Mapping[str, str]) -> httpx.Auth:
            whole = replace(account, values=given | dict(fetched))
            if problems := cls.problems(whole):
                raise AuthFailed(f"{'; '.join(problems)}.", outcome="none")
            return cls.sign_in(cls.values(whole), clock)

        named = tuple(
            replace(source, variable=source.variable.replace(cls.variable(""), account.prefix))
            for source in sources
        )
        return credentials.FetchedAuth(httpx.URL(cls.values(account)["url"]), clock, named, make)


def _bad_address(url: str, variable: str) -> list[str]:
    if not url:
        return [f"{variable} is missing"]
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        parsed = None
    if parsed and (parsed.userinfo or parsed.query or parsed.fragment):
        return [f"{variable} must be an address alone, without a user, a query or a fragment"]
    if not parsed or (parsed.host and not is_plain(url, parsed)):
        return [f"{variable} is not an address"]
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
