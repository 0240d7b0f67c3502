"""The platforms, embedded: seeded apps that answer like the real ones, and how to reach them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module

import httpx2 as httpx

from pentad.clock import Clock, SystemClock
from pentad.sandbox.faults import Fault, Faults
from pentad.sandbox.metering import MeteredClock
from pentad.sandbox.platform import Build, SandboxPlatform
from pentad.sandbox.recording import Exchange
from pentad.sandbox.transport import Host, SandboxTransport

__all__ = ["PLATFORMS", "Exchange", "Fault", "Faults", "Sandbox", "SandboxPlatform"]

PLATFORMS = ("claribi", "omiq", "optimibi", "optimized", "timbr")


class Sandbox:
    """All platforms over one seed and one clock; `pace` multiplies how long generations take."""

    def __init__(self, *, seed: int = 1, clock: Clock | None = None, pace: float = 1.0) -> None:
        self.platforms: Mapping[str, SandboxPlatform] = _Platforms(
            seed, MeteredClock(clock or SystemClock()), pace
        )

    def transport(self) -> httpx.AsyncBaseTransport:
        """Routes by host name, such as https://claribi.sandbox; any other host refuses the connection."""
        return SandboxTransport(self._host)

    def _host(self, host: str) -> Host | None:
        name = host.removesuffix(".sandbox").rpartition(".")[2]
        platform = self.platforms.get(name)
        if platform is None or host not in platform.hosts:
            return None
        return Host(platform.hosts[host], platform.faults, platform.clock, platform.plain)


class _Platforms(Mapping[str, SandboxPlatform]):
    """Imports and builds a platform when it is first asked for."""

    def __init__(self, seed: int, clock: MeteredClock, pace: float) -> None:
        self._seed, self._clock, self._pace = seed, clock, pace
        self._built: dict[str, SandboxPlatform] = {}

    def __getitem__(self, name: str) -> SandboxPlatform:
        if name not in PLATFORMS:
            raise KeyError(name)
        if name not in self._built:
            build: Build = import_module(f"pentad.sandbox.{name}").build
            self._built[name] = build(self._seed, self._clock, self._pace)
        return self._built[name]

    def __iter__(self) -> Iterator[str]:
        return iter(PLATFORMS)

    def __len__(self) -> int:
        return len(PLATFORMS)
