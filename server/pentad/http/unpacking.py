"""Bodies that were packed on the way, unpacked in small steps: 64 KiB of gzip can be 64 MiB of text."""

from __future__ import annotations

import re
import zlib
from collections.abc import AsyncGenerator, AsyncIterable, Iterator
from contextlib import aclosing

import httpx2 as httpx

from pentad.errors import Malformed

ACCEPTED = "gzip, deflate"
# Bytes unpacked at a time.
STEP = 2**18
_GZIP = 16 + zlib.MAX_WBITS
_FORMATS = {"gzip": _GZIP, "x-gzip": _GZIP, "deflate": zlib.MAX_WBITS}


async def unpacked(response: httpx.Response) -> AsyncGenerator[bytes]:
    """A body as it was before it was packed, in parts of at most `STEP` bytes if it was.

    Raises Malformed for a packing that was not asked for, DecodingError for one that is cut or broken.
    """
    packings = [name for name in _named(response) if name != "identity"]
    if response.is_stream_consumed:
        # An answer that was never on a wire, or has been read: its content is unpacked.
        yield response.content
        return
    if len(packings) > 1 or not _FORMATS.keys() >= set(packings):
        raise Malformed("The answer came packed in a way that was not asked for.")
    async with aclosing(response.aiter_raw()) as chunks:
        parts = _unpacked(chunks, _FORMATS[packings[0]]) if packings else chunks
        async with aclosing(parts):
            async for part in parts:
                yield part


def _named(response: httpx.Response) -> list[str]:
    told = response.headers.get("content-encoding", "")
    return [name for name in re.split(r"[\s,]+", told.lower()) if name]


async def _unpacked(chunks: AsyncIterable[bytes], wbits: int) -> AsyncGenerator[bytes]:
    stream = _Stream(wbits)
    async for chunk in chunks:
        for part in stream.feed(chunk):
            yield part
    if stream.unfinished:
        raise httpx.DecodingError("the packed body ends early")


class _Stream:
    """One packed body; of gzip, several members in a row are one."""

    def __init__(self, wbits: int) -> None:
        self._wbits = wbits
        self._head = b""
        self._inner = zlib.decompressobj(wbits)
        self._begun = False

    @property
    def unfinished(self) -> bool:
        return bool(self._head) or (self._begun and not self._inner.eof)

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """What becomes of one more chunk, a step at a time. Raises DecodingError."""
        rest = self._head + chunk
        self._head = b""
        if not self._begun and self._wbits == zlib.MAX_WBITS:
            if len(rest) < 2:
                self._head = rest
                return
            self._inner = zlib.decompressobj(_deflate(rest))
        full = False
        # A full step may leave more to come of what was fed already.
        while rest or (full and not self._inner.eof):
            self._next_member()
            try:
                part = self._inner.decompress(rest, STEP)
            except zlib.error as error:
                raise httpx.DecodingError("the packed body is broken") from error
            rest = self._inner.unused_data if self._inner.eof else self._inner.unconsumed_tail
            full = len(part) == STEP
            if part:
                yield part

    def _next_member(self) -> None:
        self._begun = True
        if self._inner.eof:
            if self._wbits != _GZIP:
                raise httpx.DecodingError("something follows the packed body")
            self._inner = zlib.decompressobj(_GZIP)


def _deflate(head: bytes) -> int:
    """Servers call both by this name: what RFC 1950 wraps, which begins with a checked pair, and the bare
    stream of RFC 1951."""
    wrapped = head[0] & 0x0F == 8 and int.from_bytes(head[:2], "big") % 31 == 0
    return zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS
