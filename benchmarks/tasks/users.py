"""Who is asked before something reaches people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeAlias

import mcp_types as types

Verdict: TypeAlias = Literal["accept", "decline"]
User: TypeAlias = Callable[[str], Verdict]


def agrees(question: str) -> Verdict:
    """To everything."""
    del question
    return "accept"


def declines(question: str) -> Verdict:
    """Everything."""
    del question
    return "decline"


def reading(*words: str) -> User:
    """Agrees to a preview that has all of these in it."""

    def reads(question: str) -> Verdict:
        return "accept" if all(word in question for word in words) else "decline"

    return reads


class Asked:
    """The user behind a client, and what they were asked."""

    def __init__(self, user: User) -> None:
        self._user = user
        self.questions: list[str] = []

    async def __call__(self, context: Any, params: types.ElicitRequestParams) -> types.ElicitResult:
        del context
        self.questions.append(params.message)
        verdict = self._user(params.message)
        return types.ElicitResult(action=verdict, content={} if verdict == "accept" else None)
