"""`pentad call`: one operation from the shell, answering exactly what a model would read."""

from __future__ import annotations

import sys
from typing import Any

from pentad.app import App


async def local(app: App, name: str, arguments: dict[str, Any]) -> int:
    """Call in this process. Handles and plans end with it."""
    try:
        if name not in app.operations:
            near = app.nearest(name)
            hint = f" The nearest are {', '.join(near)}." if near else " `pentad operations` lists them."
            return _complain(f"there is no operation {name!r}.{hint}")
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
    except MCPError as error:
        return _complain(error.error.message)
    except Exception as error:
        return _complain(
            f"no MCP server answers there ({_root(error)}). Start one with `pentad serve --http PORT`."
        )
    for part in result.content:
        print(getattr(part, "text", ""))
    return int(bool(result.is_error))


def _root(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return type(error).__name__


def _complain(words: str) -> int:
    print(f"pentad: {words}", file=sys.stderr)
    return 2
