"""The text of a body as it comes in, read value by value."""

from __future__ import annotations

import asyncio
import codecs
import json
import re
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable
from typing import TypeVar

from pentad.results.rowtext import Line, is_odd, received, scan
from pentad.secrecy import telling
from pentad.text import clean

MAX_ROW = 16 * 2**20
_AT_ONCE = 1000
_SPACE = re.compile(r"[ \t\r\n]*")
# What begins with these ends by itself; a number may go on in the next chunk.
_DELIMITED = frozenset('{["')
_COMMA = re.compile(r"[ \t\r\n]*,[ \t\r\n]*")
_DELIMITER = re.compile(r"[ \t\r\n,\]}]")
_DECODER = json.JSONDecoder()

T = TypeVar("T")


class TooLong(Exception):
    """A value did not end within the characters that it may have; it has not been taken."""


class Feed:
    """The text of a body from where it was last read on, filled up as needed."""

    def __init__(self, chunks: AsyncIterable[bytes], encoding: str | None) -> None:
        self.text = ""
        self.at = 0
        self.ended = False
        self._chunks: AsyncIterator[str] = _decoded(chunks, encoding)
        self._first = ""
        self._odd = self._telling = True

    def blame(self, error: Exception) -> str:
        """What a body is that could not be read."""
        if self._first == "<":
            return "a web page instead of JSON"
        empty = not self._first and not isinstance(error, UnicodeError)
        return "an empty body" if empty else "a body that is not complete JSON"

    async def peek(self) -> str:
        """The next sign that is no space, without taking it; empty at the end."""
        while True:
            self.at = _end(_SPACE.match(self.text, self.at))
            if self.at < len(self.text) or self.ended:
                self._first = self._first or self.text[self.at : self.at + 1]
                return self.text[self.at : self.at + 1]
            await self._fill(1)

    async def read(self, read: Callable[[str, int], tuple[T, int]], most: int) -> T:
        """What `read` makes of the value that is next. Raises TooLong for one of more characters."""
        plain = await self.peek() not in _DELIMITED
        while True:
            whole = self.ended or (plain and _DELIMITER.search(self.text, self.at) is not None)
            try:
                if plain and not whole:
                    raise json.JSONDecodeError("cut", self.text, self.at)
                value, self.at = read(self.text, self.at)
            except json.JSONDecodeError:
                ahead = len(self.text) - self.at
                if whole:
                    raise
                if ahead > most:
                    raise TooLong from None
                # Twice as much each time, so that a long value is not begun anew for every chunk.
                await self._fill(2 * ahead)
            else:
                return value

    async def items(self) -> AsyncGenerator[list[Line]]:
        """The values of the list that is next, as many at once as are there."""
        self.at += 1
        if await self.peek() == "]":
            self.at += 1
            return
        while True:
            if there := self._there():
                yield there
            yield [await self.read(received, MAX_ROW)]
            if await self._ended("]"):
                return
            await self.peek()

    def _there(self) -> list[Line]:
        """Values that are whole and have a comma after them. This loop is where the time goes."""
        lines: list[Line] = []
        text, at, odd, telling = self.text, self.at, self._odd, self._telling
        while len(lines) < _AT_ONCE and text[at : at + 1] in _DELIMITED:
            try:
                line, end = scan(text, at, sifted=True, odd=odd, telling=telling)
            except json.JSONDecodeError:
                break
            if text[end : end + 2] == ",{":
                at = end + 1
            elif comma := _COMMA.match(text, end):
                at = comma.end()
            else:
                break
            lines.append(line)
        self.at = at
        return lines

    async def names(self) -> AsyncGenerator[str]:
        """The names of the object that is next; the caller takes the value after each of them."""
        self.at += 1
        if await self.peek() == "}":
            self.at += 1
            return
        while True:
            if await self.peek() != '"':
                raise ValueError("a name was expected")
            name = await self.read(_name, MAX_ROW)
            if await self.peek() != ":":
                raise ValueError("a colon was expected")
            self.at += 1
            yield name
            if await self._ended("}"):
                return

    async def skip(self) -> None:
        """Go past the value that is next, member by member if it has any."""
        mark = await self.peek()
        if mark == "[":
            async for _ in self.items():
                pass
        elif mark == "{":
            async for _ in self.names():
                await self.read(scan, MAX_ROW)
        else:
            await self.read(scan, MAX_ROW)

    async def _ended(self, close: str) -> bool:
        mark = await self.peek()
        if mark not in (close, ","):
            raise ValueError("a comma or an end was expected")
        self.at += 1
        return mark == close

    async def _fill(self, want: int) -> None:
        """Drop what was read, and read on until so many characters are ahead or the body ends. What is there
        already takes no time to wait for: others get their turn here."""
        await asyncio.sleep(0)
        parts = [self.text[self.at :]]
        size = len(parts[0])
        while size < want and not self.ended:
            part = await anext(self._chunks, None)
            self.ended = part is None
            parts.append(part or "")
            size += len(parts[-1])
        self.text, self.at = "".join(parts), 0
        self._odd, self._telling = is_odd(self.text), telling(self.text)


async def _decoded(chunks: AsyncIterable[bytes], encoding: str | None) -> AsyncGenerator[str]:
    """The text of the bytes. JSON tells its own Unicode encoding by its first four bytes."""
    head = b""
    decoder: codecs.IncrementalDecoder | None = None
    async for chunk in chunks:
        head += chunk
        if decoder is None and len(head) >= 4:
            decoder = _decoder(head, encoding)
        if decoder is not None:
            yield decoder.decode(head)
            head = b""
    yield (decoder or _decoder(head, encoding)).decode(head, final=True)


def _decoder(head: bytes, encoding: str | None) -> codecs.IncrementalDecoder:
    # Halves of surrogate pairs are let in as `json` lets them in; cleaning removes them.
    return codecs.getincrementaldecoder(encoding or json.detect_encoding(head))(
        "strict" if encoding else "surrogatepass"
    )


def _name(text: str, at: int) -> tuple[str, int]:
    name, end = _DECODER.raw_decode(text, at)
    return clean(name), end


def _end(found: re.Match[str] | None) -> int:
    if found is None:
        raise AssertionError
    return found.end()
