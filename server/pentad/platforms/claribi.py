"""clariBI: four credential forms, `page`/`page_size`, `{error, message, status}`, two rate-limit buckets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import httpx2 as httpx

from pentad.clock import Clock
from pentad.http.auth import JwtAuth, KeyAuth
from pentad.http.pacing import Budget
from pentad.http.paging import Paging, in_envelope
from pentad.platforms import Platform, Setting

_KEY_FORMS: Mapping[str, tuple[str, str]] = {
    "x-api-key": ("X-API-Key", "{}"),
    "bearer-key": ("Authorization", "Bearer {}"),
    "api-key-scheme": ("Authorization", "Api-Key {}"),
}


class Claribi(Platform):
    name = "claribi"
    label = "clariBI"
    url = "https://claribi.com"
    settings = (
        Setting("api_key", "API key from Settings > Developer > API Keys", secret=True),
        Setting(
            "auth_mode",
            "how the credential is sent; `jwt` signs in with e-mail and password",
            "x-api-key",
            choices=(*_KEY_FORMS, "jwt"),
        ),
        Setting("email", "e-mail address, for `jwt`"),
        Setting("password", "password, for `jwt`", secret=True),
        Setting("slash", "`true` adds a final slash to v1 paths", "false", choices=("true", "false")),
        Setting("url", "address of the instance", url),
    )
    probe = "claribi_get_auth_status"
    paging = Paging(20, 100, in_envelope("results", "next", "count"), size_name="page_size")
    hints: ClassVar[Mapping[int, str]] = {
        401: "The key may be wrong, expired or revoked: the user can check it under Settings > Developer > "
        "API Keys; another PENTAD_CLARIBI_AUTH_MODE may be needed.",
        403: "The user's role, the key's permissions or the plan do not cover it; "
        "claribi_verify_api_key shows what the key may do.",
    }
    vocabulary: ClassVar[Mapping[str, str]] = {
        "dashboard": "board panel kpi",
        "widgets": "tiles charts kpi metrics figures numbers",
        "report": "ai analysis insights document",
        "generate": "credits regenerate trigger",
        "download": "pdf csv excel xlsx",
        "data source": "database warehouse connection connected connector integration feed engine",
        "usage": "credits spent billing invoice subscription",
        "api key": "scopes expiry revoked",
        "auth status": "who user account signed logged role plan tier subscription me",
        "forecast": "prediction projection trend outlook",
    }
    unexposed: ClassVar[Mapping[str, tuple[str, str]]] = {
        "login_user": ("POST /api/auth/login/", "signs in; done by the server itself"),
        "refresh_access_token": ("POST /api/auth/token/refresh/", "signs in; done by the server itself"),
        "get_mcp_tool_catalog": (
            "GET /api/mcp-server/tool-catalog/",
            "describes the vendor's own MCP server, not the user's data",
        ),
    }

    def path(self, path: str) -> str:
        wanted = self.connection.values.get("slash") == "true" and not path.endswith("/")
        return path + "/" if wanted else path

    @classmethod
    def holder_in(cls, answer: Any) -> str | None:
        user = answer.record().get("user")
        known = [user[name] for name in ("email", "role") if user.get(name)] if isinstance(user, dict) else []
        return ", ".join(map(str, known)) or None

    @classmethod
    def lacking(cls, values: Mapping[str, str]) -> list[str]:
        if values.get("auth_mode") == "jwt":
            return [f"{cls.variable(n)} is missing" for n in ("email", "password") if not values.get(n)]
        key = values.get("api_key", "")
        if wrong := cls.bad_key("api_key", key):
            return wrong
        if key.startswith("claribi_mcp_"):
            return [
                f"{cls.variable('api_key')} holds a key for the vendor's MCP server; a REST key is needed"
            ]
        return (
            [] if key.startswith("claribi_") else [f"{cls.variable('api_key')} does not begin with claribi_"]
        )

    @classmethod
    def sign_in(cls, values: Mapping[str, str], clock: Clock) -> httpx.Auth:
        origin = httpx.URL(values["url"])
        if values["auth_mode"] != "jwt":
            header, form = _KEY_FORMS[values["auth_mode"]]
            return KeyAuth(origin, header, form.format(values["api_key"]))
        base = values["url"].rstrip("/")
        return JwtAuth(
            origin,
            clock,
            cls.label,
            httpx.URL(f"{base}/api/auth/login/"),
            httpx.URL(f"{base}/api/auth/token/refresh/"),
            {"email": values["email"], "password": values["password"]},
        )

    @classmethod
    def make_budget(cls, name: str) -> Budget:
        # The vendor's pages disagree on the figures, so the headers alone are believed: windows of an hour.
        del name
        return Budget(window=3600.0, horizon=3900.0)


PLATFORM = Claribi
