"""One request and its answer, in the words of one platform."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterable, Callable, Collection, Generator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar, Self, TypeVar

import httpx2 as httpx

from pentad.bench import Bench
from pentad.errors import AuthFailed, Malformed, PlatformError, RateLimited, Unavailable
from pentad.http.answers import (
    PAGE_HINT,
    Asked,
    Disguised,
    Explained,
    foreign,
    given,
    json_of,
    one,
)
from pentad.http.connection import Connection
from pentad.http.encodings import encoded
from pentad.http.errand import NOTHING, Errand, Extra, Spill
from pentad.models import Tabular, Wire
from pentad.operations import AnyOperation, Route
from pentad.results.splitting import Split
from pentad.secrecy import SWEPT, without_secrets

T = TypeVar("T")
W = TypeVar("W", bound=Wire)
Decode = Callable[[httpx.Response], Any]


class Asking:
    """One platform account for the length of one call; `bound_to` makes it speak for one operation.

    What is peculiar to a platform stands in a subclass: its dialect of errors and envelopes, its budgets.
    """

    label: str
    hints: ClassVar[Mapping[int, str]] = {}
    # Members of an answer under which rows, or an object that has the rows, may stand.
    rows_in: ClassVar[tuple[str, ...]] = ()
    # What else may keep it from being reached.
    unreached: ClassVar[str] = ""
    # Sentences of the platform after which nothing is repeated, whatever the status.
    stops: ClassVar[tuple[str, ...]] = ()
    operation: AnyOperation

    def __init__(self, connection: Connection, bench: Bench) -> None:
        self.connection = connection
        self.label = connection.label
        self.bench = bench
        self.call = bench.call
        self.folder = bench.folder
        self.inbox = bench.inbox
        self.vault = bench.vault

    def bound_to(self, operation: AnyOperation) -> Self:
        bound = copy.copy(self)
        bound.operation = operation
        return bound

    # --- what a platform may say differently

    @property
    def route(self) -> Route:
        """Where the bound operation asks."""
        return self.operation.endpoint

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

    # --- the request behind the verbs

    async def ask(
        self,
        values: Mapping[str, Any],
        decode: Decode,
        body: Any = None,
        extra: Extra = NOTHING,
        spill: Spill | None = None,
    ) -> Any:
        def read(response: httpx.Response) -> Any:
            # A sign-in that has ended may come in this guise, which the sign-in itself must see first.
            try:
                return decode(response)
            except Disguised as fault:
                return fault

        errand = self.errand(values, decode=read, spill=spill)
        with self.reckoning(errand):
            response = await self.answered(values, body, errand, extra)
            if not response.is_success:
                raise self.failure(response, values)
            if isinstance(errand.decoded, Disguised):
                raise self.refusal(response.status_code, errand.decoded.explained, values)
        return errand.decoded

    async def answered(
        self, values: Mapping[str, Any], body: Any, errand: Errand, extra: Extra
    ) -> httpx.Response:
        """The last answer of those that asking takes; what was decoded of it stands in the errand."""
        response = await self.connection.exchange(self.request(values, body, errand, extra), errand)
        if not isinstance(errand.decoded, Disguised) and self.respelt(response):
            response = await self.connection.exchange(self.request(values, body, errand, extra), errand)
        return response

    def errand(self, values: Mapping[str, Any], **how: Any) -> Errand:
        operation = self.operation
        budgets = self.budgets(values)
        about = {"repeatable": operation.repeatable, "slow": operation.slow, "stops": self.stops}
        about["path"] = self.route.template
        return Errand(self.call, self.label, budgets, **{**about, **how})

    def request(
        self, values: Mapping[str, Any], body: Any, errand: Errand, extra: Extra = NOTHING
    ) -> httpx.Request:
        route = self.route
        path, query = route.fill(values)
        kind, content = encoded(body) or (None, None)
        return self.connection.http.build_request(
            route.method,
            self.connection.address(self.path(path)),
            params=given({**query, **extra.query}) or None,
            content=content,
            headers=given(
                {"Content-Type": kind, "X-Request-ID": self.call.id, **self.headers(), **extra.headers}
            ),
            extensions={"errand": errand},
        )

    def decoded(self, response: httpx.Response) -> Any:
        """The body without the secrets in it, which the answer remarks. A sign-in reads its own."""
        data = json_of(response, self.label, self.page_hint())
        kept = without_secrets(data)
        if kept != data:
            self.call.note(SWEPT)
        return kept

    def reader(self, model: type[W]) -> Decode:
        def read(response: httpx.Response) -> W:
            nothing = self.operation.effect != "read" and not response.content.strip()
            return one(model, {} if nothing else self.opened(self.decoded(response)), self.label)

        return read

    def spill(self, model: type[Wire]) -> Spill | None:
        """What takes over a large body of this model: its rows go to a result as they come."""
        return self.spilling(self.rows_in) if self.rows_in and issubclass(model, Tabular) else None

    def spilling(self, members: Collection[str]) -> Spill:
        """The same for rows that may stand under any of these members."""

        async def spill(chunks: AsyncIterable[bytes], encoding: str | None) -> Any:
            split = Split(chunks, members=members, label=self.label, encoding=foreign(encoding))
            body = await split.into(self.bench.draft())
            if split.swept:
                self.call.note(SWEPT)
            return body

        return spill

    def failure(
        self, response: httpx.Response, values: Mapping[str, Any], *, hinted: bool = True
    ) -> PlatformError:
        status = response.status_code
        try:
            data = without_secrets(json_of(response, self.label))
        except Malformed:
            data = None
        return self.refusal(status, self.explain(status, data, response.text), values, hinted=hinted)

    def refusal(
        self, status: int, explained: Explained, values: Mapping[str, Any], *, hinted: bool = True
    ) -> PlatformError:
        told = {name: values[name] for name in self.operation.endpoint.places if name in values}
        asked = Asked(self.label, self.operation.name, told, self.hints if hinted else {})
        wait = self.connection.pacing.wait(self.budgets(values))
        return asked.failure(status, explained, wait)

    @contextmanager
    def reckoning(self, errand: Errand) -> Generator[None]:
        """Add to an error how often it was tried, and whether a write may have happened all the same."""
        try:
            yield
            self.connection.state = "signed in"
        except PlatformError as error:
            if isinstance(error, Unavailable) and self.unreached and errand.tries and not errand.sent:
                error.message += f" {self.unreached}"
            if isinstance(error, AuthFailed):
                self.connection.state = "not signed in: the credential was refused"
            if errand.tries > 1 and isinstance(error, Unavailable | Malformed | RateLimited):
                error.message += f" It was tried {errand.tries} times."
            if self.operation.effect != "read":
                self._doubted(error, errand)
            raise
        finally:
            changes = self.operation.effect != "read" or self.operation.spends is not None
            self.call.acted |= changes and errand.sent

    def _doubted(self, error: PlatformError, errand: Errand) -> None:
        """Say of a change that failed that it may have been carried out all the same, if so."""
        if errand.unclear and error.outcome == "none":
            error.outcome = None
            error.message = f"An earlier try may have been carried out; the last one: {error.message}"
        if error.outcome is None and errand.sent:
            error.outcome = "unknown"
            unknown = f" It is not known whether {self.operation.name} was carried out"
            error.message += (
                f"{unknown}; doing it again does no more than doing it once."
                if self.operation.repeatable
                else f"{unknown}, and it is not repeated: {self.operation.check} before trying again."
            )
