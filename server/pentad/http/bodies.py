"""The body of an answer: held while it is small, handed on as it comes where it is large."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import aclosing
from typing import Any

import httpx2 as httpx

from pentad.errors import Malformed
from pentad.http.answers import foreign
from pentad.http.errand import Errand
from pentad.http.unpacking import unpacked

MAX_BODY = 32 * 2**20
# Decoded JSON takes about ten times as much memory as its text.
LARGE = 4 * 2**20
# A shorter credential is no secret, and would be found inside other words.
_TELLING = 8
_UNTRUE = (b"content-encoding", b"content-length", b"transfer-encoding")


async def whole(request: httpx.Request, response: httpx.Response, errand: Errand) -> httpx.Response:
    """The answer with all of its body; one that was handed on is in the extension `json` instead. Raises
    Malformed for one that is too large for that."""
    head = bytearray()
    async with aclosing(_watched(response, errand)) as chunks:
        async for chunk in chunks:
            head += chunk
            if len(head) > LARGE and errand.spill is not None and response.is_success:
                body = redacted(_chained(bytes(head), chunks), _secret(errand))
                spilt = await errand.spill(body, response.charset_encoding)
                return _closed(request, response, json=spilt)
            if len(head) > MAX_BODY:
                most = f"{MAX_BODY >> 20} MiB"
                raise Malformed(f"{errand.label} sent more than {most} in one answer. Ask for less.")
    secret = _secret(errand)
    content = bytes(head).replace(secret, b"(credential)") if secret else bytes(head)
    return _closed(request, response, content)


async def redacted(chunks: AsyncIterable[bytes], secret: bytes) -> AsyncGenerator[bytes]:
    """The same bytes with `(credential)` in place of the secret, wherever chunks happen to be cut."""
    held = b""
    async for chunk in chunks:
        if not secret:
            yield chunk
            continue
        held = (held + chunk).replace(secret, b"(credential)")
        cut = max(0, len(held) - len(secret) + 1)
        yield held[:cut]
        held = held[cut:]
    yield held


def _secret(errand: Errand) -> bytes:
    return errand.credential.encode() if len(errand.credential) >= _TELLING else b""


async def _watched(response: httpx.Response, errand: Errand) -> AsyncGenerator[bytes]:
    async with aclosing(unpacked(response)) as chunks:
        async for chunk in chunks:
            yield chunk
            if errand.call.left() <= 0:
                raise httpx.ReadTimeout("the answer trickled in too slowly")


async def _chained(head: bytes, chunks: AsyncIterable[bytes]) -> AsyncGenerator[bytes]:
    yield head
    async for chunk in chunks:
        yield chunk


def _closed(
    request: httpx.Request, response: httpx.Response, content: bytes = b"", **extensions: Any
) -> httpx.Response:
    """As it came, without headers that were about the way it came, and with a text that can be read."""
    headers = [(name, value) for name, value in response.headers.raw if name.lower() not in _UNTRUE]
    closed = httpx.Response(
        response.status_code, headers=headers, content=content, request=request, extensions=extensions
    )
    closed.encoding = foreign(closed.charset_encoding) or "utf-8"
    return closed
