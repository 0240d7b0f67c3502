"""Plays a server of one user, for what the sandbox never does: it is as strange as a test wants it."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx2 as httpx

from pentad.call import Call
from pentad.files import Folder
from pentad.platforms.optimibi import Optimibi
from pentad.settings import Account
from tests.clock import ManualClock
from tests.http.wire import Tape, bench

Reply = Callable[[httpx.Request], httpx.Response]
HOME = "https://bi.example"
USER, PASSWORD = "tomas", "harbor-roast-41"
LOGIN = "/plugin/datafor/api/extension/auth/login"
LOGOUT = "/plugin/datafor/api/extension/auth/logout"
PROBE = "/plugin/datafor/api/extension/auth/fetchUser"
FORM = "/j_spring_security_check"
LOGIN_PAGE = "<html><title>Login</title><form action='j_spring_security_check'></form></html>"


def jwt(**claims: Any) -> str:
    parts = ({"alg": "HS256"}, {"sub": USER, **claims})
    texts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return f"{'.'.join(texts)}.c2lnbmF0dXJl"


# A session is signed out of when its loop ends; nobody may forget it before.
KEPT: list[Desk] = []


class Desk:
    """`steps` answer whoever is signed in, by method and path; `strangers` all others, `entry` the login."""

    def __init__(
        self, values: Mapping[str, str] | None = None, folder: Path = Path(__file__) / "no folder"
    ) -> None:
        values = values or signed()
        self.clock = ManualClock()
        self.sessions: dict[str, float] = {}
        self.idle: float | None = 7200.0
        self.password = PASSWORD
        self.token = values.get("jwt")
        self.plugins: list[str] | None = ["datafor", "datafor-modeler"]
        self.steps: dict[str, Reply] = {"GET /thing": ok({"success": True, "data": {"name": "lamp"}})}
        self.strangers: Reply = ok({"success": True, "data": []})
        self.entry: Reply | None = None
        self.logins: list[dict[str, str]] = []
        self.calls: list[httpx.Request] = []
        self.tape = Tape(self.answer, clock=self.clock)
        self.folder = Folder(folder)
        account = Account("optimibi", {"url": f"{HOME}/datafor", **values})
        self.connection = Optimibi.connect(account, self.clock, lambda: self.tape)
        KEPT.append(self)

    def client(self) -> Optimibi:
        """For a new call."""
        self.call = Call(self.clock)
        return Optimibi(self.connection, bench(self.call, self.folder))

    def asked(self, path: str) -> list[httpx.Request]:
        """The requests for a path, signed in or not."""
        return [one for one in self.calls if one.url.path == f"/datafor{path}"]

    async def answer(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        self.calls.append(request)
        path = request.url.path.removeprefix("/datafor")
        if path in (LOGIN, FORM):
            return self._entered(request, path)
        known = self._knows(request)
        if path == PROBE:
            told = {
                "code": 200,
                "islogged": known,
                "username": USER if known else "",
                "plugins": self.plugins,
            }
            return self._with_cookies(request, ok(told), known=known)
        if path == LOGOUT:
            self.sessions.clear()
            return ok({"success": True})(request)
        step = self.steps.get(f"{request.method} {path}", missing)
        return self._with_cookies(request, step if known else self.strangers, known=known)

    def _entered(self, request: httpx.Request, path: str) -> httpx.Response:
        given = dict(parse_qsl(request.content.decode()))
        self.logins.append(given)
        if self.entry is not None:
            return self.entry(request)
        good = self.password in (given.get("password"), given.get("j_password"))
        if path == FORM:
            target = "Home" if good else "Login?login_error=1"
            response = httpx.Response(302, headers={"location": f"{HOME}/datafor/{target}"})
        else:
            told = {"success": True, "data": "1"} if good else {"success": False, "msg": "wrong password"}
            response = httpx.Response(200, json=told)
        if good:
            session = f"SESSION{len(self.logins):020}"
            self.sessions[session] = self.clock.now + (self.idle or 1800.0)
            response.headers["set-cookie"] = f"JSESSIONID={session}; Path=/datafor; HttpOnly"
        return response

    def _knows(self, request: httpx.Request) -> bool:
        plain = base64.b64encode(f"{USER}:{self.password}".encode()).decode()
        if request.headers.get("authorization") in (f"Basic {plain}", f"Bearer {self.token}"):
            return True
        if self.token is not None and request.url.params.get("ticket") == self.token:
            return True
        session = request.headers.get("cookie", "").removeprefix("JSESSIONID=")
        if self.sessions.get(session, 0.0) <= self.clock.now:
            return False
        self.sessions[session] = self.clock.now + (self.idle or 1800.0)
        return True

    def _with_cookies(self, request: httpx.Request, step: Reply, *, known: bool) -> httpx.Response:
        response = step(request)
        if not known and self.strangers is not refused:
            response.headers["set-cookie"] = "JSESSIONID=STRANGER0000; Path=/datafor"
        elif self.idle is not None:
            now = int(self.clock.now * 1000) + 86_400_000
            lines = [f"session-expiry={now + int(self.idle * 1000)}", f"server-time={now}"]
            headers = [*response.headers.raw, *((b"set-cookie", line.encode()) for line in lines)]
            response.headers = httpx.Headers(headers)
        return response


def signed(**more: str) -> dict[str, str]:
    return {"username": USER, "password": PASSWORD, **more}


def ok(told: Any, status: int = 200, **headers: str) -> Reply:
    return lambda _: httpx.Response(status, json=told, headers=headers)


def page(body: str, status: int = 200, **headers: str) -> Reply:
    return lambda _: httpx.Response(status, html=body, headers=headers)


def moved(path: str) -> Reply:
    return lambda _: httpx.Response(302, headers={"location": f"/datafor{path}"})


missing: Reply = page("<html><title>404</title></html>", 404)
refused: Reply = ok({"success": False, "code": "401", "msg": "not logged in"}, 401)


def serving(reply: Reply | Any, folder: Path = Path(__file__) / "no folder") -> Desk:
    desk = Desk(folder=folder)
    reply = reply if callable(reply) else ok(reply)
    desk.steps = dict.fromkeys(
        ("GET /thing", "POST /thing", "POST /files", "POST /mondrian/postAnalysis"), reply
    )
    return desk


def sent(content: bytes | str, kind: str = "text/plain", name: str | None = None) -> Reply:
    headers = {"content-type": kind}
    if name is not None:
        headers["content-disposition"] = f'attachment; filename="{name}"'
    return lambda _: httpx.Response(200, content=content, headers=headers)
