"""Whose request is under way. On standard input and output there is one client, over HTTP there are many, and
none of them may read, apply or list what another one has.

A session of the older protocol owns what it makes; its id is the server's own, and secret. From 2026-07-28 on
there are no sessions: whoever knows a handle or a plan's id may use it, and nothing is listed. Nobody is
authenticated on this machine: ids are what keeps callers apart, and all of them reach the same accounts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mcp.server.context import ServerRequestContext

# Who holds an id, whoever that is.
BEARER = "bearer"
_SESSION = "mcp-session-id"
_caller: ContextVar[str | None] = ContextVar("caller", default=None)


def caller() -> str | None:
    """Who makes the request that is under way over HTTP; None where there is one client."""
    return _caller.get()


@contextmanager
def named(context: ServerRequestContext[Any, Any]) -> Generator[None]:
    """Around a request: what it makes and asks for is its caller's."""
    before = _caller.set(_named(context))
    try:
        yield
    finally:
        _caller.reset(before)


def _named(context: ServerRequestContext[Any, Any]) -> str | None:
    """The id itself would be as good as a password, and owners are recorded in the audit."""
    if context.request is None:
        return None
    from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS

    # The SDK has looked it up by now; in requests of the newer protocol it is anybody's words.
    session = context.request.headers.get(_SESSION)
    if session is None or context.protocol_version not in HANDSHAKE_PROTOCOL_VERSIONS:
        return BEARER
    return f"session {hashlib.sha256(session.encode()).hexdigest()[:16]}"
