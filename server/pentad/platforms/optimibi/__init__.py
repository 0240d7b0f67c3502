"""Optimibi: four ways to sign in, two editions of addresses, failures that are called successes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

import httpx2 as httpx

from pentad.clock import Clock
from pentad.http.connection import Connection, Transport
from pentad.http.pacing import Budget
from pentad.http.paging import Paging, in_envelope
from pentad.platforms import Platform, Setting
from pentad.platforms.optimibi.reading import Reading
from pentad.platforms.optimibi.sessions import FormAuth, SessionAuth, sign_out
from pentad.platforms.optimibi.signing import Fixed, Jwt, JwtInAddress, basic
from pentad.platforms.optimibi.vocabulary import VOCABULARY
from pentad.settings import Account

_MODES = ("session", "form", "basic", "jwt")
_CONTEXT = (
    "Check PENTAD_OPTIMIBI_URL: the context is part of it, such as https://bi.example.com/datafor, and a "
    "proxy in between must leave paths and cookies alone"
)
_ADVICE: Mapping[str, str] = {
    "session": f"The sign-in worked, but its session was not taken. {_CONTEXT}.",
    "form": f"The sign-in worked, but its session was not taken. {_CONTEXT}.",
    "basic": "Check PENTAD_OPTIMIBI_USERNAME and PENTAD_OPTIMIBI_PASSWORD; where the server takes no Basic "
    f"sign-in, use PENTAD_OPTIMIBI_AUTH_MODE=session. {_CONTEXT}.",
    "jwt": "The JWT may be expired, or of no configuration of this server, or be expected elsewhere: check "
    "PENTAD_OPTIMIBI_JWT, PENTAD_OPTIMIBI_TOKEN_NAME and PENTAD_OPTIMIBI_JWT_IN. An administrator can issue "
    "a new one.",
}
_ITSELF = "signs in or out; done by the server itself"
_ISSUES = "issues a credential, which must not pass through a model"


class Optimibi(Reading, Platform):
    name = "optimibi"
    label = "Optimibi"
    settings = (
        Setting("url", "address with the context, such as `https://bi.example.com/datafor`"),
        Setting(
            "auth_mode",
            "`session`, `form` (the login page's way), `basic` (on every request) or `jwt`",
            "session",
            choices=_MODES,
        ),
        Setting("username", "user name, for all modes but `jwt`"),
        Setting("password", "password, for all modes but `jwt`", secret=True),
        Setting("jwt", "JWT, for `jwt`", secret=True),
        Setting("token_name", "parameter that carries the JWT, with `url` below", "token"),
        Setting("jwt_in", "where the JWT goes: `header`, or `url`", "header", choices=("header", "url")),
        Setting("tenant_id", "tenant, for `session` where there are several"),
    )
    probe = "optimibi_get_own_profile"
    # Hardly a list has pages; those that have are asked for in their own words.
    paging = Paging(1000, 1000, in_envelope("", "", None))
    rows_in = ("data", "list", "rows", "databaseConnections", "job", "objs")
    unexposed: ClassVar[Mapping[str, tuple[str, str]]] = {
        "login_session": ("POST /plugin/datafor/api/extension/auth/login", _ITSELF),
        "logout_session": ("GET /plugin/datafor/api/extension/auth/logout", _ITSELF),
        "login_form": ("POST /j_spring_security_check", _ITSELF),
        "login_form_get": ("GET /j_spring_security_check", _ITSELF),
        "logout_form": ("GET /Logout", _ITSELF),
        "get_login_captcha": ("GET /plugin/datafor/api/extension/auth/captcha.jpg", "for a person to read"),
        "consume_saml_response": ("POST /saml/consumer", "called by an identity provider, through a browser"),
        "get_email_settings_post": (
            "POST /api/emailconfig/getEmailConfig",
            "the method as one page prints it; optimibi_get_email_settings asks",
        ),
        "generate_token": ("POST /plugin/datafor-modeler/api/token/generate", _ISSUES),
        "issue_personal_token": ("POST /plugin/datafor-modeler/api/token/personal", _ISSUES),
    }
    vocabulary = VOCABULARY

    @classmethod
    def lacking(cls, values: Mapping[str, str]) -> list[str]:
        if values.get("auth_mode") != "jwt":
            return _bad_user(cls, values)
        found = cls.bad_key("jwt", values.get("jwt", ""))
        if not found and values["jwt"].count(".") != 2:
            found = [f"{cls.variable('jwt')} is not a JWT: three parts with dots between are"]
        if not re.fullmatch(r"[A-Za-z][\w.-]{0,59}", values.get("token_name", "")):
            found.append(f"{cls.variable('token_name')} cannot be the name of a parameter")
        return found

    @classmethod
    def sign_in(cls, values: Mapping[str, str], clock: Clock) -> httpx.Auth:
        origin, mode = httpx.URL(values["url"]), values["auth_mode"]
        known = (origin, clock, cls.label, _ADVICE[mode])
        if mode == "jwt" and values["jwt_in"] == "url":
            return JwtInAddress(*known, values["jwt"], "", values["token_name"])
        if mode == "jwt":
            return Jwt(*known, values["jwt"], "Bearer")
        user, password = values["username"], values["password"]
        if mode == "basic":
            return Fixed(*known, basic(user, password), "Basic")
        if mode == "form":
            return FormAuth(*known, user, password)
        return SessionAuth(*known, user, password, values.get("tenant_id"))

    @classmethod
    def connect(cls, account: Account, clock: Clock, transport: Transport | None) -> Connection:
        connection = super().connect(account, clock, transport)
        if connection.values["auth_mode"] in ("session", "form"):
            connection.farewell = sign_out
        return connection

    @classmethod
    def make_budget(cls, name: str) -> Budget:
        # No rate limit is documented; what an answer says of one is believed.
        del name
        return Budget()

    @classmethod
    def holder_in(cls, answer: Any) -> str | None:
        told = answer.members if hasattr(answer, "members") else answer.record()
        known = [told[name] for name in ("username", "usertype") if told.get(name)]
        return ", ".join(map(str, known)) or None


def _bad_user(cls: type[Optimibi], values: Mapping[str, str]) -> list[str]:
    lacking = [name for name in ("username", "password") if not values.get(name)]
    found = [f"{cls.variable(name)} is missing" for name in lacking]
    if lacking and values.get("jwt"):
        found.append(f"a JWT is only used with {cls.variable('auth_mode')}=jwt")
    if values.get("auth_mode") == "basic" and ":" in values.get("username", ""):
        found.append(f"{cls.variable('username')} has a colon, which this mode cannot send")
    return found


PLATFORM = Optimibi
