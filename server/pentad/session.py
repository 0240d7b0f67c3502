"""What outlives a call in this process: settings, accounts, kept results and open plans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pentad.bench import Bench
from pentad.call import Call
from pentad.callers import BEARER, caller
from pentad.clock import Clock
from pentad.consent.audit import Audit
from pentad.consent.plans import Plan, Plans
from pentad.consent.spending import Spending
from pentad.errors import AuthFailed
from pentad.files import Folder
from pentad.http.answers import given as but_none
from pentad.http.connection import Connection, Transport
from pentad.inbox import Inbox
from pentad.results.folder import Scratch
from pentad.results.record import Origin, Stored
from pentad.results.store import Store
from pentad.settings import DEFAULT, Account, Settings
from pentad.text import shorten
from pentad.vault import Vault

if TYPE_CHECKING:
    from pentad.operations import AnyOperation
    from pentad.platforms import Platform
    from pentad.results.query import Worker

# Who owns results and plans where there is one client.
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
    client_name: str = LOCAL

    def __post_init__(self) -> None:
        self.store = Store(
            self.clock,
            scratch=Scratch(self.settings.results),
            quota=self.settings.quota * 2**20,
            life=self.settings.keep * 3600,
            dropped=self._unload,
        )
        self._worker: Worker | None = None
        self.plans = Plans(self.clock)
        # What changes in the sandbox changes nothing, unless somebody wants to see it.
        pretended = self.settings.sandbox and self.settings.audit is None
        self.audit = Audit(None if pretended else self.settings.audit_folder, self.clock)
        self.spending = Spending(self.settings.spend_limit)
        self.folder = Folder(self.settings.downloads)
        self.inbox = Inbox(self.settings.uploads or (self.settings.downloads,))
        self.vault = Vault(self.settings.secrets)

    @property
    def owner(self) -> str:
        """Whose results and plans are meant by the request that is under way."""
        return caller() or self.client_name

    def newest(self) -> list[Stored]:
        """The owner's results, the newest first; to hold an id is no right to a list."""
        return [] if self.owner == BEARER else self.store.newest(self.owner)

    def open_plans(self) -> list[Plan]:
        """What of the owner's waits for approval, the oldest first."""
        return [] if self.owner == BEARER else self.plans.open(self.owner)

    def accounts(self, operation: AnyOperation) -> tuple[str, ...]:
        """The names of the accounts that an operation can be asked of; none for verbs."""
        return tuple(self.settings.of(operation.platform)) if operation.platform else ()

    def checked(self, operation: AnyOperation, given: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
        """Arguments by name with defaults, and the account they are for. Raises Rejected with every problem
        at once."""
        names = self.accounts(operation)
        account = given.get("account", DEFAULT if DEFAULT in names or not names else names[0])
        rest, wrong = dict(given), None
        if len(names) > 1 or account in names:
            rest.pop("account", None)
        if len(names) > 1 and account not in names:
            wrong = f"valid: {', '.join(names)} (got {shorten(repr(account), 60)})"
        elif len(names) > 1 and "account" not in given and DEFAULT not in names:
            wrong = f"is required; valid: {', '.join(names)}"
        problems = {"account": [wrong]} if wrong else {}
        return operation.arguments.check(rest, problems), account

    def key(self, operation: AnyOperation, account: str) -> str:
        """What the account of a call is called beside those of other platforms."""
        return Account(operation.platform or "", name=account).key

    def origin(self, operation: AnyOperation, checked: Mapping[str, Any], account: str) -> Origin:
        """How the result of a call is made anew; nameless where that would do or cost something."""
        name = operation.name if operation.free else ""
        told = {"account": account} if len(self.accounts(operation)) > 1 else {}
        return Origin(name, but_none({**checked, **told}))

    def connection(self, platform_name: str, account_name: str = DEFAULT) -> Connection:
        """The account's connection, made on first use. Raises AuthFailed that says what is missing."""
        account = self.settings.of(platform_name).get(account_name) or Account(platform_name)
        if account.key not in self.connections:
            platform = self.platforms[platform_name]
            problems = platform.problems(account)
            if problems:
                raise AuthFailed(
                    f"{platform.label} is not set up: {'; '.join(problems)}. "
                    "The user can run `pentad doctor` to see what is missing.",
                    outcome="none",
                )
            self.connections[account.key] = platform.connect(
                account, self.clock, self.transports.get(platform_name)
            )
        return self.connections[account.key]

    def client(self, operation: AnyOperation, call: Call) -> Any:
        """What an operation's first parameter is filled with."""
        if operation.platform is None:
            return Desk(self, call)
        platform = self.platforms[operation.platform]
        return platform(self.connection(operation.platform, call.account), self.bench(call))

    def bench(self, call: Call) -> Bench:
        """What this call works with beside its platform."""
        return Bench(call, self.folder, self.inbox, self.vault, self.store, self.owner, lambda: self.worker)

    @property
    def worker(self) -> Worker:
        """Runs SQL over kept results; its process is only started by the first statement. Raises Unkept."""
        if self._worker is None:
            from pentad.results.query import Worker

            self._worker = Worker(self.store.scratch.place("sql"))
        return self._worker

    def tidy(self) -> None:
        """Drop what has expired."""
        self.store.tidy()
        self.plans.tidy()

    def _unload(self, handle: str) -> None:
        if self._worker is not None:
            self._worker.forget(handle)

    async def aclose(self) -> None:
        if self._worker is not None:
            await self._worker.aclose()
        self.folder.close()
        self.store.close()
        self.audit.close()
        while self.connections:
            await self.connections.popitem()[1].aclose()


@dataclass(frozen=True)
class Desk:
    """What the verbs work with: they belong to no platform."""

    session: Session
    call: Call
