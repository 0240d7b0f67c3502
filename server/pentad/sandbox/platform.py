"""One platform of the sandbox: its hosts, its way in, its faults and what has passed over its wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from pentad.sandbox.asgi import App
from pentad.sandbox.faults import Faults
from pentad.sandbox.gate import ErrorReply, Gate
from pentad.sandbox.metering import MeteredClock
from pentad.sandbox.recording import Log, Recorder


class SandboxPlatform:
    """Subclasses add what is peculiar to a platform: credentials, samples, state and apps.

    The state is seeded when it is first needed. `hosts` maps host names to apps; all of them share
    the faults and the log. `plain` says whether the platform listens without TLS.
    """

    name: str
    plain: bool = False

    def __init__(self, clock: MeteredClock) -> None:
        self.clock = clock
        self.url = f"https://{self.name}.sandbox"
        self.faults = Faults()
        self.log = Log()
        self.hosts: dict[str, App] = {}

    @property
    def app(self) -> App:
        return self.hosts[f"{self.name}.sandbox"]

    @property
    def credentials(self) -> dict[str, Any]:
        """What a user would put into the settings, and further seeded credentials beside it."""
        raise NotImplementedError

    @property
    def samples(self) -> dict[str, Any]:
        """Ids of seeded objects that tests and examples can rely on."""
        raise NotImplementedError

    @property
    def state(self) -> Any:
        """The platform's own state object; see its package."""
        raise NotImplementedError

    def headers(self) -> dict[str, str]:
        """Headers that sign a plain request in with full rights."""
        raise NotImplementedError

    def listen(self, host: str, app: App, error: ErrorReply) -> None:
        gate = Gate(app, self.faults, self.clock, error)
        self.hosts[host] = Recorder(gate, host, self.log)


class Build(Protocol):
    """What each platform package offers under the name `build`."""

    def __call__(self, seed: int, clock: MeteredClock, pace: float) -> SandboxPlatform: ...


def mount_name(host: str) -> str:
    """The path prefix that a host gets on a port: files.claribi.sandbox becomes claribi-files."""
    return "-".join(reversed(host.removesuffix(".sandbox").split(".")))


def mounts(platforms: Mapping[str, SandboxPlatform]) -> dict[str, App]:
    return {mount_name(host): app for one in platforms.values() for host, app in one.hosts.items()}
