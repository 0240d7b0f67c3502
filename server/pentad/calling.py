"""`pentad call`: one operation from the shell, answering exactly what a model would read."""

from __future__ import annotations

import sys
from typing import Any

from pentad.app import App


async def local(app: App, name: str, arguments: dict[str, Any]) -> int:
    """Call in this process. Handles and plans end with it."""
    try:
        if name not in app.operations:
            hint = app.absent(name) or "`pentad operations` lists them"
            return _complain(f"there is no operation {name!r} here; {hint}.")
        answer = await app.call(name, arguments)
    finally:
        await app.aclose()
    print(answer.text)
    return int(answer.is_error)


async def remote(url: str, name: str, arguments: dict[str, Any]) -> int:
    """Call through a running server; its handles and plans live on."""
    from mcp import Client, MCPError

    try:
        async with Client(url) as client:
            result = await client.call_tool(name, arguments)
    except Exception as error:
        root = _root(error)
        if isinstance(root, MCPError):
            return _complain(root.error.message)
        return _complain(
            f"no MCP server answers there ({type(root).__name__}). Start one with `pentad serve --http PORT`."
        )
    for part in result.content:
        print(getattr(part, "text", ""))
    return int(bool(result.is_error))


def _root(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _complain(words: str) -> int:
    print(f"pentad: {words}", file=sys.stderr)
    return 2
