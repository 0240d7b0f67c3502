"""What comes before a body has bounds too: over a socket, as the bounds are the HTTP library's own."""

from __future__ import annotations

import asyncio
import contextlib

import httpx2 as httpx
import pytest

from pentad.call import Call
from pentad.clock import SystemClock
from pentad.errors import Unavailable
from pentad.http.auth import KeyAuth
from pentad.http.connection import Connection
from pentad.http.pacing import Budget
from tests.http.sockets import served
from tests.http.wire import KEY, Shop, bench, dream

START = b"HTTP/1.1 200 OK\r\n"
CHUNKED = START + b"transfer-encoding: chunked\r\n\r\n"
# How it begins, and what then comes until nobody listens any more.
HEADS = {
    "a header without end": (START + b"x-a: ", b"a" * 65_536),
    "a header of 2 MB": (START + b"x-a: " + b"a" * 2_000_000 + b"\r\n\r\n", b"{" * 65_536),
    "100,000 headers": (START + b"x-a: 1\r\n" * 100_000 + b"\r\n", b"{" * 65_536),
    "headers without end": (START, b"x-a: 1\r\n" * 1000),
    "a status line without end": (b"HTTP/1.1 200 ", b"O" * 65_536),
    "a status without end": (b"", b"H" * 65_536),
    "a chunk size without end": (CHUNKED, b"0" * 65_536),
    "a chunk's extension without end": (CHUNKED + b"1;", b"x" * 65_536),
    "trailers without end": (CHUNKED + b"0\r\n", b"x: 1\r\n" * 1000),
}


@pytest.mark.parametrize("name", HEADS)
async def test_a_head_beyond_all_bounds_is_a_broken_answer(name: str) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        begins, goes_on = HEADS[name]
        with contextlib.suppress(ConnectionError):
            writer.write(begins)
            while True:
                await writer.drain()
                writer.write(goes_on)
        writer.close()

    async with served(serve) as port:
        url = f"http://127.0.0.1:{port}"
        clock = SystemClock()
        auth = KeyAuth(httpx.URL(url), "Authorization", f"Bearer {KEY}")
        connection = Connection("Shop", url, auth, make_budget=lambda _: Budget(), clock=clock)
        with pytest.raises(Unavailable, match="Shop broke the connection before its answer was complete"):
            await dream(Shop(connection, bench(Call(clock))))
        await connection.aclose()
