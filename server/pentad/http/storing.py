"""Files that go to a signed link, without the credential; from their beginning where it broke off."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import BinaryIO

from pentad.errors import Rejected, Unavailable
from pentad.http.client import Client
from pentad.http.egress import checked
from pentad.http.errand import Errand

_STEP = 2**18
Stamp = tuple[int, int, int]


def stamp(file: BinaryIO) -> Stamp:
    """What tells a file from itself after it was changed."""
    told = os.fstat(file.fileno())
    return told.st_ino, told.st_size, told.st_mtime_ns


class Changed(Rejected):
    """A file that was changed while it was sent."""


class FileStream:
    """A file from its beginning, however often it is asked for. Raises Changed in the middle of it."""

    def __init__(self, file: BinaryIO, sent: Callable[[int], Awaitable[None]]) -> None:
        """`sent` is told how many bytes have been handed over."""
        self._file = file
        self._sent = sent
        self._stamp = stamp(file)

    async def __aiter__(self) -> AsyncGenerator[bytes]:
        done = 0
        while done < self._stamp[1]:
            chunk = await asyncio.to_thread(self._read, done)
            done += len(chunk)
            yield chunk
            await self._sent(done)

    def check(self) -> None:
        if stamp(self._file) != self._stamp:
            raise Changed("The file was changed while it was uploaded; try again when it is complete.")

    def _read(self, at: int) -> bytes:
        self.check()
        self._file.seek(at)
        chunk = self._file.read(_STEP)
        if not chunk:
            raise Changed("The file was cut short while it was uploaded; try again when it is complete.")
        return chunk


async def store(client: Client, link: str, file: BinaryIO, sent: Callable[[int], Awaitable[None]]) -> None:
    """Put a file's bytes at a signed link. Raises Changed, Rejected and Unavailable."""
    home = client.connection.url
    url = checked(link, home, home, client.label)
    errand = Errand(client.call, client.label, (), repeatable=True, bare=True)
    stream = FileStream(file, sent)
    headers = {"Content-Type": "application/octet-stream", "Content-Length": str(stamp(file)[1])}
    request = client.connection.http.build_request(
        "PUT", url, headers=headers, content=stream, extensions={"errand": errand}
    )
    response = await client.connection.exchange(request, errand)
    stream.check()
    if response.is_success:
        return
    status = response.status_code
    if status < 500:
        raise Rejected(
            f"{client.label}'s storage refused the file (HTTP {status}); its link may have expired."
        )
    raise Unavailable(f"{client.label}'s storage failed (HTTP {status}); repeating later may help.")
