"""The MCP face: the official SDK's low-level server, so that schemas, errors and lists are exactly ours."""

from __future__ import annotations

import base64
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import cache, partial
from typing import Any

import mcp_types as types
from mcp import MCPError
from mcp.server.caching import CacheHint
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.lowlevel import Server

import pentad
from pentad import asking, callers, platforms, resources
from pentad.app import App
from pentad.boundary import Answer
from pentad.jsontext import loads
from pentad.lookup import unlisted
from pentad.operations import AnyOperation

# All of them, as not every host asks for a second page.
PAGE = 500
_HINT = CacheHint(ttl_ms=300_000, scope="public")
Context = ServerRequestContext[App, Any]


def build_server(app: App, *, page: int = PAGE, silence: float = asking.SILENCE) -> Server[App]:
    """A server over the app; it answers every protocol revision the SDK knows. The caller closes the app.

    Lists come in pages of `page` tools; a user who is asked has `silence` seconds to answer.
    """

    @asynccontextmanager
    async def lifespan(server: Server[App]) -> AsyncGenerator[App]:
        del server
        yield app

    server = Server(
        "pentad",
        version=pentad.__version__,
        instructions=instructions(app),
        lifespan=lifespan,
        cache_hints=dict.fromkeys(("tools/list", "server/discover", "resources/templates/list"), _HINT),
        get_tool_input_schema=_without_headers,
        on_list_tools=partial(_list_tools, page),
        on_call_tool=partial(_call_tool, silence),
        on_list_resources=resources.list_resources,
        on_list_resource_templates=resources.list_templates,
        on_read_resource=resources.read_resource,
    )
    server.middleware.append(_named)
    return server


def _without_headers(name: str) -> None:
    """No argument of a tool is repeated in a header, so that none is to be compared. Without this the SDK
    lists all tools before each call over HTTP to find out, which took longer than the call."""
    del name


async def _named(ctx: Context, call_next: CallNext) -> HandlerResult:
    """Decides whose a request is, before anything looks at it."""
    with callers.named(ctx):
        return await call_next(ctx)


def instructions(app: App) -> str:
    """What a model should know before its first call; names only what is on."""
    on = [platform.label for platform in app.session.platforms.values()]
    told = [
        f"Pentad reaches {', '.join(on)}."
        if on
        else "No platform is set up; the user can run `pentad doctor`.",
        "Answers are compact JSON. Lists are columns and rows; `more` says what was left out: `cursor` goes "
        "back to the same tool with the same arguments, `result` and `from` (as cursor) go to read_result, "
        "`fields` are columns that can be asked for. `limit` is how many rows are fetched, one page of the "
        "platform unless given.",
        "What is no tool is found with find_operations and run with call_operation (reads) or "
        "change_operation.",
        "Errors are {error, message, ...}: the message says whether repeating helps; `outcome: unknown` "
        "means that a change may have happened and must be checked, never repeated.",
    ]
    if any(operation.reaches and operation.platform for operation in app.tools.values()):
        told.append(
            "A change that reaches people is first answered with a preview and a `plan`: show it to the user "
            "and call apply_plan only when they agree."
        )
    if app.settings.sandbox:
        told.append("This is the embedded sandbox: the data is made up and nobody is contacted.")
    return " ".join(told)


@cache
def entry(operation: AnyOperation, accounts: tuple[str, ...] = ()) -> types.Tool:
    """A tool as the protocol lists it."""
    reading = operation.effect == "read"
    return types.Tool(
        name=operation.name,
        title=_title(operation),
        description=operation.description,
        input_schema=operation.arguments.schema(accounts),
        annotations=types.ToolAnnotations(
            read_only_hint=reading,
            destructive_hint=not reading and (operation.effect != "write" or bool(operation.reaches)),
            idempotent_hint=reading,
            open_world_hint=operation.platform is not None or operation.outward,
        ),
    )


def _title(operation: AnyOperation) -> str:
    words = operation.fn.__name__.replace("_", " ")
    return (
        f"{platforms.load(operation.platform).label}: {words}" if operation.platform else words.capitalize()
    )


async def _list_tools(
    page: int, context: Context, params: types.PaginatedRequestParams | None
) -> types.ListToolsResult:
    app = context.lifespan_context
    tools = list(app.tools.values())
    start = _offset(params.cursor if params else None, len(tools))
    end = start + page
    following = base64.urlsafe_b64encode(str(end).encode()).decode() if end < len(tools) else None
    listed = [entry(operation, app.session.accounts(operation)) for operation in tools[start:end]]
    return types.ListToolsResult(tools=listed, next_cursor=following)


def _offset(cursor: str | None, count: int) -> int:
    if cursor is None:
        return 0
    try:
        offset = int(base64.b64decode(cursor, altchars=b"-_", validate=True))
    except ValueError:
        offset = -1
    if not 0 < offset < count:
        raise MCPError(code=types.INVALID_PARAMS, message="Invalid cursor")
    return offset


async def _call_tool(
    silence: float, context: Context, params: types.CallToolRequestParams
) -> types.CallToolResult | types.InputRequiredResult:
    app = context.lifespan_context
    if params.name not in app.tools:
        hint = unlisted(app.session, params.name)
        raise MCPError(
            code=types.INVALID_PARAMS,
            message=f"Unknown tool {params.name[:80]!r}{hint and f'; {hint}'}",
        )

    async def progress(done: float, total: float | None, message: str) -> None:
        await context.session.report_progress(done, total, message)

    if params.request_state is not None:
        return _result(app, await asking.answered(context, params, params.request_state))
    can_ask = asking.can_ask(context)
    planned = await app.call(params.name, params.arguments or {}, progress, can_ask=can_ask)
    given = await asking.approved(context, params, planned, silence)
    return given if isinstance(given, types.InputRequiredResult) else _result(app, given)


def _result(app: App, given: Answer) -> types.CallToolResult:
    images = [
        types.ImageContent(type="image", data=base64.b64encode(image).decode(), mime_type="image/png")
        for image in given.images
    ]
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=given.text), *images],
        is_error=given.is_error,
        structured_content=loads(given.text) if app.settings.structured else None,
    )
