"""Kept results as MCP resources, for hosts that put them somewhere else than before a model."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from typing import Any

import mcp_types as types
from mcp import MCPError
from mcp.server.context import ServerRequestContext

from pentad.app import App
from pentad.errors import PlatformError, Rejected, Unavailable
from pentad.results.exporting import MEDIA, Form, Text, is_record, json_size
from pentad.results.record import Stored
from pentad.text import plural, shorten

# Bytes of text that one read answers with; hosts and transports hold a message whole.
MOST = 8 * 2**20
LISTED = 50
_BASE = "pentad://results/"
_URI = re.compile(rf"{_BASE}(\w+)(\.csv)?")
Context = ServerRequestContext[App, Any]


async def list_resources(
    context: Context, params: types.PaginatedRequestParams | None
) -> types.ListResourcesResult:
    """The newest results of the caller, the newest first."""
    _refuse_cursor(params)
    session = context.lifespan_context.session
    newest = session.newest()[:LISTED]
    return types.ListResourcesResult(resources=[_entry(stored) for stored in newest])


async def list_templates(
    context: Context, params: types.PaginatedRequestParams | None
) -> types.ListResourceTemplatesResult:
    """Both forms of a result, the same for every caller."""
    del context
    _refuse_cursor(params)
    whole = "A kept result whole; `more.result` of an answer is its handle."
    guarded = "Texts that a spreadsheet would take for formulas begin with an apostrophe."
    return types.ListResourceTemplatesResult(
        resource_templates=[
            types.ResourceTemplate(
                name="result", uri_template=f"{_BASE}{{handle}}", mime_type=MEDIA["json"], description=whole
            ),
            types.ResourceTemplate(
                name="result as CSV",
                uri_template=f"{_BASE}{{handle}}.csv",
                mime_type=MEDIA["csv"],
                description=f"{whole} {guarded}",
            ),
        ]
    )


async def read_resource(
    context: Context, params: types.ReadResourceRequestParams
) -> types.ReadResourceResult:
    """The text of a result. What cannot be read is a protocol error with the words of a tool's error."""
    session = context.lifespan_context.session
    try:
        handle, form = _named(params.uri)
        with session.store.reading([handle], session.owner) as (stored,):
            text = await asyncio.to_thread(_whole, Text(stored).pieces(form), handle)
    except PlatformError as error:
        data = {"uri": params.uri, **(error.details or {})}
        code = types.INTERNAL_ERROR if isinstance(error, Unavailable) else types.INVALID_PARAMS
        raise MCPError(code=code, message=error.message, data=data) from error
    contents = types.TextResourceContents(uri=params.uri, mime_type=MEDIA[form], text=text)
    return types.ReadResourceResult(contents=[contents])


def _refuse_cursor(params: types.PaginatedRequestParams | None) -> None:
    """There is one page, so no cursor was ever given out."""
    if params is not None and params.cursor is not None:
        raise MCPError(code=types.INVALID_PARAMS, message="Invalid cursor")


def _entry(stored: Stored) -> types.Resource:
    what = "one object" if is_record(stored) else plural(len(stored), "row")
    by = f" of {stored.origin.operation}" if stored.origin.operation else ""
    return types.Resource(
        name=stored.handle,
        uri=f"{_BASE}{stored.handle}",
        description=f"{what}{by}, {plural(len(stored.columns()), 'column')}",
        mime_type=MEDIA["json"],
        size=json_size(stored),
    )


def _named(uri: str) -> tuple[str, Form]:
    found = _URI.fullmatch(uri)
    if found is None:
        raise Rejected(
            f"There is no resource {shorten(uri, 100)!r}. {_BASE}HANDLE is a kept result as JSON, and "
            f"{_BASE}HANDLE.csv as CSV; `more.result` of an answer is a handle."
        )
    return found[1], "csv" if found[2] else "json"


def _whole(pieces: Iterator[bytes], handle: str) -> str:
    text = bytearray()
    for piece in pieces:
        text += piece
        if len(text) > MOST:
            raise Rejected(
                f"The result {handle!r} is larger than the {MOST // 2**20} MiB that a resource may have. "
                "export_result saves it as a file; query_results reads what is needed of it."
            )
    return text.decode()
