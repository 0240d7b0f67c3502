"""The application: settings in, tools out. The only importer of `pentad_tools`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pentad import platforms
from pentad.boundary import Answer, Verdict, answer, settle
from pentad.call import Progress
from pentad.clock import Clock, SystemClock
from pentad.consent.plans import Plan
from pentad.operations import AnyOperation, Offered
from pentad.session import Session
from pentad.settings import PLATFORMS, Account, Settings, matches

if TYPE_CHECKING:
    from pentad.sandbox import Sandbox


class App:
    """Everything a call needs, apart from a protocol. Starting it touches no network."""

    def __init__(
        self, settings: Settings, *, clock: Clock | None = None, sandbox: Sandbox | None = None
    ) -> None:
        clock = clock or SystemClock()
        transports: dict[str, Any] = {}
        if settings.sandbox and sandbox is None:
            from pentad.sandbox import Sandbox as Embedded

            sandbox = Embedded(clock=clock)
        if sandbox is not None:
            settings = _inside(settings, sandbox)
            transports = dict.fromkeys(sandbox.platforms, sandbox.transport)
        known = {name: platforms.load(name) for name in PLATFORMS if _offered(settings, name)}
        offered = Offered(["pentad.verbs", *(f"pentad_tools.{name}" for name in known)])
        self.sandbox = sandbox
        self.operations: Mapping[str, AnyOperation] = offered
        self.session = Session(settings, clock, self.operations, known, transports)
        listable = offered if settings.expose == "all" or settings.tools else offered.core
        self.tools = {op.name: op for op in listable.values() if self._listed(op)}

    @property
    def settings(self) -> Settings:
        return self.session.settings

    def _listed(self, operation: AnyOperation) -> bool:
        """Whether the model sees it; the same for every caller and fixed from here on."""
        if self.settings.forbids(operation) is not None:
            return False
        if self.settings.expose == "all" or matches(operation.name, self.settings.tools):
            return True
        return operation.core and (operation.platform is None or self.settings.expose == "core")

    def problems(self) -> list[str]:
        """What is wrong with the settings, the accounts' included."""
        # The sandbox's own accounts are right, and to ask for them would import its platforms.
        known = () if self.sandbox else self.session.platforms.items()
        accounts = [(platform, one) for name, platform in known for one in self.settings.of(name).values()]
        found = [problem for platform, account in accounts for problem in platform.problems(account)]
        for setting in ("enable", "tools", "exclude"):
            patterns: frozenset[str] = getattr(self.settings, setting)
            strays = [one for one in sorted(patterns) if not any(matches(n, [one]) for n in self.operations)]
            found += [f"PENTAD_{setting.upper()} names {one!r}, which is no operation here" for one in strays]
        absent = sorted(self.settings.platforms - set(self.session.platforms))
        found += [f"PENTAD_PLATFORMS names {name!r}, which is not set up" for name in absent]
        return [*self.settings.problems, *found]

    async def call(
        self,
        name: str,
        arguments: Mapping[str, Any],
        progress: Progress | None = None,
        *,
        can_ask: bool = False,
    ) -> Answer:
        """Run a tool by name. Raises KeyError for one that does not exist."""
        return await answer(self.session, self.operations[name], arguments, progress, can_ask=can_ask)

    async def settle(self, plan: Plan, verdict: Verdict) -> Answer:
        """What comes of asking the user about a plan."""
        return await settle(self.session, plan, verdict)

    async def aclose(self) -> None:
        await self.session.aclose()


def _offered(settings: Settings, platform: str) -> bool:
    return bool(settings.of(platform)) and (not settings.platforms or platform in settings.platforms)


def _inside(settings: Settings, sandbox: Sandbox) -> Settings:
    """The same settings with every account replaced by the sandbox's."""
    accounts = {name: Account(name, _Lent(name, sandbox)) for name in sandbox.platforms}
    return replace(settings, sandbox=True, accounts=accounts)


class _Lent(Mapping[str, str]):
    """The values of an account of the sandbox, whose platform is imported and built when one is read."""

    def __init__(self, platform: str, sandbox: Sandbox) -> None:
        self._platform, self._sandbox = platform, sandbox

    @cached_property
    def _values(self) -> Mapping[str, str]:
        box, settings = self._sandbox.platforms[self._platform], platforms.load(self._platform).settings
        # One credential is enough, and some platforms take no two.
        first = next(setting.name for setting in settings if setting.secret)
        known = {setting.name for setting in settings if not setting.secret or setting.name == first}
        return {name: value for name, value in box.credentials.items() if name in known} | {"url": box.url}

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)
