"""The verbs that are peculiar to Optimibi: rows and objects out of any envelope, texts, files, and the other
address of a call where a release has moved it."""

from __future__ import annotations

import copy
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import httpx2 as httpx

from pentad.consent.plans import Preview
from pentad.errors import AuthFailed, Malformed, NotFound, Rejected
from pentad.http.answers import Disguised, Explained, foreign, is_json, json_of, kind_of
from pentad.http.client import Client
from pentad.http.errand import NOTHING, Errand, Extra
from pentad.jsontext import exact
from pentad.models import Row, Wire
from pentad.operations import Route
from pentad.platforms.optimibi import dialect
from pentad.platforms.optimibi.packed import xml_in
from pentad.secrecy import SWEPT, without_shapes
from pentad.text import clean, quoted, shorten

_OWN_PLUGINS = ("datafor", "datafor-modeler", "datafor-auth")
_JWT_BELOW = "A JWT works on plugin calls only; use PENTAD_OPTIMIBI_AUTH_MODE=session or basic for this."
_LARGEST_TEXT = 8 * 2**20
_TEXT = Extra(headers={"Accept": "*/*"})
_MOVED = (404, 405)
# Under which names an account's connection remembers lists, and the trees of the repository.
LATELY, CONTENT = "optimibi lately", "repository"


class Reading(Client):
    """`_taken` is the route that is asked, or asked first, where it is not the one of the edition."""

    hints: ClassVar[Mapping[int, str]] = {
        401: dialect.SIGN_IN,
        403: dialect.NO_RIGHT,
    }
    _taken: Route | None = None

    # --- verbs

    async def rows(
        self, body: Any = None, within: str | None = None, *, extra: Extra = NOTHING, **values: Any
    ) -> Sequence[Row]:
        """The rows of an answer that is a list wherever it stands: bare, `data`, `data.list`, or the member
        `within`. Values that are no objects become the column `value`. Large lists are read from disk."""

        def read(response: httpx.Response) -> Sequence[Row]:
            return dialect.rows_of(self._judged(self.decoded(response)), within, self.label)

        members = tuple(dict.fromkeys(name for name in ("data", "list", within) if name))
        found: Sequence[Row] = await self.ask(values, read, body, extra, self.spilling(members))
        return found

    async def record(
        self, body: Any = None, *, whole: bool = False, extra: Extra = NOTHING, **values: Any
    ) -> dict[str, Any]:
        """One object: what stands under `data`, or the answer itself; with `whole` what stands beside `data`
        too."""

        def read(response: httpx.Response) -> dict[str, Any]:
            data = self._judged(self.decoded(response))
            found = dialect.whole(data) if whole and isinstance(data, dict) else dialect.payload(data)
            if not isinstance(data, dict):
                raise Malformed(f"{self.label} sent an answer in another form than documented: no object.")
            return dict(found)

        found: dict[str, Any] = await self.ask(values, read, body, extra)
        return found

    async def text(self, body: Any = None, *, page: bool = False, **values: Any) -> str:
        """An answer that is text, such as the XML of a model, out of its zip where it comes in one; with
        `page` a web page."""

        def read(response: httpx.Response) -> str:
            self._file_judged(response, response.content)
            self._page_judged(response, expected=page)
            if is_json(response):
                self._judged(json_of(response, self.label))
            if page and not dialect.is_page(response):
                raise Malformed(f"{self.label} showed no page for this report.")
            text = clean(_text_in(response, self.label))
            kept = dialect.without_named(without_shapes(text))
            if kept != text:
                self.call.note(SWEPT)
            return kept

        found: str = await self.ask(values, read, body, _TEXT)
        return found

    async def stored(self, body: Any = None, **values: Any) -> Any:
        """The answer with its secrets: to be changed and sent back, never to be shown."""

        def read(response: httpx.Response) -> Any:
            self._guises_judged(response)
            self._judged(json_of(response, self.label, self.page_hint()))
            return exact(response.content)

        return await self.ask(values, read, body)

    async def change(
        self, preview: Preview | None, body: Any = None, *, extra: Extra = NOTHING, **values: Any
    ) -> dict[str, Any]:
        """A change, planned where there is a preview: what the answer tells beside its success. What was
        learnt of the server's content before is forgotten."""
        try:
            return (await self.send(Wire, body=body, preview=preview, extra=extra, **values)).record()
        finally:
            for learnt in (LATELY, CONTENT):
                self.connection.memory.pop(learnt, None)

    # --- dialect

    def opened(self, data: Any) -> Any:
        return dialect.payload(self._judged(data))

    def _judged(self, data: Any) -> Any:
        """The envelope, if it is not that of a failure. Raises Disguised."""
        if fault := dialect.fault(data, self.operation.endpoint.template):
            raise Disguised(fault)
        if self.operation.effect != "read":
            self._batch_judged(dialect.entries(data))
        return data

    def _batch_judged(self, entries: Mapping[str, str | None]) -> None:
        """Tells each thing of a batch that failed. Raises Disguised where nothing was done."""
        told = [(name, why) for name, why in entries.items() if why is not None]
        failed = [f"{quoted(name)}: {shorten(why, 120)!r}" for name, why in told]
        sentence = f"{len(failed)} of {len(entries)} failed ({shorten('; '.join(failed), 400)})"
        if failed and len(failed) == len(entries):
            raise Disguised(Explained(sentence, kind=Rejected))
        if failed:
            self.call.note(sentence)

    def decoded(self, response: httpx.Response) -> Any:
        self._guises_judged(response)
        plain = kind_of(response) == "text/plain" and response.content.lstrip()[:1] not in (b"{", b"[")
        if plain and self.operation.effect != "read":
            return {"value": clean(response.text).strip()}
        return super().decoded(response)

    def _guises_judged(self, response: httpx.Response) -> None:
        self._file_judged(response, response.content)
        self._page_judged(response)

    def _page_judged(self, response: httpx.Response, *, expected: bool = False) -> None:
        """Raises Disguised for a web page in place of data."""
        if dialect.is_login(response):
            hint = "The login page came in place of data, also after a new sign-in."
            raise Disguised(Explained(kind=AuthFailed, hint=hint))
        if dialect.is_page(response) and not expected:
            hint = f"A web page came in place of data ({self.page_hint()})."
            raise Disguised(Explained(kind=Malformed, hint=hint))

    def _file_judged(self, response: httpx.Response, content: bytes) -> None:
        """Raises Disguised for a file that is a sentence about why there is none."""
        if dialect.is_failure_file(response):
            words = clean(content.decode(errors="replace")).strip()
            raise Disguised(dialect.explained(0, words or None))

    def explain(self, status: int, data: Any, text: str) -> Explained:
        jwt = _JWT_BELOW if status in (401, 403) and self._jwt_below else None
        if data is None and text.lstrip()[:1] == "<" and jwt is None:
            if status in _MOVED:
                return Explained(kind=NotFound, hint=self._missing())
            return Explained(hint=f"A web page came in place of data ({self.page_hint()}).")
        told = dialect.explained(dialect.code_of(data), dialect.words_of(data))
        kind = None if told.kind is Rejected else told.kind
        missing = self._missing() if status in _MOVED and not told.quote else None
        return Explained(told.quote, kind=kind if status < 500 else None, hint=jwt or missing)

    @property
    def _jwt_below(self) -> bool:
        """Whether a JWT was sent to a call of the platform below."""
        asked = self.operation.endpoint.template
        return self.connection.values.get("auth_mode") == "jwt" and asked.startswith("/api/")

    def _missing(self) -> str:
        """What an address that is not served may mean."""
        plugin = self.route.template.removeprefix("/plugin/").partition("/")[0]
        if self.route.template.startswith("/plugin/") and plugin not in _OWN_PLUGINS:
            return f"The server may run without the plugin {plugin}; optimibi_get_session_info lists its own."
        return (
            "This release may not have the call, or have it elsewhere; optimibi_get_session_info tells the "
            "edition."
        )

    def page_hint(self) -> str:
        return "a sign-in page, a proxy, or a context that PENTAD_OPTIMIBI_URL lacks, perhaps"

    # --- editions

    @property
    def route(self) -> Route:
        return self._taken or self.operation.endpoint

    def by(self, route: Route) -> Reading:
        """The same, asking there first."""
        other = copy.copy(self)
        other._taken = route
        return other

    async def answered(
        self, values: Mapping[str, Any], body: Any, errand: Errand, extra: Extra
    ) -> httpx.Response:
        first, *others = self._routes()
        response = await self._answered_by(first, values, body, errand, extra)
        if not others or not self._astray(response):
            return response
        second = await self._answered_by(others[0], values, body, errand, extra)
        if self._astray(second):
            return response if is_json(response) else second
        self._known[self.operation.name] = others[0]
        return second

    async def _answered_by(self, route: Route, *asked: Any) -> httpx.Response:
        return await super(Reading, self.by(route)).answered(*asked)

    @property
    def _known(self) -> dict[str, Route]:
        """Where operations are answered by this server."""
        known: dict[str, Route] = self.connection.memory.setdefault("routes", {})
        return known

    def _routes(self) -> list[Route]:
        """The route to try first, and the others."""
        routes = [self.operation.endpoint, *self.operation.alt]
        info = self.connection.memory.get("session")
        newer = info is not None and info[0].newer and len(routes) > 1
        best = self._taken or self._known.get(self.operation.name, routes[1 if newer else 0])
        return [best, *(route for route in routes if route != best)]

    def _astray(self, response: httpx.Response) -> bool:
        """Whether the address itself is not served here. A write that may have been taken is never sent
        elsewhere."""
        if self.operation.effect == "read":
            page = response.status_code < 500 and dialect.is_page(response) and not dialect.is_login(response)
            return response.status_code in _MOVED or page
        return response.status_code in _MOVED and not is_json(response)

    # --- files

    async def _pointer(
        self, response: httpx.Response, link: str, values: Mapping[str, Any], *, linked: bool
    ) -> httpx.URL | None:
        """A file is never pointed to here: JSON without a name of its own is an answer about a failure."""
        attached = "attachment" in response.headers.get("content-disposition", "").lower()
        try:
            if response.is_success and dialect.is_failure_file(response):
                self._file_judged(response, await self.folder.small(response, self.call))
            if response.is_success and is_json(response) and not attached:
                content = await self.folder.small(response, self.call)
                self._judged(json_of(httpx.Response(200, content=content), self.label))
                raise Malformed(f"{self.label} answered with data instead of a file.")
        except Disguised as fault:
            raise self.refusal(response.status_code, fault.explained, values) from None
        if response.is_success and attached:
            return None
        return await super()._pointer(response, link, values, linked=linked)


def _text_in(response: httpx.Response, label: str) -> str:
    content = response.content
    if content.startswith(b"PK") or kind_of(response) == "application/zip":
        content = _unzipped(content, label)
    unicode = "utf-16" if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8"
    return content.decode(foreign(response.charset_encoding) or unicode, errors="replace")


def _unzipped(content: bytes, label: str) -> bytes:
    """The XML file of a zip, of no more than 8 MiB."""
    text = xml_in(content, _LARGEST_TEXT)
    if text is None:
        raise Malformed(f"{label} sent a zip without a text that can be read.")
    if len(text) > _LARGEST_TEXT:
        raise Malformed(f"{label} sent a text of more than {_LARGEST_TEXT >> 20} MiB.")
    return text
