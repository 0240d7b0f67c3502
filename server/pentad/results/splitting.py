"""A large body on its way in: the rows come out one by one, and the body is never held.

The rows are a list that is the body itself, or a member of its envelope, or a member of a member. What
stands beside them in the envelope is kept as long as it is small.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Collection
from typing import Any

from pentad import jsontext
from pentad.errors import Malformed
from pentad.results.draft import Draft
from pentad.results.feed import MAX_ROW, Feed, TooLong
from pentad.results.rowtext import Line, scan

# Characters of an envelope that are kept, and names of members that were too large for it.
ENVELOPE = 256 * 2**10
_NAMED = 20


class Split:
    """The rows of a body, to be gone through once: `async for line in split`.

    `members` are the names under which rows, or an object that has the rows, may stand; of several such
    lists the first that is not empty has the rows. When the rows are through, `envelope` has what stood
    beside them, `omitted` names what was too large for that, `found` says whether there was a list at
    all, and `swept` whether secrets were taken out of rows. Raises Malformed, possibly after many rows, for a
    body that is not complete JSON.
    """

    def __init__(
        self,
        chunks: AsyncIterable[bytes],
        *,
        members: Collection[str],
        label: str,
        encoding: str | None = None,
    ) -> None:
        self.envelope: dict[str, Any] = {}
        self.omitted: list[str] = []
        self.found = False
        self.swept = False
        self._home: tuple[dict[str, Any], str] | None = None
        self._members = members
        self._label = label
        self._feed = Feed(chunks, encoding)
        self._room = ENVELOPE
        self._any = False

    def whole(self, rows: Any) -> Any:
        """The body, with these rows where its own were. Raises Malformed where it had none, and so has parts
        that nobody kept."""
        if self._home is not None:
            self._home[0][self._home[1]] = rows
            return self.envelope
        if self.found or not self.omitted:
            return rows if self.found else self.envelope
        raise Malformed(f"{self._label} sent more than one answer can hold, and not as rows. Ask for less.")

    async def into(self, draft: Draft) -> Any:
        """The body with its rows in the draft: a sequence that reads them from there. Raises Malformed, and
        Unkept where the draft can take no more."""
        with draft:
            async for line in self:
                if line.names is None:
                    raise Malformed(f"{self._label} sent rows of which number {len(draft)} is no object.")
                draft.add_line(line)
            return self.whole(draft.close() if self.found else ())

    async def __aiter__(self) -> AsyncGenerator[Line]:
        try:
            async for lines in self._body():
                for line in lines:
                    if line.swept:
                        self.swept = True
                    yield line
        except TooLong:
            what = f"what is not JSON, or has a value of more than {MAX_ROW >> 20} MiB"
            raise Malformed(f"{self._label} answered with {what}.") from None
        except (ValueError, LookupError) as error:
            raise Malformed(f"{self._label} answered with {self._feed.blame(error)}.") from None

    async def _body(self) -> AsyncGenerator[list[Line]]:
        mark = await self._feed.peek()
        if mark == "[":
            self.found = True
            async for lines in self._feed.items():
                yield lines
        elif mark == "{":
            async for lines in self._object(self.envelope, nested=False):
                yield lines
        else:
            raise ValueError("neither a list nor an object")
        if await self._feed.peek():
            raise ValueError("more text after the end")

    async def _object(self, into: dict[str, Any], *, nested: bool) -> AsyncGenerator[list[Line]]:
        async for name in self._feed.names():
            mark = await self._feed.peek()
            if mark == "[" and name in self._members and not self._any:
                self._settle(into, name)
                async for lines in self._feed.items():
                    self._any = True
                    yield lines
            elif mark == "{" and name in self._members and not nested:
                inner: dict[str, Any] = {}
                into[name] = inner
                async for lines in self._object(inner, nested=True):
                    yield lines
            else:
                await self._aside(into, name)

    def _settle(self, into: dict[str, Any], name: str) -> None:
        """The rows are here, unless there are none; an earlier list was empty."""
        self.found = True
        if self._home is not None:
            self._home[0][self._home[1]] = []
        self._home = into, name

    async def _aside(self, into: dict[str, Any], name: str) -> None:
        """Keep a member of the envelope, or go past it."""
        try:
            text = (await self._feed.read(scan, self._room)).text
        except TooLong:
            await self._feed.skip()
            text = None
        if text is not None and len(name) + len(text) <= self._room:
            self._room -= len(name) + len(text)
            into[name] = jsontext.loads(text)
        elif len(self.omitted) < _NAMED:
            self.omitted.append(name)
