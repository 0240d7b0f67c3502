"""The application: settings in, tools out. The only importer of `pentad_tools`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pentad import operations, platforms
from pentad.boundary import Answer, answer
from pentad.call import Progress
from pentad.clock import Clock, SystemClock
from pentad.operations import AnyOperation
from pentad.session import Session
from pentad.settings import PLATFORMS, Account, Settings
from pentad.text import nearest

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
        known = {name: platforms.load(name) for name in PLATFORMS if name in settings.accounts}
        found = [op for name in known for op in operations.in_package(f"pentad_tools.{name}")]
        verbs = operations.in_package("pentad.verbs")
        self.sandbox = sandbox
        self.operations = {op.name: op for op in (*verbs, *found)}
        self.session = Session(settings, clock, self.operations, known, transports)
        self.tools = {op.name: op for op in self.operations.values() if self._listed(op)}

    @property
    def settings(self) -> Settings:
        return self.session.settings

    def _listed(self, operation: AnyOperation) -> bool:
        """Whether the model sees it; the same for every caller and fixed from here on."""
        if self.settings.forbids(operation) is not None:
            return False
        if self.settings.expose == "all":
            return True
        return operation.core and (operation.platform is None or self.settings.expose == "core")

    def problems(self) -> list[str]:
        """What is wrong with the settings, the accounts' included."""
        accounts = self.session.platforms.items()
        found = [p for name, platform in accounts for p in platform.problems(self.settings.accounts[name])]
        strays = sorted(self.settings.enable - set(self.operations))
        found += [f"PENTAD_ENABLE names {name!r}, which is no operation here" for name in strays]
        return [*self.settings.problems, *found]

    def absent(self, name: str) -> str:
        """Why a name cannot be called here, and what helps; empty if there is nothing to say."""
        if name in self.operations:
            why = self.settings.forbids(self.operations[name])
            return why or "it exists but is not listed; `--expose all` lists it"
        owner = next((platform for platform in PLATFORMS if name.startswith(f"{platform}_")), None)
        if owner is not None:
            platform = platforms.load(owner)
            unexposed = platform.unexposed.get(name.removeprefix(f"{owner}_"))
            if unexposed is not None:
                return f"it is not exposed: {unexposed[1]}"
            if owner not in self.session.platforms:
                return f"{platform.label} is not set up; the user can set {platform.credential()}"
        near = nearest(name, self.tools, 3)
        return f"the nearest are {', '.join(near)}" if near else ""

    async def call(self, name: str, arguments: Mapping[str, Any], progress: Progress | None = None) -> Answer:
        """Run a tool by name. Raises KeyError for one that does not exist."""
        return await answer(self.session, self.operations[name], arguments, progress)

    async def aclose(self) -> None:
        await self.session.aclose()


def _inside(settings: Settings, sandbox: Sandbox) -> Settings:
    """The same settings with every account replaced by the sandbox's."""
    accounts = {}
    for name, box in sandbox.platforms.items():
        known = {setting.name for setting in platforms.load(name).settings}
        values = {setting: value for setting, value in box.credentials.items() if setting in known}
        accounts[name] = Account(name, values | {"url": box.url})
    return replace(settings, sandbox=True, accounts=accounts)
