"""A small platform for the walk: four operations, and a transport that plays what a test wrote down."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import httpx2 as httpx

from pentad.bench import Bench
from pentad.call import Call
from pentad.clock import Clock
from pentad.files import Folder
from pentad.http.auth import KeyAuth
from pentad.http.client import Client
from pentad.http.connection import Connection
from pentad.http.pacing import Budget
from pentad.http.paging import Paging, in_envelope
from pentad.inbox import Inbox
from pentad.models import Cursor, Id, Limit, Page, Saved, Wire
from pentad.operations import destroys, reads, writes
from pentad.results.folder import Scratch
from pentad.results.query import Worker
from pentad.results.store import Store
from pentad.vault import Vault
from tests.clock import ManualClock

URL = "https://shop.example"
KEY = "key-4f9d1c7b20"
Step = Callable[[httpx.Request], httpx.Response | Awaitable[httpx.Response]]


class Thing(Wire):
    shown: ClassVar[tuple[str, ...]] = ("id", "name")
    id: str
    name: str | None = None


class Shop(Client):
    label = "Shop"
    paging = Paging(3, 5, in_envelope("rows", "next", "count"), size_name="size")
    hints: ClassVar[Mapping[int, str]] = {403: "Ask for more rights."}


@reads("GET /things/{thing_id}")
async def get_thing(shop: Shop, thing_id: Id) -> Thing:
    """One thing."""
    return await shop.get(Thing, thing_id=thing_id)


@reads("GET /things")
async def list_things(
    shop: Shop, limit: Limit = None, cursor: Cursor = None, color: str | None = None
) -> Page[Thing]:
    """All things."""
    return await shop.page(Thing, limit=limit, cursor=cursor, color=color)


@reads("GET /dreams", spends="credits")
async def dream(shop: Shop) -> Thing:
    """Costs something each time."""
    return await shop.get(Thing)


@writes("POST /things", check="look for it with list_things")
async def create_thing(shop: Shop, name: str) -> Thing:
    """Make a thing."""
    return await shop.send(Thing, body={"name": name})


@destroys("DELETE /things/{thing_id}", retry_safe=True)
async def remove_thing(shop: Shop, thing_id: Id) -> Thing:
    """Take a thing away; once it is gone, it stays gone."""
    return await shop.send(Thing, thing_id=thing_id)


@reads("GET /things/{thing_id}/file")
async def save_thing(shop: Shop, thing_id: Id) -> Saved:
    """The thing as a file."""
    return await shop.download(f"thing-{thing_id}", "url", thing_id=thing_id)


@reads("GET /dreams/file", spends="credits")
async def save_dream(shop: Shop) -> Saved:
    """A file that costs something each time."""
    return await shop.download("dream", "url")


def names(folder: Path) -> list[str]:
    """What lies in a folder, hidden files too."""
    return sorted(path.name for path in folder.iterdir())


def content(saved: Saved) -> bytes:
    return Path(saved.path).read_bytes()


class Tape(httpx.AsyncBaseTransport):
    """Plays one step per request; the last one is played again and again."""

    def __init__(self, *steps: Step, clock: Clock | None = None) -> None:
        self.steps = list(steps)
        self.clock = clock
        self.seen: list[httpx.Request] = []
        self.times: list[float] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        self.times.append(self.clock.monotonic() if self.clock else 0.0)
        step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
        played = step(request)
        return await played if isinstance(played, Awaitable) else played


class Parts(httpx.AsyncByteStream):
    """A body that comes in parts; exceptions among them are raised, functions called."""

    def __init__(self, parts: Iterable[Any]) -> None:
        self._parts = parts

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self._parts:
            if isinstance(part, Exception):
                raise part
            if callable(part):
                called = part()
                if isinstance(called, Awaitable):
                    await called
            else:
                yield part


def _named(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]


def ok(value: Any, status: int = 200, **headers: str) -> Step:
    return lambda _: httpx.Response(status, json=value, headers=_named(headers))


def fails(status: int, **headers: str) -> Step:
    return ok({"message": "No."}, status, **headers)


def text(body: str | bytes, status: int = 200, **headers: str) -> Step:
    return lambda _: httpx.Response(status, content=body, headers=_named(headers))


def parts(*body: Any, status: int = 200, **headers: str) -> Step:
    return lambda _: httpx.Response(status, stream=Parts(body), headers=_named(headers))


def breaks(error: Exception) -> Step:
    def step(_: httpx.Request) -> httpx.Response:
        raise error

    return step


def bench(call: Call, folder: Folder | None = None, store: Store | None = None) -> Bench:
    """What a call works with; nothing here asks the worker."""
    folder = folder or Folder(Path(__file__) / "no folder")
    store = store or Store(call.clock, scratch=Scratch(folder.path))
    return Bench(call, folder, Inbox((folder.path,)), Vault(None), store, "me", _no_worker)


def _no_worker() -> Worker:
    raise AssertionError("nothing here is asked in SQL")


THING = {"id": "7", "name": "lamp"}


class Line:
    """One account of the shop, with its tape and its clock."""

    def __init__(
        self,
        *steps: Step,
        clock: Clock | None = None,
        auth: httpx.Auth | None = None,
        budget: Callable[[str], Budget] = lambda _: Budget(),
        folder: Path = Path(__file__) / "no folder",
        url: str = URL,
        store: Store | None = None,
    ) -> None:
        self.manual = ManualClock()
        self.clock: Clock = clock or self.manual
        self.tape = Tape(*steps, clock=self.clock)
        auth = auth or KeyAuth(httpx.URL(url), "Authorization", f"Bearer {KEY}")
        self.connection = Connection(
            "Shop", url, auth, make_budget=budget, clock=self.clock, transport=lambda: self.tape
        )
        self.folder = Folder(folder)
        self.store = store
        self.call = Call(self.clock)

    def shop(self, call: Call | None = None) -> Shop:
        """A client for a new call, unless one is given."""
        self.call = call or Call(self.clock)
        return Shop(self.connection, self.bench)

    @property
    def bench(self) -> Bench:
        """What the present call works with."""
        return bench(self.call, self.folder, self.store)

    @property
    def seen(self) -> list[httpx.Request]:
        return self.tape.seen
