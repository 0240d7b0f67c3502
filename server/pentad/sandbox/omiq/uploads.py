"""Bytes that arrive for a registered file, and what becomes of it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path

from pentad.sandbox.asgi import Receive, Reply
from pentad.sandbox.omiq import fcs
from pentad.sandbox.omiq.panel import Channel
from pentad.sandbox.omiq.records import DataFile
from pentad.sandbox.omiq.refusals import RefusalError
from pentad.sandbox.omiq.state import State

_BEGINNING = 65_536


async def take(state: State, path: str, headers: Mapping[str, str], receive: Receive, now: float) -> Reply:
    """Raises RefusalError. Exactly as many bytes as announced have to come, called an octet stream."""
    number = path.removeprefix("/uploads/")
    file = state.files.get(int(number)) if number.isdecimal() else None
    announced = headers.get("content-length", "")
    place = state.folder() / secrets.token_hex(8)
    await _store(place, receive)
    if file is None:
        raise RefusalError(404, "The specified key does not exist")
    if not announced.isdecimal():
        raise RefusalError(411, "Content-Length is missing")
    if headers.get("content-type") != "application/octet-stream":
        raise RefusalError(400, "Content-Type has to be application/octet-stream")
    if place.stat().st_size != int(announced):
        raise RefusalError(400, "The body is not as long as announced")
    _settle(file, place, now + state.processing_seconds * state.pace)
    return Reply(200)


async def _store(place: Path, receive: Receive) -> None:
    sink = place.open("wb")
    try:
        more = True
        while more:
            message = await receive()
            sink.write(message.get("body", b""))
            more = message.get("more_body", False)
    finally:
        sink.close()


def _settle(file: DataFile, place: Path, ready: float) -> None:
    """A file that is no FCS fails, and so does a CSV file whose first line has no comma."""
    with place.open("rb") as content:
        beginning = content.read(_BEGINNING)
    if file.name.lower().endswith(".csv"):
        names = beginning.splitlines()[0].decode("utf-8", "replace").split(",") if beginning else []
        file.settled = "COMPLETE" if len(names) > 1 else "FAILED"
        file.panel = tuple(Channel(name.strip('" ')) for name in names)
    else:
        file.settled = "COMPLETE" if beginning.startswith(b"FCS") else "FAILED"
        file.panel = tuple(Channel(*named) for named in fcs.names(beginning))
    file.uploaded, file.arrived, file.ready = place, True, ready
