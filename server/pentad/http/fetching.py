"""Files behind signed links: streamed to disk without the credential, resumed where the server allows it.

The link is a secret: it is in no answer, no error and no record.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import BinaryIO

import httpx2 as httpx

from pentad.call import Unfinished
from pentad.errors import Malformed, PlatformError, Rejected, Unavailable
from pentad.files import Folder, Interrupted, Partial, explained, offered
from pentad.http.answers import kind_of
from pentad.http.client import Client
from pentad.http.connection import REDIRECTS
from pentad.http.egress import checked
from pentad.http.errand import Errand
from pentad.http.unpacking import unpacked
from pentad.text import whole_number

ATTEMPTS = 3
_STEP = 2**18
# Seconds of a call's time that another attempt is worth.
_WORTHWHILE = 2.0
_RANGE = re.compile(r"bytes (\d{1,18})-\d+/(\d{1,18}|\*)")
_OVER = (401, 403, 404, 410)


async def fetch(client: Client, key: str, link: Callable[[], Awaitable[str]], folder: Folder) -> Partial:
    """The whole file that `link` leads to, hidden in the folder; asking again with the same key goes on where
    an earlier call stopped. Raises Unfinished when the call's time is up and it can go on."""
    async with client.connection.turn(key):
        return await _fetched(client, key, link, folder)


async def _fetched(client: Client, key: str, link: Callable[[], Awaitable[str]], folder: Folder) -> Partial:
    partial = folder.partials.get(key)
    if partial is None:
        home = client.connection.url
        partial = folder.begin(key, checked(await link(), home, home, client.label))
    try:
        await _tried(client, folder, partial)
    except TimeoutError:
        _unfinished(client, folder, key, partial)
        raise Unavailable("The download was too slow to finish in time; nothing was kept.") from None
    except PlatformError as error:
        if not (isinstance(error, Unavailable) and partial.mark and partial.size):
            folder.discard(key)
        raise
    return partial


async def _tried(client: Client, folder: Folder, partial: Partial) -> None:
    for _ in range(ATTEMPTS - 1):
        try:
            return await _bring(client, folder, partial)
        except Interrupted:
            if client.call.left() <= _WORTHWHILE:
                raise
    return await _bring(client, folder, partial)


def _unfinished(client: Client, folder: Folder, key: str, partial: Partial) -> None:
    """Raise Unfinished if what came can be gone on with; else nothing is kept of it."""
    if partial.mark is None or not partial.size:
        folder.discard(key)
        return
    raise Unfinished(
        {"status": "downloading", "bytes": partial.size, "of": partial.total},
        f"{client.label}'s file is not here yet: call again with the same arguments, which goes on from here",
    )


async def _bring(client: Client, folder: Folder, partial: Partial) -> None:
    if partial.ended:
        return
    response = await _answer(client, partial)
    try:
        _begun(response, partial, client.label, folder.limit)
        await _stream(client, folder, partial, response)
    finally:
        await response.aclose()
    partial.ended = True


async def _answer(client: Client, partial: Partial) -> httpx.Response:
    """The storage's answer with the rest of the file, or with all of it."""
    headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
    if partial.size and partial.mark:
        headers |= {"Range": f"bytes={partial.size}-", "If-Range": partial.mark}
    url = partial.url
    for _ in range(REDIRECTS + 1):
        errand = Errand(client.call, client.label, (), repeatable=True, stream=True, bare=True)
        request = client.connection.http.build_request(
            "GET", url, headers=headers, extensions={"errand": errand}
        )
        response = await client.connection.exchange(request, errand)
        if not response.has_redirect_location:
            return response
        await response.aclose()
        url = checked(response.headers["location"], request.url, client.connection.url, client.label)
    raise Malformed(f"{client.label} points from one link to another instead of to a file.")


def _begun(response: httpx.Response, partial: Partial, label: str, limit: int) -> None:
    """Make what is there fit what is coming: the rest, or everything anew. Raises what else it means."""
    status = response.status_code
    if status in _OVER:
        raise Rejected(
            f"{label}'s storage does not give out this file (HTTP {status}): its link may have expired. "
            "Nothing was kept; call again for a new link.",
            outcome="none",
        )
    if status == 416:
        partial.size, partial.mark = 0, None
        raise Interrupted(f"{label}'s file has changed while it was downloaded; repeat the call.")
    if status not in (200, 206):
        raise Unavailable(f"{label}'s storage failed (HTTP {status}); repeating later may help.")
    if kind_of(response) == "text/html":
        raise Malformed(f"{label} answered with a web page instead of a file.")
    found = _RANGE.fullmatch(response.headers.get("content-range", "")) if status == 206 else None
    if status == 206 and (found is None or int(found[1]) != partial.size):
        partial.size, partial.mark = 0, None
        raise Interrupted(f"{label} sent another part of the file than was asked for; repeat the call.")
    if found is None:
        _anew(response, partial)
    if partial.total is not None and partial.total > limit:
        raise Rejected(f"The file has {partial.total:,} bytes; the limit is {limit:,}. Nothing was kept.")


def _anew(response: httpx.Response, partial: Partial) -> None:
    plain = response.headers.get("content-encoding", "identity") == "identity"
    length = response.headers.get("content-length", "") if plain else ""
    tag = response.headers.get("etag", "")
    partial.size, partial.total = 0, whole_number(length)
    # A weak tag, or text that was packed on the way, tells nothing about bytes.
    partial.mark = tag if plain and tag.startswith('"') else None
    partial.offered, partial.media_type = offered(response), kind_of(response)


async def _stream(client: Client, folder: Folder, partial: Partial, response: httpx.Response) -> None:
    """Append the body as it comes. Raises TimeoutError when the call's time is up."""
    due = partial.size
    with explained():
        file = partial.landing.reopen()
        file.truncate(partial.size)
        file.seek(partial.size)
    try:
        async with asyncio.timeout(client.call.left()):
            async with aclosing(unpacked(response)) as chunks:
                async for chunk in chunks:
                    _write(file, chunk, partial, folder.limit)
                    if partial.size >= due:
                        due = partial.size + 4 * _STEP
                        await client.call.report(partial.size, partial.total, "downloading")
                    if client.call.left() <= 0 and partial.size != partial.total:
                        raise TimeoutError
    except httpx.RequestError:
        raise Interrupted("The download broke off. Repeating the call goes on or begins anew.") from None
    finally:
        with explained():
            file.close()
    if partial.total is not None and partial.size != partial.total:
        raise Interrupted("The download ended early. Repeating the call goes on or begins anew.")


def _write(file: BinaryIO, chunk: bytes, partial: Partial, limit: int) -> None:
    with explained():
        partial.size += file.write(chunk)
    if partial.size > limit:
        raise Rejected(f"The file is larger than the limit of {limit:,} bytes; nothing was kept.")
