"""The verbs: what an operation can ask of its platform. An endpoint has its one home in its operation."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self, TypeVar

import httpx2 as httpx

from pentad import jsontext
from pentad.call import PATIENCE, Call
from pentad.consent.plans import Planned, Preview
from pentad.errors import Malformed, PlatformError, RateLimited, Unavailable
from pentad.files import Folder, Interrupted
from pentad.http import paging
from pentad.http.answers import PAGE_HINT, Asked, Disguised, Explained, given, is_json, json_of, kind_of, one
from pentad.http.connection import Connection
from pentad.http.egress import checked
from pentad.http.retry import Errand
from pentad.models import Page, Saved, Wire
from pentad.operations import AnyOperation


@dataclass(frozen=True)
class Extra:
    """What a request carries besides the values of its route: headers, and pairs for its query whose names
    are the caller's own. None means leave out."""

    headers: Mapping[str, str | None] = field(default_factory=dict[str, str | None])
    query: Mapping[str, Any] = field(default_factory=dict[str, Any])


NOTHING = Extra()
T = TypeVar("T")
W = TypeVar("W", bound=Wire)
Decode = Callable[[httpx.Response], Any]


class Client:
    """One platform account for the length of one call; `bound_to` makes it speak for one operation.

    What is peculiar to a platform stands in a subclass: its dialect of pages and errors, its budgets.
    """

    label: ClassVar[str]
    paging: ClassVar[paging.Paging]
    hints: ClassVar[Mapping[int, str]] = {}
    operation: AnyOperation

    def __init__(self, connection: Connection, call: Call, folder: Folder) -> None:
        self.connection = connection
        self.call = call
        self.folder = folder

    def bound_to(self, operation: AnyOperation) -> Self:
        bound = copy.copy(self)
        bound.operation = operation
        return bound

    # --- what a platform may say differently

    def path(self, path: str) -> str:
        """The contract's path as this account wants it."""
        return path

    def budgets(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        """The rate limits the bound operation draws on, the narrowest last."""
        del values
        return (self.operation.budget,)

    def headers(self) -> Mapping[str, str]:
        """What every request of the bound operation carries."""
        return {}

    def explain(self, status: int, data: Any, text: str) -> Explained:
        """Read the platform's error body: `text`, and `data` where it was JSON, else None."""
        del status, text
        message = data.get("message") if isinstance(data, dict) else None
        return Explained(message if isinstance(message, str) else None)

    def opened(self, data: Any) -> Any:
        """What an answer holds, out of its envelope. Raises Disguised for a failure called a success."""
        return data

    def page_hint(self) -> str:
        """What a web page in place of JSON may mean."""
        return PAGE_HINT

    def respelt(self, response: httpx.Response) -> bool:
        """Whether the path is to be tried once more because it is spelt otherwise from now on."""
        del response
        return False

    # --- verbs

    async def get(self, model: type[W], *, extra: Extra = NOTHING, **values: Any) -> W:
        """Fetch one object. Values fill the path first; the rest becomes the query."""
        value: W = await self._ask(values, lambda response: self._one(model, response), extra=extra)
        return value

    async def page(self, model: type[W], *, limit: int | None, cursor: str | None, **values: Any) -> Page[W]:
        """Fetch one page, or as many as `limit` rows take, from the cursor on."""
        dialect = self.paging
        mark = paging.mark(str(self.connection.url), self.operation.name, given(values))
        begin = paging.start(dialect, limit, cursor, mark)

        def read(response: httpx.Response, size: int) -> paging.Slice:
            found = dialect.read(self.opened(self._json(response)), size)
            return paging.Slice([one(model, row, self.label) for row in found.rows], found.more, found.total)

        async def fetch(page: int, size: int) -> paging.Slice:
            await self.call.report(page - begin.page, None, f"{self.label}: page {page}")
            wanted = values | dialect.query(page, size)
            found: paging.Slice = await self._ask(wanted, lambda response: read(response, size))
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
        if preview is not None:
            path, query = self.operation.endpoint.fill(values)
            print_ = hashlib.sha256(jsontext.dumps([path, given(query), body]).encode()).hexdigest()
            if self.call.plan is None:
                raise Planned(preview, print_)
            self.call.plan.confirm(print_)
        value: W = await self._ask(values, lambda response: self._one(model, response), body, extra)
        return value

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

    async def download(self, stem: str, link: str, **values: Any) -> Saved:
        """Stream a file into the folder. The answer may be the file, JSON whose member `link` says where
        it is, or a redirect to it; such links are fetched without the credential."""
        try:
            return await self._download(stem, link, values)
        except Interrupted:
            if not self.operation.repeatable:
                raise
            return await self._download(stem, link, values)

    # --- the request behind them

    async def _download(self, stem: str, link: str, values: Mapping[str, Any]) -> Saved:
        errand = self._errand(values, stream=True)
        request = self._request(values, None, errand)
        for _ in range(3):
            with self._reckoning(errand):
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
            raise self._failure(response, values, hinted=not linked)
        elif kind_of(response) == "text/html":
            raise Malformed(f"{self.label} answered with a web page instead of a file.")
        elif is_json(response) and not linked:
            data = json_of(
                httpx.Response(200, content=await self.folder.small(response, self.call)), self.label
            )
            target = data.get(link) if isinstance(data, dict) else None
            if not isinstance(target, str):
                raise Malformed(f"{self.label} answered with JSON that has no {link!r} instead of a file.")
        else:
            return None
        return checked(target, response.request.url, self.connection.url, self.label)

    async def _ask(
        self, values: Mapping[str, Any], decode: Decode, body: Any = None, extra: Extra = NOTHING
    ) -> Any:
        def read(response: httpx.Response) -> Any:
            try:
                return decode(response)
            except Disguised as fault:
                raise self._refusal(response.status_code, fault.explained, values) from None

        errand = self._errand(values, decode=read)
        with self._reckoning(errand):
            response = await self.connection.exchange(self._request(values, body, errand, extra), errand)
            if self.respelt(response):
                response = await self.connection.exchange(self._request(values, body, errand, extra), errand)
            if not response.is_success:
                raise self._failure(response, values)
        return errand.decoded

    def _errand(self, values: Mapping[str, Any], **how: Any) -> Errand:
        operation = self.operation
        budgets = self.budgets(values)
        return Errand(self.call, self.label, budgets, operation.repeatable, slow=operation.slow, **how)

    def _request(
        self, values: Mapping[str, Any], body: Any, errand: Errand, extra: Extra = NOTHING
    ) -> httpx.Request:
        route = self.operation.endpoint
        path, query = route.fill(values)
        typed = {} if body is None else {"Content-Type": "application/json"}
        return self.connection.http.build_request(
            route.method,
            self.connection.address(self.path(path)),
            params=given({**query, **extra.query}) or None,
            content=None if body is None else body.encode() if isinstance(body, str) else json.dumps(body),
            headers=given({**typed, **self.headers(), **extra.headers}),
            extensions={"errand": errand},
        )

    def _json(self, response: httpx.Response) -> Any:
        return json_of(response, self.label, self.page_hint())

    def _one(self, model: type[W], response: httpx.Response) -> W:
        nothing = self.operation.effect != "read" and not response.content.strip()
        return one(model, {} if nothing else self.opened(self._json(response)), self.label)

    def _failure(
        self, response: httpx.Response, values: Mapping[str, Any], *, hinted: bool = True
    ) -> PlatformError:
        status = response.status_code
        try:
            data = json_of(response, self.label)
        except Malformed:
            data = None
        return self._refusal(status, self.explain(status, data, response.text), values, hinted=hinted)

    def _refusal(
        self, status: int, explained: Explained, values: Mapping[str, Any], *, hinted: bool = True
    ) -> PlatformError:
        told = {name: values[name] for name in self.operation.endpoint.places if name in values}
        asked = Asked(self.label, self.operation.name, told, self.hints if hinted else {})
        wait = self.connection.pacing.wait(self.budgets(values))
        return asked.failure(status, explained, wait)

    @contextmanager
    def _reckoning(self, errand: Errand) -> Generator[None]:
        """Add to an error how often it was tried, and whether a write may have happened all the same."""
        try:
            yield
        except PlatformError as error:
            if errand.tries > 1 and isinstance(error, Unavailable | Malformed | RateLimited):
                error.message += f" It was tried {errand.tries} times."
            if self.operation.effect != "read" and error.outcome is None and errand.sent:
                error.outcome = "unknown"
                error.message += (
                    f" It is not known whether {self.operation.name} was carried out, and it is not "
                    f"repeated: {self.operation.check} before trying again."
                )
            raise


def _identity(row: Wire) -> Any:
    """What makes a row the same row when a list moves under the reader."""
    identity = getattr(row, "id", None) or getattr(row, "uuid", None)
    return identity if isinstance(identity, str | int) else id(row)
