"""Payloads of strangers, planted as names and values into every answer of the sandbox."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pentad.jsontext import dumps, exact
from pentad.sandbox import Sandbox
from pentad.sandbox.asgi import App, Message, Receive, Reply, Scope, Send, answer, header_map
from pentad.text import clean
from tests import corpora

LONG = "REPEAT:"


def payloads() -> list[str]:
    """The corpus, with what is very long written out."""
    found = corpora.entries("injections", "injection payloads")
    return [one.removeprefix(LONG) * 3000 if one.startswith(LONG) else one for one in found]


@dataclass(frozen=True)
class Laced:
    """An app of whose answers every object has the payloads as members, and every text of several words ends
    in one of them."""

    app: App
    said: Sequence[str]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sent = list[Message]()

        async def say(message: Message) -> None:
            sent.append(message)

        await self.app(scope, receive, say)
        body = b"".join(message.get("body", b"") for message in sent[1:])
        reply = Reply(sent[0]["status"], body, header_map(sent[0]))
        await answer(send, self._laced(reply))

    def _laced(self, reply: Reply) -> Reply:
        text = reply.body.decode("utf-8", "replace")
        if reply.headers.get("content-type") == "application/json" and text.startswith(("{", "[")):
            return replace(reply, body=dumps(self._planted(exact(text), 0)).encode("utf-8", "surrogatepass"))
        return replace(reply, body=reply.body + self.said[0].encode()) if reply.status >= 400 else reply

    def _planted(self, value: Any, turn: int) -> Any:
        if isinstance(value, dict):
            told = {name: self._planted(part, turn + at) for at, (name, part) in enumerate(value.items())}
            more = {self._said(turn + at): self._said(turn + at + 1) for at in range(3)} if value else {}
            return {**more, **told}
        if isinstance(value, list):
            return [self._planted(part, turn + 3 * at) for at, part in enumerate(value)]
        return f"{value} {self._said(turn)}" if isinstance(value, str) and " " in value else value

    def _said(self, turn: int) -> str:
        return self.said[turn % len(self.said)]


def lace(sandbox: Sandbox, said: Sequence[str]) -> None:
    """Make every platform say these."""
    for platform in sandbox.platforms.values():
        for host, app in list(platform.hosts.items()):
            platform.hosts[host] = Laced(app, said)


def outside_data(told: Any) -> list[str]:
    """The sentences of an answer, and the names beside them, without what may stand in them in quotes."""
    ours = ("message", "note", "will", "undo", "next", "error", "outcome", "plan", "problems")
    found = [json.dumps(told[name], ensure_ascii=False) for name in ours if name in told]
    more = {name: part for name, part in told.get("more", {}).items() if name != "fields"}
    return [*found, json.dumps(more, ensure_ascii=False)]


def spoken(told: Any, said: Sequence[str]) -> list[str]:
    """What of the payloads stands in a sentence, unquoted or at length."""
    found = []
    for text in outside_data(told):
        for payload in said:
            flat = " ".join(clean(payload).split())
            if len(flat) > 7 and (flat[:130] in text if len(flat) > 130 else _bare(flat, text)):
                found.append(f"{flat[:60]!r} in {text[:200]}")
    return found


def _bare(flat: str, text: str) -> bool:
    """Whether the payload stands in the text without a quote before it."""
    at = text.find(flat)
    return at >= 0 and "'" not in text[max(0, at - 100) : at] and '\\"' not in text[max(0, at - 100) : at]
