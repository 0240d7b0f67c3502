"""The application: settings in, tools out. The only importer of `pentad_tools`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from pentad import operations, platforms
from pentad.boundary import Answer, answer
from pentad.call import Progress
from pentad.clock import Clock, SystemClock
from pentad.operations import AnyOperation
from pentad.session import Session
from pentad.settings import PLATFORMS, Account, Settings

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
        verbs = operations.in_module("pentad.verbs")
        self.sandbox = sandbox
        self.operations = {op.name: op for op in (*verbs, *found)}
        self.session = Session(settings, clock, self.operations, known, transports)
        self.tools = {op.name: op for op in self.operations.values() if self._listed(op)}

    @property
    def settings(self) -> Settings:
        return self.session.settings

    def _listed(self, operation: AnyOperation) -> bool:
        """Whether the model sees it; the same for every caller and fixed from here on."""
        settings = self.settings
        if operation.platform is None:
            return not (settings.read_only and operation.effect != "read")
        if settings.expose == "lean" or not self.usable(operation):
            return False
        return operation.core or settings.expose == "all"

    def usable(self, operation: AnyOperation) -> bool:
        """Whether the configuration permits it at all."""
        settings = self.settings
        if settings.read_only and operation.effect != "read":
            return False
        if operation.effect in ("destructive", "admin") and operation.effect not in settings.allow:
            return False
        return operation.off is None or operation.name in settings.enable

    def nearest(self, name: str) -> list[str]:
        """Up to three tools with a name like this one."""
        return get_close_matches(name, self.tools, n=3, cutoff=0.4)

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
