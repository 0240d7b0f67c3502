"""Secrets that stand elsewhere than in a setting: in a file of the user's, or in what a command prints.

Neither is read at the start. A command runs when its account is first used; what it gave is kept in memory
and asked for again, at most once a minute, after the platform has refused it.
"""

from __future__ import annotations

import asyncio
import os
import shlex
import stat
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import httpx2 as httpx

from pentad.clock import Clock
from pentad.errors import AuthFailed
from pentad.http.auth import Flow, signs

Kind = Literal["file", "command"]
KINDS: tuple[Kind, ...] = ("file", "command")
LARGEST = 64 * 2**10
PATIENCE = 30.0
# Seconds until a secret that was refused, or could not be had, is asked for again.
AGAIN = 60.0
# Stands in for a secret where it only matters that there is one.
AWAITED = "awaited"
_POSIX = os.name == "posix"


class Unobtained(Exception):
    """Why there is no secret, as the end of a sentence; never what was found instead of it."""


@dataclass(frozen=True)
class Source:
    """Where the secret of a setting comes from. `place` is a path or a command line, `variable` names it."""

    setting: str
    kind: Kind
    place: str = field(repr=False)
    variable: str

    @property
    def name(self) -> str:
        """The setting that names it."""
        return f"{self.setting}_{self.kind}"

    def problem(self) -> str | None:
        """What can be told without running anything."""
        try:
            if self.kind == "file":
                read(self.place)
            else:
                words(self.place)
        except Unobtained as why:
            return f"{self.variable} {why}"
        return None

    async def fetch(self, patience: float = PATIENCE) -> str:
        """The secret. Raises AuthFailed that names the setting."""
        try:
            if self.kind == "file":
                return await asyncio.to_thread(read, self.place)
            return _text(await output(words(self.place), patience), "names a command that gave")
        except Unobtained as why:
            raise AuthFailed(f"{self.variable} {why}.", outcome="none") from None


def sources(secrets: Mapping[str, str], values: Mapping[str, str]) -> tuple[Source, ...]:
    """The sources among the values of an account; `secrets` are its secret settings with their variables."""
    return tuple(
        Source(name, kind, values[f"{name}_{kind}"], f"{variable}_{kind.upper()}")
        for name, variable in secrets.items()
        for kind in KINDS
        if f"{name}_{kind}" in values
    )


def awaited(values: Mapping[str, str], sources: tuple[Source, ...]) -> dict[str, str]:
    """The values with a word in place of each secret that is to be fetched."""
    return {**values, **{source.setting: AWAITED for source in sources}}


def ambiguous(secrets: Mapping[str, str], values: Mapping[str, str]) -> list[str]:
    """One sentence for each secret that is given more than once."""
    found = []
    for name, variable in secrets.items():
        ways = {name: variable} | {f"{name}_{kind}": f"{variable}_{kind.upper()}" for kind in KINDS}
        given = [spelt for setting, spelt in ways.items() if setting in values]
        if len(given) > 1:
            found.append(f"only one of {', '.join(given)} can be used")
    return found


def read(place: str) -> str:
    """The secret in a file that nobody but its owner can read. Raises Unobtained."""
    try:
        # A pipe would be waited for without end.
        handle = os.open(Path(place).expanduser(), os.O_RDONLY | (os.O_NONBLOCK if _POSIX else 0))
    except FileNotFoundError:
        raise Unobtained("names a file that does not exist") from None
    except (OSError, RuntimeError, ValueError):
        raise Unobtained("names a file that cannot be read") from None
    try:
        mode = os.fstat(handle).st_mode
        if not stat.S_ISREG(mode):
            raise Unobtained("names something that is no regular file")
        if _POSIX and mode & 0o077:
            raise Unobtained("names a file that others can read; let its owner alone read it (chmod 600)")
        return _text(os.read(handle, LARGEST + 1), "names a file that holds")
    except OSError:
        raise Unobtained("names a file that cannot be read") from None
    finally:
        os.close(handle)


def words(place: str) -> list[str]:
    """A command line as the words it is made of. Raises Unobtained."""
    try:
        found = shlex.split(place)
    except ValueError:
        found = []
    if not found:
        raise Unobtained("is no command: a quote is not closed, or there is no word in it")
    return found


async def output(command: list[str], patience: float) -> bytes:
    """What a command prints, run without a shell in the user's environment. Raises Unobtained."""
    try:
        nothing, pipe = asyncio.subprocess.DEVNULL, asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*command, stdin=nothing, stdout=pipe, stderr=nothing)
    except (OSError, ValueError):
        raise Unobtained("names a command that cannot be started") from None
    try:
        async with asyncio.timeout(patience):
            told = await _head(process.stdout)
            code = await process.wait() if len(told) <= LARGEST else 0
    except TimeoutError:
        raise Unobtained(f"names a command that did not end within {patience:g} s") from None
    finally:
        await _ended(process)
    if code:
        raise Unobtained(f"names a command that failed (exit code {code})")
    return told


async def _head(stream: asyncio.StreamReader | None) -> bytes:
    told = b""
    while stream is not None and len(told) <= LARGEST and (part := await stream.read(LARGEST)):
        told += part
    return told


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Leave nothing running. What the command itself started may hold the pipe, and is not waited for."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), 1.0)


def _text(found: bytes, where: str) -> str:
    if len(found) > LARGEST:
        raise Unobtained(f"{where} more than {LARGEST >> 10} KiB")
    try:
        text = found.decode("utf-8-sig").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise Unobtained(f"{where} no text") from None
    if not text.strip():
        raise Unobtained(f"{where} nothing")
    return text


@dataclass
class FetchedAuth(httpx.Auth):
    """Signs in with secrets that are fetched when they are first needed. `make` is the sign-in with them; it
    raises AuthFailed where they cannot be right."""

    origin: httpx.URL
    clock: Clock
    sources: tuple[Source, ...]
    make: Callable[[Mapping[str, str]], httpx.Auth]
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock, kw_only=True)
    _values: Mapping[str, str] = field(default_factory=dict[str, str], kw_only=True, repr=False)
    _auth: httpx.Auth | None = field(default=None, kw_only=True)
    _fault: str | None = field(default=None, kw_only=True)
    _refused: bool = field(default=False, kw_only=True)
    _asked: float = field(default=0.0, kw_only=True)

    async def async_auth_flow(self, request: httpx.Request) -> Flow:
        if not signs(request, self.origin):
            yield request
            return
        flow = (await self._current()).async_auth_flow(request)
        try:
            step = await anext(flow)
            while True:
                response = yield step
                self._refused = step is request and response.status_code == 401
                step = await flow.asend(response)
        except StopAsyncIteration:
            return
        except AuthFailed:
            self._refused = True
            raise
        finally:
            await flow.aclose()

    async def _current(self) -> httpx.Auth:
        async with self._lock:
            waited = self.clock.monotonic() - self._asked >= AGAIN
            known = self._auth is not None or self._fault is not None
            if not known or (waited and (self._refused or self._fault)):
                await self._renew()
            if self._auth is None or self._fault:
                raise AuthFailed(self._fault or "", outcome="none")
            return self._auth

    async def _renew(self) -> None:
        """Fetch the secrets; the same ones go on as they were."""
        try:
            values = {source.setting: await source.fetch() for source in self.sources}
            if self._auth is None or values != self._values:
                self._auth = self.make(values)
            self._values, self._fault = values, None
        except AuthFailed as error:
            self._fault = error.message
        self._refused, self._asked = False, self.clock.monotonic()
