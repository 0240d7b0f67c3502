"""`python -m tests.conformance.server --port N`: `pentad serve --sandbox --http` and the suite's fixtures."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import mcp_types as types
from mcp.server.lowlevel import Server
from mcp.server.lowlevel.server import HandlerEntry, RequestHandler
from mcp.server.subscriptions import ListenHandler
from pydantic import BaseModel

from pentad import operations
from pentad.app import App
from pentad.protocol import build_server
from pentad.serving import serve_http
from pentad.settings import Settings
from tests.conformance import contents, prompts, questions, resources, talking
from tests.conformance.fixtures import Answered, Context

FIXTURES = contents.FIXTURES | talking.FIXTURES | questions.FIXTURES


def build(app: App) -> Server[App]:
    """The app's own server. What is a fixture is answered here, all else by the server's own handlers."""
    own = {one.name: one for one in operations.in_module("tests.conformance.operations")}
    app.session.operations = app.operations = {**app.operations, **own}
    app.tools.update(own)
    server = build_server(app)
    server.get_tool_input_schema = _schema
    _longer(server, "tools/list", "tools", [one.tool for one in FIXTURES.values()])
    _longer(server, "resources/list", "resources", resources.LISTED)
    _longer(server, "resources/templates/list", "resource_templates", resources.TEMPLATES)
    _first(server, "tools/call", lambda params: params.name in FIXTURES, _call)
    _first(server, "resources/read", lambda params: resources.known(params.uri), resources.read)
    server.add_request_handler("prompts/list", types.PaginatedRequestParams, prompts.list_prompts)
    server.add_request_handler("prompts/get", types.GetPromptRequestParams, prompts.get_prompt)
    server.add_request_handler("completion/complete", types.CompleteRequestParams, prompts.complete)
    server.add_request_handler("logging/setLevel", types.SetLevelRequestParams, _nothing)
    server.add_request_handler("resources/subscribe", types.SubscribeRequestParams, _nothing)
    server.add_request_handler("resources/unsubscribe", types.UnsubscribeRequestParams, _nothing)
    listening = ListenHandler(talking.CHANGES)
    server.add_request_handler("subscriptions/listen", types.SubscriptionsListenRequestParams, listening)
    return server


def _own(server: Server[App], method: str) -> HandlerEntry[App]:
    entry = server.get_request_handler(method)
    assert entry is not None
    return entry


def _longer(server: Server[App], method: str, member: str, more: Sequence[BaseModel]) -> None:
    """The server's own list, with more entries at its end."""
    entry = _own(server, method)

    async def listed(context: Context, params: types.PaginatedRequestParams) -> BaseModel:
        result = await entry.handler(context, params)
        assert isinstance(result, types.PaginatedResult)
        whole = result.next_cursor is None
        return result.model_copy(update={member: [*getattr(result, member), *more]}) if whole else result

    server.add_request_handler(method, types.PaginatedRequestParams, listed)


def _first(
    server: Server[App], method: str, known: Callable[[Any], bool], handler: RequestHandler[App, Any]
) -> None:
    """What is known by its name goes to this handler, anything else to the server's own."""
    entry = _own(server, method)

    async def answered(context: Context, params: Any) -> Any:
        return await (handler if known(params) else entry.handler)(context, params)

    server.add_request_handler(method, entry.params_type, answered)


async def _call(context: Context, params: types.CallToolRequestParams) -> Answered:
    return await FIXTURES[params.name].answer(context, params)


def _schema(name: str) -> Mapping[str, Any] | None:
    return FIXTURES[name].tool.input_schema if name in FIXTURES else None


async def _nothing(context: Context, params: Any) -> types.EmptyResult:
    return types.EmptyResult()


def settings(folder: Path) -> Settings:
    """The sandbox, and nothing of the user's."""
    return Settings(sandbox=True, downloads=folder / "files", results=folder / "kept", audit=folder / "audit")


def main() -> None:
    given = argparse.ArgumentParser(prog="tests.conformance.server")
    given.add_argument("--port", type=int, default=0, help="default: a free one, told on standard error")
    port = given.parse_args().port
    with tempfile.TemporaryDirectory(prefix="pentad-conformance-") as folder:
        app = App(settings(Path(folder)))
        asyncio.run(serve_http(app, port, build(app)))


if __name__ == "__main__":
    main()
