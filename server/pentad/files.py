"""Files never travel through the model: they are streamed into one folder under a safe name."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Generator, Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.utils import collapse_rfc2231_value
from pathlib import Path, PurePosixPath
from typing import BinaryIO, TypeVar
from urllib.parse import unquote

import httpx2 as httpx

from pentad.call import Call
from pentad.errors import Malformed, Rejected, Unavailable
from pentad.http.answers import kind_of
from pentad.http.unpacking import unpacked
from pentad.landing import Landing
from pentad.landing import begin as landed
from pentad.models import Saved
from pentad.names import safe_name

_KINDS = {
    "application/pdf": ".pdf",
    "text/csv": ".csv",
    "application/zip": ".zip",
    "image/png": ".png",
    "image/x-icon": ".ico",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}
_SMALL = 2**20
# Characters of a header that names a file. Reading it takes time by the square of them.
_HEADER = 2**13
_STEP = 2**18
# Downloads that broke off and may be resumed.
_UNDER_WAY = 8

T = TypeVar("T")
Parameter = str | tuple[str | None, str | None, str]


class Interrupted(Unavailable):
    """A download that broke off half-way; nothing of it was kept."""


@dataclass
class Part:
    """A file in the making. `path` is where it will be found once it has its name."""

    file: BinaryIO
    limit: int
    path: Path
    size: int = 0

    def write(self, chunk: bytes) -> None:
        """Raises Rejected for what goes beyond the limit."""
        self.size += self.file.write(chunk)
        if self.size > self.limit:
            raise Rejected(f"The file is larger than the limit of {self.limit:,} bytes; nothing was kept.")


@dataclass
class Partial:
    """A file on its way from a link: what has come of it lies hidden in its folder. `mark` names its version
    on the server; without one nothing can be resumed."""

    landing: Landing
    url: httpx.URL
    size: int = 0
    total: int | None = None
    mark: str | None = None
    offered: str | None = None
    media_type: str = ""
    ended: bool = False

    @property
    def hidden(self) -> Path:
        return self.landing.path


@dataclass(frozen=True)
class Folder:
    """Where downloads go; `limit` bounds one file in bytes. `partials` are the ones under way, by what they
    are."""

    path: Path
    limit: int = 2 * 2**30
    partials: dict[str, Partial] = field(default_factory=dict[str, Partial])

    def begin(self, key: str, url: httpx.URL) -> Partial:
        """A new file on its way. Of those that nobody went on with, the oldest goes. Raises Rejected."""
        while len(self.partials) >= _UNDER_WAY:
            self.discard(next(iter(self.partials)))
        with explained():
            landing, file = landed(self.path)
            file.close()
        partial = self.partials[key] = Partial(landing, url)
        return partial

    def discard(self, key: str) -> None:
        """Leave nothing of a file on its way."""
        with contextlib.suppress(OSError):
            self.partials.pop(key).landing.discard()

    def settle(self, key: str, stem: str) -> Saved:
        """Give a file that has come whole its name, and forget that it was on its way. Raises Rejected."""
        partial = self.partials.pop(key)
        name = safe_name(partial.offered, stem + _KINDS.get(partial.media_type, ".bin"))
        with explained():
            try:
                path = partial.landing.settle(name)
            finally:
                partial.landing.discard()
        return Saved(str(path), partial.size, partial.media_type or "application/octet-stream")

    def close(self) -> None:
        """Leave nothing half-done behind."""
        for key in list(self.partials):
            self.discard(key)

    async def small(self, response: httpx.Response, call: Call) -> bytes:
        """A body that should be a pointer, not a file."""
        body = bytearray()

        async def take(chunk: bytes) -> None:
            body.extend(chunk)
            if len(body) > _SMALL:
                raise Malformed("A link to a file was expected, but the answer is too large to be one.")

        await _read(response, call, take)
        return bytes(body)

    async def save(self, response: httpx.Response, stem: str, call: Call) -> Saved:
        """Stream the body to disk; nothing is left behind when it breaks off, nothing is overwritten."""
        media_type = kind_of(response)
        name = safe_name(offered(response), stem + _KINDS.get(media_type, ".bin"))
        with self.part(name) as part:
            await self._stream(response, part, call)
        return Saved(str(part.path), part.size, media_type or "application/octet-stream")

    async def write(self, chunks: Iterator[bytes], name: str, call: Call) -> Part:
        """A table made here, under a safe name. Each chunk is made and written in a thread. When the call is
        cancelled or has no time left, no more than one chunk is waited for and nothing is left behind."""

        def step() -> bool:
            chunk = next(chunks, None)
            if chunk is not None:
                part.write(chunk)
            return chunk is not None

        with self.part(name) as part:
            while await _settled(step):
                if call.left() <= 0:
                    raise Unavailable(
                        "The file took too long to write; nothing was kept. Fewer columns or JSON take less."
                    )
                await call.report(part.size, None, "writing")
        return part

    @contextlib.contextmanager
    def part(self, name: str) -> Generator[Part]:
        """A new file, this user's only. It gets the name, or the first free variant of it, when the context
        ends well; otherwise nothing of it stays."""
        with explained():
            landing, file = landed(self.path)
            try:
                with file:
                    part = Part(file, self.limit, landing.path)
                    yield part
                part.path = landing.settle(name)
            finally:
                landing.discard()

    async def _stream(self, response: httpx.Response, part: Part, call: Call) -> None:
        due = 0
        promised = response.headers.get("content-length", "")
        total = float(promised) if promised.isdecimal() else None

        async def take(chunk: bytes) -> None:
            nonlocal due
            part.write(chunk)
            if part.size >= due:
                due = part.size + _STEP
                await call.report(part.size, total, "downloading")

        await _read(response, call, take)


async def _settled(work: Callable[[], T]) -> T:
    """What comes of work in a thread. A thread cannot be cancelled: who is cancelled waits for its end, so
    that it never writes to a file that is gone."""
    running = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(running)
    finally:
        while not running.done():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait([running])


async def _read(response: httpx.Response, call: Call, take: Callable[[bytes], Awaitable[None]]) -> None:
    """Hand over a body as it comes, while the call has time for it."""
    try:
        async with asyncio.timeout(call.left()):
            async with contextlib.aclosing(unpacked(response)) as chunks:
                async for chunk in chunks:
                    await take(chunk)
                    if call.left() <= 0:
                        raise TimeoutError
    except TimeoutError:
        raise Unavailable("The download was too slow to finish in time; nothing was kept.") from None
    except httpx.RequestError:
        raise Interrupted("The download broke off; nothing was kept. Repeating may help.") from None


@contextlib.contextmanager
def explained() -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise Rejected(f"The file could not be saved: {error.strerror or 'input/output error'}.") from error


def offered(response: httpx.Response) -> str | None:
    """The name the answer carries (RFC 6266), else the last segment of the address if it has a suffix."""
    header = Message()
    header["content-disposition"] = response.headers.get("content-disposition", "")[:_HEADER]
    try:
        given = header.get_params(header="content-disposition") or ()
    except ValueError:
        given = ()
    names = [value for key, value in given if key == "filename"]
    # `filename*` is decoded to a tuple, and preferred where both are there.
    for name in sorted(names, key=lambda value: isinstance(value, str)):
        if text := collapse_rfc2231_value(_usual(name)):
            return text
    last = PurePosixPath(unquote(response.request.url.path)).name
    return last if "." in last else None


def _usual(name: Parameter) -> Parameter:
    """The value of a `filename*` with a character set that is meant for it (RFC 8187): others are codecs of
    Python that fail, or take their time."""
    if isinstance(name, str):
        return name
    charset, language, text = name
    usual = charset is not None and charset.lower() in ("utf-8", "iso-8859-1")
    return charset if usual else "iso-8859-1", language, text
