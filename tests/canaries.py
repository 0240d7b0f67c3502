"""Recognisable secrets, planted wherever a platform could send one, and a watch on what comes out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mcp import Client, MCPError

from pentad.jsontext import dumps, exact
from pentad.platforms import load as load_platform
from pentad.sandbox import Sandbox
from pentad.sandbox.asgi import App, Message, Receive, Reply, Scope, Send, answer, header_map, read_body
from pentad.secrecy import SECRET
from tests.inside import World, example_of

# Whatever was planted has this word in it.
CANARY = "canary"
_JWT = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJib2IifQ.canary_signature"
_KEY = "-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----"
SHAPES = (
    f"use {_JWT} or tk_canary0000000001 or claribi_key_canary0000000000000001 or sk-Canary_0123456789abcdef; "
    f"log in at https://bi:canary@db.example.org/x with Bearer canary-0123456789abcdef "
    f"gAAAAA{'canary00' * 9}= Server=a;Password=canary; {_KEY}"
)
# Members that every object of an answer gets: named like a secret, and shaped like one.
PLANTED: Mapping[str, Any] = {
    "password": "canary-hunter",
    "dbPassword": "canary-hunter",
    "client_secret": "canary-secret",
    "apiKey": "canary-key",
    "privateKey": "canary-private",
    "token": "canary-token",
    "refresh_token": ["canary-refresh"],
    "JSESSIONID": "canary-session",
    "credentials": {"username": "bi", "value": "canary-value", "more": [{"x": "canary"}]},
    "connection_string": "host=canary",
    "remark": SHAPES,
}
# What made-up credentials are made of, in the form that each setting wants.
WRONG = {
    "claribi": {"api_key": "claribi_canary0001", "email": "a@b.test", "password": "canary-password"},
    "omiq": {
        "token": "canary.token.0001",
        "secret": '{"email": "sync@lab.test", "token": "canary-secret-0000000000000000000000000001"}',
        "tenant": "canary-lab",
    },
    "optimibi": {
        "username": "ann",
        "password": "canary-password",
        "jwt": "canary.jwt.0001",
        "token_name": "canary_name",
        "tenant_id": "canary-tenant",
    },
    "optimized": {"token": "canary-token-0001"},
    "timbr": {
        "api_key": "tk_canary0001",
        "jwt": "canary.jwt.0001",
        "bearer": "gAAAAcanary",
        "jwt_tenant": "canary-tenant",
        "jwt_issuer": "https://canary.test",
        "jwt_client_id": "canary-client",
        "jwt_nonce": "canary-nonce",
        "impersonate": "ann",
    },
}
_CREDENTIALS = ("authorization", "x-api-key", "x-jwt-token")


@dataclass
class Laced:
    """An app whose answers carry secrets: canaries, and the credential that it was asked with. Of a failure
    every text has them, and of a success every object has members of its own; in a header and a body that a
    fault makes up, CREDENTIAL is the credential."""

    app: App
    held: set[str] = field(default_factory=set[str])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        said = list[Message]()
        heard = await read_body(receive)
        unlaced = _unlaced(heard)

        async def hear() -> Message:
            return {"type": "http.request", "body": unlaced, "more_body": False}

        async def say(message: Message) -> None:
            said.append(message)

        await self.app(scope, hear, say)
        given = header_map(scope)
        sent = [given[name].rpartition(" ")[2] for name in _CREDENTIALS if name in given]
        self.held.update(sent)
        body = b"".join(message.get("body", b"") for message in said[1:])
        reply = Reply(said[0]["status"], body, header_map(said[0]))
        await answer(send, _laced(reply, " ".join(sent), heard.decode("utf-8", "replace")))


def _unlaced(body: bytes) -> bytes:
    """What is sent back, without the members that were planted in it, replaced by now or not."""
    if not body.startswith(b"{") or not any(word.encode() in body for word in (CANARY, SECRET)):
        return body
    return dumps(_without(exact(body))).encode()


def _without(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without(part) for name, part in value.items() if not _was_planted(name, part)}
    return [_without(part) for part in value] if isinstance(value, list) else value


def _was_planted(name: str, part: Any) -> bool:
    """A secret that is set on purpose has another value."""
    return name == "you_sent" or (name in PLANTED and (part == PLANTED[name] or SECRET in dumps(part)))


def _laced(reply: Reply, credential: str, asked: str) -> Reply:
    headers = {name: value.replace("CREDENTIAL", credential) for name, value in reply.headers.items()}
    text = reply.body.decode("utf-8", "replace")
    if reply.status >= 300:
        text = _spoken(text.replace("CREDENTIAL", credential), f" {SHAPES} {credential} {_login(asked)}")
    elif headers.get("content-type") == "application/json" and text.startswith(("{", "[")):
        text = dumps(_planted(exact(text), {**PLANTED, "you_sent": credential}))
    else:
        return replace(reply, headers=headers)
    return Reply(reply.status, text.encode(), headers)


def _login(asked: str) -> str:
    """A platform that tells what was wrong with a login may repeat it."""
    with suppress(ValueError):
        told = json.loads(asked)
        if isinstance(told, dict):
            return f"{told.get('password', '')} {told.get('refresh', '')}"
    return ""


def _spoken(text: str, more: str) -> str:
    try:
        return json.dumps(_said(json.loads(text), more))
    except ValueError:
        return text + more


def _said(value: Any, more: str) -> Any:
    if isinstance(value, dict):
        return {**{name: _said(part, more) for name, part in value.items()}, **PLANTED}
    if isinstance(value, list):
        return [_said(part, more) for part in value]
    return more + value if isinstance(value, str) and " " in value else value


def _planted(value: Any, more: Mapping[str, Any]) -> Any:
    if isinstance(value, dict):
        own = {name: _planted(part, more) for name, part in value.items()}
        return {**more, **own} if own else own
    return [_planted(part, more) for part in value] if isinstance(value, list) else value


def lace(sandbox: Sandbox) -> set[str]:
    """Make every platform send secrets; returns what they are, which grows as credentials are used."""
    held = set[str]()
    for platform in sandbox.platforms.values():
        # Names of people and tenants are among them, and no secrets.
        held |= {value for value in platform.credentials.values() if len(value) > 7 and "@" not in value}
        for host, app in list(platform.hosts.items()):
            platform.hosts[host] = Laced(app, held)
    return held


def leaks(told: Iterable[str], held: Iterable[str]) -> list[str]:
    """What came out that should not have, with a little of what stands before it."""
    found = []
    for text in told:
        low = text.lower()
        for secret in (CANARY, *held):
            at = low.find(secret.lower())
            if at >= 0:
                found.append(text[max(0, at - 120) : at + 40])
    return found


def files(folder: Path) -> list[str]:
    """Names and contents of everything in a folder, but of the secrets that the user keeps there."""
    kept = [path for path in folder.rglob("*") if path.parent.name != "secrets"]
    there = [path for path in kept if path.is_file() and not _sent_back(path)]
    return [*map(str, there), *(path.read_bytes().decode("latin-1") for path in there)]


def _sent_back(path: Path) -> bool:
    """Whether it is the document of a workflow, which is saved as it is, since it can be sent back."""
    return path.suffix == ".json" and path.read_bytes().startswith(b'{"password":"canary-hunter"')


def slots(platform: str) -> set[str]:
    """The settings that are credentials, or go along with one."""
    known = load_platform(platform).settings
    return {setting.name for setting in known if not setting.choices and setting.name != "url"}


@dataclass
class Watched:
    """A client whose calls are written down, with everything that can be read afterwards."""

    world: World
    client: Client
    told: list[str] = field(default_factory=list[str])
    failed: dict[str, str] = field(default_factory=dict[str, str])

    async def run(self, operation: Any) -> None:
        """The operation's example, its plan if there is one, and what is kept of it."""
        answer = await self.call(operation.name, example_of(self.world, operation))
        if operation.reaches and "plan" in answer:
            answer = await self.call("apply_plan", {"plan": answer["plan"]})
        if "error" in answer:
            self.failed[operation.name] = answer["message"]
        handle = answer.get("more", {}).get("result")
        if handle is not None:
            await self.call("read_result", {"result": handle})
            await self.call("query_results", {"sql": f"SELECT * FROM {handle}"})
            await self.call("export_result", {"result": handle})

    async def call(self, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        async def progress(progress: float, total: float | None, message: str | None) -> None:
            self.told.append(str(message))

        result = await self.client.call_tool(name, dict(arguments), progress_callback=progress)
        self.told.append(result.model_dump_json())
        read: dict[str, Any] = json.loads(getattr(result.content[0], "text", "{}"))
        return read

    async def look_round(self, folder: Path) -> None:
        """Everything that is listed, kept and saved."""
        await self.call("pentad_status", {"check": True})
        for resource in (await self.client.list_resources()).resources:
            for uri in (resource.uri, f"{resource.uri}.csv"):
                with suppress(MCPError):
                    self.told.append((await self.client.read_resource(uri)).model_dump_json())
        self.told += files(folder)

    async def start_anew(self) -> None:
        """Forget the connections, with what they learnt of the platform's failures."""
        session = self.world.app.session
        for connection in list(session.connections.values()):
            await connection.aclose()
        session.connections.clear()
        await self.world.clock.sleep(4000)
