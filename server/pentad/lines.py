"""What comes in over standard input. The SDK drops a line that is no message without a word, and whoever sent
a request waits for an answer until they give up: one text cut in the middle of an emoji is enough."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import anyio
import mcp_types as types
from mcp.shared.message import SessionMessage
from pydantic import ValidationError

if TYPE_CHECKING:
    from types import TracebackType

    from mcp.shared._stream_protocols import ReadStream, WriteStream

_NOT_JSON = "Parse error: this line is no JSON, or has text that is no Unicode or is nested too deeply"
_NO_REQUEST = "Invalid request: this is no request of JSON-RPC 2.0 as MCP has it"


class Messages:
    """The messages among the lines; lines that are none are answered with an error here."""

    def __init__(
        self, lines: ReadStream[SessionMessage | Exception], out: WriteStream[SessionMessage]
    ) -> None:
        self._lines = lines
        self._out = out

    async def receive(self) -> SessionMessage | Exception:
        """Raises anyio.EndOfStream when no more will come."""
        while isinstance(item := await self._lines.receive(), Exception):
            if (error := refusal(item)) is not None:
                await self._out.send(SessionMessage(error))
        return item

    async def aclose(self) -> None:
        await self._lines.aclose()

    def __aiter__(self) -> Messages:
        return self

    async def __anext__(self) -> SessionMessage | Exception:
        try:
            return await self.receive()
        except anyio.EndOfStream:
            raise StopAsyncIteration from None

    async def __aenter__(self) -> Messages:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        await self.aclose()


def refusal(problem: Exception) -> types.JSONRPCError | None:
    """The answer to a line that could not be read, with the id of what was asked where it can be made out.
    None to blank lines and to what would be a notification or an answer, as those are never answered."""
    parsed, line = _line_of(problem)
    if isinstance(line, str) and not line.strip():
        return None
    if isinstance(line, dict) and ("id" not in line or "result" in line or "error" in line):
        return None
    code, words = (types.INVALID_REQUEST, _NO_REQUEST) if parsed else (types.PARSE_ERROR, _NOT_JSON)
    return types.JSONRPCError(jsonrpc="2.0", id=_id_of(line), error=types.ErrorData(code=code, message=words))


def _line_of(problem: Exception) -> tuple[bool, Any]:
    """Whether the line was JSON, and what it was: its value where there is one, else its text."""
    faults = (
        problem.errors(include_url=False, include_context=False)
        if isinstance(problem, ValidationError)
        else []
    )
    if not faults or faults[0]["type"] != "json_invalid":
        # Members that are missing are told with the object that lacks them: the whole, two steps deep.
        whole = [fault["input"] for fault in faults if fault["type"] == "missing" and len(fault["loc"]) == 2]
        return True, whole[0] if whole else None
    try:
        return False, json.loads(faults[0]["input"])
    except (ValueError, RecursionError):
        return False, faults[0]["input"]


def _id_of(line: Any) -> types.RequestId | None:
    found = line.get("id") if isinstance(line, dict) else None
    if isinstance(found, str):
        return found if found.isprintable() else None
    return found if isinstance(found, int) and not isinstance(found, bool) else None
