"""The verbs: what an operation can ask of its platform. An endpoint has its one home in its operation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import httpx2 as httpx

from pentad.call import PATIENCE
from pentad.consent.plans import Planned, Preview, print_of
from pentad.errors import Malformed, PlatformError, RateLimited, Unavailable
from pentad.files import Interrupted
from pentad.http import paging
from pentad.http.answers import (
    given,
    is_json,
    json_of,
    kind_of,
    one,
)
from pentad.http.asking import Asking
from pentad.http.egress import checked
from pentad.http.errand import NOTHING, Errand, Extra
from pentad.models import Page, Saved, Wire
from pentad.results.csvtext import read_csv

T = TypeVar("T")
W = TypeVar("W", bound=Wire)
Decode = Callable[[httpx.Response], Any]
# How often a file is asked for that breaks off, or whose pointer is garbled.
_DOWNLOADS = 3


class _Garbled(Malformed):
    """A pointer to a file that leads nowhere, or a page in its place."""


class Client(Asking):
    """The verbs; a platform's subclass says how its pages are read. `done` is what was carried out in this
    call so far that must not be repeated."""

    paging: ClassVar[paging.Paging]
    done: str = ""

    async def get(self, model: type[W], *, extra: Extra = NOTHING, **values: Any) -> W:
        """Fetch one object. Values fill the path first; the rest becomes the query."""
        value: W = await self.ask(values, self.reader(model), extra=extra, spill=self.spill(model))
        return value

    async def page(self, model: type[W], *, limit: int | None, cursor: str | None, **values: Any) -> Page[W]:
        """Fetch one page, or as many as `limit` rows take, from the cursor on."""
        dialect = self.paging
        mark = paging.mark(self.connection.identity, self.operation.name, given(values))
        begin = paging.start(dialect, limit, cursor, mark)

        def read(response: httpx.Response, size: int) -> paging.Slice:
            found = dialect.read(self.opened(self.decoded(response)), size)
            return paging.Slice([one(model, row, self.label) for row in found.rows], found.more, found.total)

        async def fetch(page: int, size: int) -> paging.Slice:
            await self.call.report(page - begin.page, None, f"{self.label}: page {page}")
            wanted = values | dialect.query(page, size)
            found: paging.Slice = await self.ask(wanted, lambda response: read(response, size))
            return found

        walked = await paging.walk(fetch, begin, limit, _identity, self.call.note)
        rest = walked.next.text(mark) if walked.next else None
        return Page(walked.rows, model.shown, walked.total, rest)

    async def send(
        self,
        model: type[W],
        *,
        body: Any = None,
        preview: Preview | None = None,
        extra: Extra = NOTHING,
        **values: Any,
    ) -> W:
        """Send a body: JSON, or text as it is. With a preview it only happens while its plan is applied."""
        self._approved(preview, values, body, extra)
        value: W = await self.ask(values, self.reader(model), body, extra, self.spill(model))
        if not self.operation.repeatable:
            self.done = self.operation.name
        return value

    def _approved(
        self, preview: Preview | None, values: Mapping[str, Any], body: Any, extra: Extra = NOTHING
    ) -> None:
        """Raises Planned where this has to be shown first, and Rejected where something else was shown."""
        if preview is None or self.call.planless:
            return
        path, query = self.operation.endpoint.fill(values)
        carried = [given(extra.headers), given(extra.query)]
        print_ = print_of(path, given(query), body, carried, preview.now)
        if self.call.plan is None:
            raise Planned(preview, print_)
        self.call.plan.confirm(print_)

    @contextmanager
    def reckoning(self, errand: Errand) -> Generator[None]:
        """What fails after a change was made must not have the change repeated."""
        try:
            with super().reckoning(errand):
                yield
        except PlatformError as error:
            if self.done:
                error.outcome = "unknown"
                error.message = (
                    f"{self.done} was carried out and must not be repeated; only reading what came of it "
                    f"failed: {error.message}"
                )
            raise

    async def poll(self, fetch: Callable[[], Awaitable[T]], waiting: Callable[[T], str | None]) -> T | None:
        """Fetch until `waiting` has no word for why not, or the call's time is nearly up.

        Returns the last value, None if no check went through. A check that fails in passing is made again.
        Waits grow from 2 to 10 seconds.
        """
        pause, value = 2.0, None
        while True:
            try:
                value = await fetch()
                word = waiting(value)
            except (Unavailable, RateLimited) as error:
                word = f"a check failed: {error.message}"
            if word is None:
                return value
            await self.call.report(PATIENCE - self.call.left(), PATIENCE, word)
            if pause + 4.0 >= self.call.left():
                return value
            await self.call.clock.sleep(pause)
            pause = min(pause * 1.5, 10.0)

    async def download(
        self, stem: str, link: str, body: Any = None, *, preview: Preview | None = None, **values: Any
    ) -> Saved:
        """Stream a file into the folder. The answer may be the file, JSON whose member `link` says where
        it is, or a redirect to it; such links are fetched without the credential. With a preview it only
        happens while its plan is applied."""
        self._approved(preview, values, body)
        saved = await self._tried(stem, link, body, values)
        if saved.media_type != "text/csv":
            return saved
        return replace(saved, rows=await read_csv(Path(saved.path), self.bench.draft(), self.call.left))

    async def _tried(self, stem: str, link: str, body: Any, values: Mapping[str, Any]) -> Saved:
        again = False
        for _ in range(_DOWNLOADS - 1 if self.operation.repeatable else 0):
            try:
                return await self._download(stem, link, body, values, again=again)
            except (Interrupted, _Garbled):
                again = True
        return await self._download(stem, link, body, values, again=again)

    async def _download(
        self, stem: str, link: str, body: Any, values: Mapping[str, Any], *, again: bool
    ) -> Saved:
        errand = self.errand(values, stream=True, unclear=again)
        request = self.request(values, body, errand)
        for _ in range(3):
            with self.reckoning(errand):
                response = await self.connection.exchange(request, errand)
                try:
                    target = await self._pointer(response, link, values, linked=errand.bare)
                    if target is None:
                        return await self.folder.save(response, stem, self.call)
                finally:
                    await response.aclose()
            errand = Errand(self.call, self.label, (), repeatable=True, stream=True, bare=True)
            request = self.connection.http.build_request("GET", target, extensions={"errand": errand})
        raise Malformed(f"{self.label} points from one link to another instead of to a file.")

    async def _pointer(
        self, response: httpx.Response, link: str, values: Mapping[str, Any], *, linked: bool
    ) -> httpx.URL | None:
        """Where the file is, if the answer is not the file itself; behind a link, JSON is a file too."""
        if response.has_redirect_location:
            target: Any = response.headers["location"]
        elif not response.is_success:
            raise self.failure(response, values, hinted=not linked)
        elif kind_of(response) == "text/html":
            raise _Garbled(f"{self.label} answered with a web page instead of a file.")
        elif is_json(response) and not linked:
            target = self._pointed(await self.folder.small(response, self.call), link)
        else:
            return None
        return checked(target, response.request.url, self.connection.url, self.label)

    def _pointed(self, body: bytes, link: str) -> str:
        try:
            data = json_of(httpx.Response(200, content=body), self.label)
        except Malformed as error:
            raise _Garbled(error.message) from None
        target = data.get(link) if isinstance(data, dict) else None
        if not isinstance(target, str):
            raise _Garbled(f"{self.label} answered with JSON that has no {link!r} instead of a file.")
        return target


def _identity(row: Wire) -> Any:
    """What makes a row the same row when a list moves under the reader."""
    identity = getattr(row, "id", None) or getattr(row, "uuid", None)
    return identity if isinstance(identity, str | int) else id(row)
