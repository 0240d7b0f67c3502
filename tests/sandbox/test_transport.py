"""The in-process transport behaves like a network."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx2 as httpx
import pytest

from pentad.sandbox import Faults
from pentad.sandbox.asgi import (
    App,
    Message,
    Receive,
    Reply,
    Scope,
    Send,
    answer,
    body_message,
    start_message,
)
from pentad.sandbox.metering import MeteredClock
from pentad.sandbox.transport import Host, SandboxTransport
from tests.clock import ManualClock

URL = "https://one.sandbox/path"


def client_of(app: App, clock: ManualClock | None = None, timeout: float | None = 5.0) -> httpx.AsyncClient:
    host = Host(app, Faults(), MeteredClock(clock or ManualClock()), plain=False)
    transport = SandboxTransport(lambda name: host if name == "one.sandbox" else None)
    return httpx.AsyncClient(transport=transport, timeout=timeout)


def saying(*messages: Message) -> App:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        for message in messages:
            await send(message)

    return app


@pytest.mark.parametrize("url", ["https://two.sandbox/", "https://one.sandbox:8443/", "http://one.sandbox/"])
async def test_what_nothing_listens_at_refuses_the_connection(url: str) -> None:
    async with client_of(saying()) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(url)


async def test_the_scope_is_what_a_server_would_set() -> None:
    seen: dict[str, Any] = {}

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.update(scope)
        await answer(send, Reply(200))

    async with client_of(app) as client:
        response = await client.get("https://one.sandbox/a%20b?x=1&y=%C3%A9", headers={"X-Thing": "Yes"})
    assert response.http_version == "HTTP/1.1"
    assert (seen["scheme"], seen["server"]) == ("https", ("one.sandbox", 443))
    assert (seen["path"], seen["raw_path"], seen["query_string"]) == ("/a b", b"/a%20b", b"x=1&y=%C3%A9")
    assert seen["client"][0] == "127.0.0.1"
    assert seen["root_path"] == ""
    assert (b"x-thing", b"Yes") in seen["headers"]
    assert (b"host", b"one.sandbox") in seen["headers"]


async def test_the_body_arrives_while_the_app_is_still_sending() -> None:
    sent: list[int] = []
    stop = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send(start_message(200, {}))
        for number in range(1_000):
            await send(body_message(b"x", more=True))
            sent.append(number)
        stop.set()

    async with client_of(app) as client, client.stream("GET", URL) as response:
        chunks = response.aiter_bytes()
        assert await anext(chunks) == b"x"
        for _ in range(50):
            await asyncio.sleep(0)
        assert len(sent) < 5
    assert not stop.is_set()


async def test_closing_the_response_ends_the_work() -> None:
    ended: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await send(start_message(200, {}))
            await asyncio.Event().wait()
        finally:
            ended.append(scope["path"])

    async with client_of(app) as client, client.stream("GET", URL):
        assert ended == []
    assert ended == ["/path"]


async def test_cancelling_the_call_ends_the_work() -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with client_of(app) as client:
        call = asyncio.create_task(client.get(URL))
        await begun.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
    assert ended.is_set()


async def test_a_shorter_body_than_promised_is_a_protocol_error() -> None:
    app = saying(start_message(200, {"content-length": "10"}), body_message(b"four", more=False))
    async with client_of(app) as client:
        with pytest.raises(httpx.RemoteProtocolError, match="complete message body"):
            await client.get(URL)


async def test_an_app_that_stops_in_the_middle_is_a_protocol_error() -> None:
    app = saying(start_message(200, {}), body_message(b"four", more=True))
    async with client_of(app) as client:
        with pytest.raises(httpx.RemoteProtocolError, match="complete message body"):
            await client.get(URL)


async def test_an_app_that_says_nothing_is_a_protocol_error() -> None:
    async with client_of(saying()) as client:
        with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
            await client.get(URL)


async def test_a_crash_before_the_answer_is_a_500(caplog: pytest.LogCaptureFixture) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise LookupError("lost")

    async with client_of(app) as client:
        with caplog.at_level(logging.ERROR):
            response = await client.get(URL)
    assert (response.status_code, response.text) == (500, "Internal Server Error")
    assert "GET /path" in caplog.text


async def test_a_crash_after_the_start_is_a_protocol_error() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send(start_message(200, {"content-length": "9"}))
        raise LookupError("lost")

    async with client_of(app) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get(URL)


async def test_the_answer_to_head_has_headers_and_no_body() -> None:
    app = saying(start_message(200, {"content-length": "4"}), body_message(b"four", more=False))
    async with client_of(app) as client:
        response = await client.head(URL)
    assert (response.headers["content-length"], response.content) == ("4", b"")


async def test_silence_in_real_time_ends_in_a_read_timeout() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.Event().wait()

    async with client_of(app, timeout=0.01) as client:
        with pytest.raises(httpx.ReadTimeout):
            await client.get(URL)


async def test_a_body_that_is_not_taken_ends_in_a_write_timeout() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.Event().wait()

    async with client_of(app, timeout=0.01) as client:
        with pytest.raises(httpx.WriteTimeout):
            await client.post(URL, content=b"body")


def sleeping(clock: ManualClock, *pauses: float) -> App:
    metered = MeteredClock(clock)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await metered.sleep(pauses[0])
        await send(start_message(200, {}))
        for pause in pauses[1:]:
            await metered.sleep(pause)
            await send(body_message(b"x", more=True))
        await send(body_message(b"", more=False))

    return app


async def test_a_pause_longer_than_the_read_timeout_is_cut_off_by_the_clock() -> None:
    clock = ManualClock(0.0)
    async with client_of(sleeping(clock, 100.0), clock) as client:
        with pytest.raises(httpx.ReadTimeout):
            await client.get(URL)
    assert clock.now == 5.0


async def test_the_read_timeout_counts_between_messages_and_not_in_all() -> None:
    clock = ManualClock(0.0)
    async with client_of(sleeping(clock, 4.0, 4.0, 4.0), clock) as client:
        assert (await client.get(URL)).text == "xx"
    assert clock.now == 12.0


async def test_a_pause_within_the_body_can_time_out() -> None:
    clock = ManualClock(0.0)
    async with client_of(sleeping(clock, 1.0, 1.0, 6.0), clock) as client:
        with pytest.raises(httpx.ReadTimeout):
            await client.get(URL)


async def test_without_a_timeout_any_pause_is_waited_for() -> None:
    clock = ManualClock(0.0)
    async with client_of(sleeping(clock, 9_000.0), clock, timeout=None) as client:
        assert (await client.get(URL)).status_code == 200


async def test_waiting_elsewhere_does_not_count_as_a_slow_answer() -> None:
    clock = ManualClock(0.0)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(0)
        await clock.sleep(1_000.0)
        await answer(send, Reply(200))

    async with client_of(app, clock) as client:
        assert (await client.get(URL)).status_code == 200


async def test_an_upload_is_read_piece_by_piece() -> None:
    pieces: list[bytes] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        more = True
        while more:
            message = await receive()
            pieces.append(message["body"])
            more = message["more_body"]
        await answer(send, Reply(201))
        assert (await receive())["type"] == "http.disconnect"

    async def upload() -> AsyncIterator[bytes]:
        yield b"one"
        yield b"two"

    async with client_of(app) as client:
        assert (await client.post(URL, content=upload())).status_code == 201
    assert pieces == [b"one", b"two", b""]


async def test_an_upload_that_fails_raises_its_own_error() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive())["more_body"]:
            pass

    async def upload() -> AsyncIterator[bytes]:
        yield b"one"
        raise OSError("disk gone")

    async with client_of(app) as client:
        with pytest.raises(OSError, match="disk gone"):
            await client.post(URL, content=upload())


async def test_a_body_that_only_a_blocking_client_can_read_is_refused() -> None:
    class Blocking(httpx.SyncByteStream):
        pass

    host = Host(saying(), Faults(), MeteredClock(ManualClock()), plain=False)
    transport = SandboxTransport(lambda _: host)
    request = httpx.Request("POST", URL, stream=Blocking())
    with pytest.raises(TypeError):
        await transport.handle_async_request(request)


async def test_a_timeout_at_the_moment_of_an_upload_chunk_stays_a_timeout() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await receive()

    async with client_of(app, timeout=0.01) as client:
        with pytest.raises(httpx.WriteTimeout):
            await client.post(URL, content=b"body")
