"""What a fixture is: a tool as it is listed, and what answers a call of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import mcp_types as types
from mcp.server.context import ServerRequestContext

from pentad.app import App

Context: TypeAlias = ServerRequestContext[App, Any]
Answered: TypeAlias = types.CallToolResult | types.InputRequiredResult
Answering: TypeAlias = Callable[[Context, types.CallToolRequestParams], Awaitable[Answered]]
NOTHING: Mapping[str, Any] = {"type": "object", "properties": {}}


@dataclass(frozen=True)
class Fixture:
    """One tool of the suite that is no operation of Pentad."""

    tool: types.Tool
    answer: Answering


def fixture(
    name: str, description: str, answer: Answering, schema: Mapping[str, Any] = NOTHING
) -> tuple[str, Fixture]:
    tool = types.Tool(name=name, description=description, input_schema=dict(schema))
    return name, Fixture(tool, answer)


def said(*parts: types.ContentBlock | str) -> types.CallToolResult:
    """An answer of these parts; texts are put into blocks."""
    blocks = [types.TextContent(type="text", text=part) if isinstance(part, str) else part for part in parts]
    return types.CallToolResult(content=blocks)
