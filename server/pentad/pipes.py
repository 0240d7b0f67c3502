"""Standard input and output as pipes that the event loop watches.

The SDK reads and writes them in threads, as files and terminals need, and two changes of threads take most of
a short call. What is served is the SDK's own: `stdio_server` is given these in place of its files.
"""

from __future__ import annotations

import asyncio
import os
import stat
import sys
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, TypeAlias, cast

if TYPE_CHECKING:
    from anyio import AsyncFile

    Streams: TypeAlias = tuple[AsyncFile[str] | None, AsyncFile[str] | None]

_CHUNK = 1 << 16
_IN, _OUT, _ERR = 0, 1, 2


@asynccontextmanager
async def standard() -> AsyncGenerator[Streams]:
    """What `stdio_server` reads and writes, or nothing where that has to open its own: on Windows, and where
    one of the two is a file or a terminal. While it is open, the numbers 0 and 1 lead elsewhere, so that no
    print and no process gets in between."""
    if not _are_pipes():
        yield None, None
        return
    loop = asyncio.get_running_loop()
    with _taken(_IN, os.O_RDONLY) as source, _taken(_OUT, os.O_WRONLY) as sink:
        reader = asyncio.StreamReader(_CHUNK)
        reading, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(source, "rb", 0, closefd=False)
        )
        writing, protocol = await loop.connect_write_pipe(
            # Only for its flow control.
            lambda: asyncio.StreamReaderProtocol(asyncio.StreamReader()),
            os.fdopen(sink, "wb", 0, closefd=False),
        )
        # An answer has left when its write returns, so that nothing is lost at the end.
        writing.set_write_buffer_limits(0)
        writer = asyncio.StreamWriter(writing, protocol, None, loop)
        try:
            yield cast("Streams", (_Lines(reader), _Answers(writer)))
        finally:
            reading.close()
            writing.abort()


class _Lines:
    """Text by lines of any length, with what is no UTF-8 replaced, as the SDK reads it."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader
        self._rest = bytearray()
        self._looked = 0

    def __aiter__(self) -> _Lines:
        return self

    async def __anext__(self) -> str:
        while (end := self._rest.find(b"\n", self._looked)) < 0:
            self._looked = len(self._rest)
            chunk = await self._reader.read(_CHUNK)
            if not chunk:
                end = len(self._rest)
                break
            self._rest += chunk
        if not self._rest:
            raise StopAsyncIteration
        line = self._rest[: end + 1].decode("utf-8", "replace")
        del self._rest[: end + 1]
        self._looked = 0
        return line


class _Answers:
    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    async def write(self, text: str) -> None:
        self._writer.write(text.encode())

    async def flush(self) -> None:
        """Raises BrokenPipeError where nobody reads any more."""
        try:
            await self._writer.drain()
        except ConnectionResetError:
            raise BrokenPipeError from None


def _are_pipes() -> bool:
    """Whether both are pipes or sockets of their own. A reader that does not wait is a property of the open
    pipe: where stderr is the same one, it would lose words."""
    if sys.platform == "win32":
        return False
    try:
        source, sink, errors = (os.fstat(number) for number in (_IN, _OUT, _ERR))
    except OSError:
        return False
    pipes = all(stat.S_ISFIFO(each.st_mode) or stat.S_ISSOCK(each.st_mode) for each in (source, sink))
    return pipes and not os.path.samestat(sink, errors) and not os.path.samestat(source, sink)


@contextmanager
def _taken(number: int, mode: int) -> Generator[int]:
    """Another number for what this one leads to. Until it is given back, this one leads to nothing, or to
    stderr if it is to be written to."""
    taken = os.dup(number)
    waits = os.get_blocking(taken)
    try:
        if mode == os.O_WRONLY:
            os.dup2(_ERR, number)
        else:
            nothing = os.open(os.devnull, mode)
            os.dup2(nothing, number)
            os.close(nothing)
        yield taken
    finally:
        os.set_blocking(taken, waits)
        os.dup2(taken, number)
        os.close(taken)
