"""What outlives a call in this process: settings, accounts, kept results and open plans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pentad.call import Call
from pentad.clock import Clock
from pentad.consent.plans import Plans
from pentad.errors import AuthFailed
from pentad.files import Folder
from pentad.http.connection import Connection, Transport
from pentad.results.draft import Draft
from pentad.results.folder import Scratch
from pentad.results.store import Store
from pentad.settings import Account, Settings

if TYPE_CHECKING:
    from pentad.operations import AnyOperation
    from pentad.platforms import Platform
    from pentad.results.query import Worker

# Who owns results and plans: the authenticated principal, else this one.
LOCAL = "local"


@dataclass
class Session:
    """`platforms` are the ones that are configured; `transports` replace the network, for the sandbox."""

    settings: Settings
    clock: Clock
    operations: Mapping[str, AnyOperation]
    platforms: Mapping[str, type[Platform]]
    transports: Mapping[str, Transport] = field(default_factory=dict[str, Transport])
    connections: dict[str, Connection] = field(default_factory=dict[str, Connection])
    owner: str = LOCAL

    def __post_init__(self) -> None:
        self.store = Store(
            self.clock,
            scratch=Scratch(self.settings.results),
            quota=self.settings.quota * 2**20,
            life=self.settings.keep * 3600,
        )
        self._worker: Worker | None = None
        self.plans = Plans(self.clock)
        self.folder = Folder(self.settings.downloads)

    def connection(self, name: str) -> Connection:
        """The account's connection, made on first use. Raises AuthFailed that says what is missing."""
        if name not in self.connections:
            account = self.settings.accounts.get(name) or Account(name)
            platform = self.platforms[name]
            problems = platform.problems(account)
            if problems:
                raise AuthFailed(
                    f"{platform.label} is not set up: {'; '.join(problems)}. "
                    "The user can run `pentad doctor` to see what is missing.",
                    outcome="none",
                )
            self.connections[name] = platform.connect(account, self.clock, self.transports.get(name))
        return self.connections[name]

    def client(self, operation: AnyOperation, call: Call) -> Any:
        """What an operation's first parameter is filled with."""
        if operation.platform is None:
            return Desk(self, call)
        platform = self.platforms[operation.platform]
        return platform(self.connection(operation.platform), call, self.folder, lambda: self.draft(call))

    def draft(self, call: Call, kind: str = "rows") -> Draft:
        """A new result of this call, that rows can be added to."""
        return self.store.draft((), call.origin, self.owner, kind)

    @property
    def worker(self) -> Worker:
        """Runs SQL over kept results; its process is only started by the first statement. Raises Unkept."""
        if self._worker is None:
            from pentad.results.query import Worker

            self._worker = Worker(self.store.scratch.place("sql"))
        return self._worker

    async def aclose(self) -> None:
        if self._worker is not None:
            await self._worker.aclose()
        self.store.close()
        while self.connections:
            await self.connections.popitem()[1].aclose()


@dataclass(frozen=True)
class Desk:
    """What the verbs work with: they belong to no platform."""

    session: Session
    call: Call
