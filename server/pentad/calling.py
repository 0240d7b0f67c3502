"""`pentad call`: one operation from the shell, answering exactly what a model would read."""

from __future__ import annotations

import asyncio
import base64
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pentad import settings
from pentad.answering import question
from pentad.app import App
from pentad.boundary import Answer, Verdict
from pentad.errors import PlatformError
from pentad.files import Folder
from pentad.lookup import absent


async def local(app: App, name: str, arguments: dict[str, Any]) -> int:
    """Call in this process. Handles and plans end with it."""
    try:
        if name not in app.operations:
            hint = absent(app.session, name) or "`pentad operations` lists them"
            return _complain(f"there is no operation {name!r} here; {hint}.")
        answer = await _called(app, name, arguments)
    finally:
        await app.aclose()
    print(answer.text)
    _save(answer.images, app.settings.downloads)
    return int(answer.is_error)


async def _called(app: App, name: str, arguments: dict[str, Any]) -> Answer:
    """The answer; whoever sits at the terminal is asked about a plan, as it ends with this process."""
    terminal = sys.stdin.isatty() and sys.stderr.isatty()
    answer = await app.call(name, arguments, can_ask=terminal)
    if answer.unfinished:
        # Nobody else could go on with it: what was begun is known to this process alone.
        print("pentad: still under way; an interrupt ends it", file=sys.stderr, flush=True)
    while answer.unfinished:
        answer = await app.call(name, arguments, can_ask=terminal)
    if answer.plan is None or not terminal:
        return answer
    return await app.settle(answer.plan, await asyncio.to_thread(_typed, question(answer.plan)))


def _typed(words: str) -> Verdict:
    """The answer of a person; an end of the input is none."""
    print(f"{words}\nDo it? Type yes or no: ", end="", file=sys.stderr, flush=True)
    line = sys.stdin.readline()
    if not line:
        return "cancel"
    return "accept" if line.strip().lower() in ("y", "yes") else "decline"


async def remote(url: str, name: str, arguments: dict[str, Any]) -> int:
    """Call through a running server; its handles and plans live on."""
    from mcp import Client, MCPError
    from mcp_types import ImageContent, TextContent

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
    print("".join(part.text for part in result.content if isinstance(part, TextContent)))
    images = [base64.b64decode(part.data) for part in result.content if isinstance(part, ImageContent)]
    _save(images, settings.load().downloads)
    return int(bool(result.is_error))


def _save(images: Sequence[bytes], downloads: Path) -> None:
    """A shell cannot show them: they become files, and standard error says where."""
    for image in images:
        try:
            with Folder(downloads).part("chart.png") as part:
                part.write(image)
        except PlatformError as error:
            print(f"pentad: {error}", file=sys.stderr)
        else:
            print(f"pentad: the chart is saved as {part.path}", file=sys.stderr)


def _root(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _complain(words: str) -> int:
    print(f"pentad: {words}", file=sys.stderr)
    return 2
