"""Timbr: three ways to sign in, two conventions of errors, gateways with their own view of final slashes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

import httpx2 as httpx

from pentad.clock import Clock
from pentad.errors import Malformed, NotFound, Rejected
from pentad.http.answers import Disguised, Explained, is_json
from pentad.http.auth import KeyAuth, same_origin
from pentad.http.connection import Connection
from pentad.http.pacing import Budget
from pentad.platforms import Platform, Setting
from pentad.platforms.timbr.signing_in import GrantedToken
from pentad.results.record import Stored

# Which setting signs in, and the header it is sent in; exactly one is given.
_FORMS: Mapping[str, str] = {"api_key": "x-api-key", "jwt": "x-jwt-token", "bearer": "x-api-key"}
# Settings that go along with a JWT, and their headers.
_WITH_JWT: Mapping[str, str] = {
    "jwt_tenant": "x-jwt-tenant-id",
    "jwt_issuer": "x-jwt-issuer",
    "jwt_client_id": "x-jwt-client-id",
    "jwt_nonce": "x-jwt-nonce",
}
_DENIED = re.compile(
    r"(?:no|not have|n't have) (?:access|permission|privilege)|HTTP Response code: 40[13]", re.IGNORECASE
)
# With HTTP 401, these may as well be about the credential.
_FORBIDDEN = re.compile(r"not (?:permitted|authori[sz]ed to)|access denied", re.IGNORECASE)
# Routes whose caller chooses the schema.
_READ = ("/query", "/timbr/api/q/")
_POLL = "/timbr/openapi/get-async-results/"
_BARE = ("/timbr/openapi/ontology/", _POLL)
_TELEMETRY = "the vendor's own telemetry of agent and benchmark runs"
_VENDOR_MCP = "part of the vendor's own MCP server and its OAuth sign-in"
_BOT = "serves the vendor's chat bots, not API users"


class Timbr(Platform):
    name = "timbr"
    label = "Timbr"
    settings = (
        Setting("api_key", "Timbr token, copied from the platform's welcome page", secret=True),
        Setting("url", "address of the environment, such as `https://timbr.example.com`"),
        Setting("jwt", "access token of the identity provider, in place of the Timbr token", secret=True),
        Setting("jwt_tenant", "tenant, with `jwt` where there are several"),
        Setting("jwt_issuer", "expected issuer, with `jwt` in Azure mode"),
        Setting("jwt_client_id", "expected audience, with `jwt` in Azure mode"),
        Setting("jwt_nonce", "nonce, with `jwt` in Azure mode"),
        Setting(
            "bearer", "encrypted bearer (`gAAAA…`) that gets a Timbr token, in place of one", secret=True
        ),
        Setting("impersonate", "user whose rows and permissions every call has"),
    )
    rows_in = ("data", "rows", "response")
    probe = "timbr_list_ontologies"
    hints: ClassVar[Mapping[int, str]] = {
        401: "The token may be wrong or expired, or belong to another environment or tenant; the user can "
        "copy it anew from the platform's welcome page.",
        404: "The name may be wrong, or this deployment may run without the service that answers here.",
    }
    vocabulary: ClassVar[Mapping[str, str]] = {
        "ontology": "knowledge graph kg semantic model",
        "concept": "class entity entities node table instances",
        "describe": "metadata concept properties relationships measures views",
        "properties": "columns attributes types",
        "relationship": "edge link join hop",
        "measures": "metrics aggregates sums",
        "view": "saved cube",
        "sql": "statement select show explain tags dtimbr vtimbr etimbr",
        "nested": "json objects inside related",
        "background": "async asynchronous job long",
        "ticket": "response id async job",
        "question": "natural language text prompt llm agent",
        "knowledge base": "curated examples samples",
        "cache": "redis",
        "config": "setting environment",
    }
    unexposed: ClassVar[Mapping[str, tuple[str, str]]] = {
        "issue_api_token": ("POST /timbr/api/get_token", "signs in; done by the server itself"),
        "get_user_token": (
            "GET /timbr/get_timbr_user_token/",
            "shows a credential, to a person in a browser",
        ),
        "fetch_conversation_history": (
            "GET /timbr/api/fetch_conversation_history/",
            "internal to the vendor's agents; shows what people asked",
        ),
        "fetch_prompt_template": (
            "POST /timbr/api/llm_prompts/{template}",
            "internal to the vendor's agents: their prompt texts",
        ),
        "call_mcp_server": ("POST /timbr/api/mcp/", _VENDOR_MCP),
        "check_mcp_health": ("GET /timbr/api/mcp/health", _VENDOR_MCP),
        "authorize_mcp_client": ("GET /timbr/api/oauth/authorize", _VENDOR_MCP),
        "exchange_mcp_code": ("POST /timbr/api/oauth/token", _VENDOR_MCP),
        "get_protected_resource_metadata": ("GET /.well-known/oauth-protected-resource", _VENDOR_MCP),
        "get_authorization_server_metadata": ("GET /.well-known/oauth-authorization-server", _VENDOR_MCP),
        "get_openid_configuration": ("GET /.well-known/openid-configuration", _VENDOR_MCP),
        "post_teams_message": ("POST /timbr/api/chatbot/teams/api/messages", _BOT),
        "check_chatbot_health": ("GET /timbr/api/chatbot/health", _BOT),
        "download_chatbot_result": ("GET /timbr/api/chatbot/download/{id}", _BOT),
        "log_agent_start": ("POST /timbr-server/log_agent/running", _TELEMETRY),
        "log_agent_step": ("POST /timbr-server/log_agent/running_update_step", _TELEMETRY),
        "log_agent_history": ("POST /timbr-server/log_agent/history", _TELEMETRY),
        "log_agent_trace": ("POST /timbr-server/log_agent/trace", _TELEMETRY),
        "log_benchmark_start": ("POST /timbr-server/log_benchmark/running", _TELEMETRY),
        "log_benchmark_progress": ("POST /timbr-server/log_benchmark/running_update_completed", _TELEMETRY),
        "log_benchmark_history": ("POST /timbr-server/log_benchmark/history", _TELEMETRY),
    }

    @classmethod
    def holder(cls, connection: Connection) -> str | None:
        user = connection.values.get("impersonate")
        return f"impersonating {user}" if user else None

    @classmethod
    def pending(cls, connection: Connection) -> list[str]:
        return [ticket for ticket, known in connection.memory.get("tickets", {}).items() if not known.ended]

    @property
    def impersonating(self) -> str | None:
        """The user whose rows and permissions come back in place of the credential's own."""
        return self.connection.values.get("impersonate")

    @property
    def identity(self) -> tuple[str, ...]:
        """Whose view of the platform the answers are: what is remembered for one must not serve another."""
        return tuple(self.connection.values.get(name, "") for name in ("impersonate", "jwt_tenant"))

    @property
    def _respelt(self) -> set[str]:
        """Paths that this environment wants with the other final slash."""
        found: set[str] = self.connection.memory.setdefault("respelt", set())
        return found

    def path(self, path: str) -> str:
        if self.operation.endpoint.template not in self._respelt:
            return path
        return path[:-1] if path.endswith("/") else f"{path}/"

    def respelt(self, response: httpx.Response) -> bool:
        # Learnt from what was sent, redirects included: calls that arrive together must not undo each
        # other's lesson.
        template = self.operation.endpoint.template
        wrong = _by_a_router(response)
        if wrong or response.is_success:
            as_documented = response.request.url.path.endswith("/") == template.endswith("/")
            (self._respelt.add if as_documented == wrong else self._respelt.discard)(template)
        return wrong

    def headers(self) -> Mapping[str, str]:
        # Demanded on every call, GET and body-less POST included; the raw route takes SQL as text.
        raw = self.operation.endpoint.template == "/timbr/openapi/ontology/{ontology}/query"
        return {"Content-Type": "application/text" if raw else "application/json"}

    def opened(self, data: Any) -> Any:
        """The payload as an object: a list becomes its `rows`, a bare value its `value`."""
        enveloped = isinstance(data, dict) and "status" in data and not self._is_bare(data)
        if enveloped and (data["status"] != "success" or _words(data.get("data"), strict=True)):
            raise Disguised(self.explain(200, data, ""))
        if not enveloped and not self._may_lack_status(data):
            raise Malformed(f"{self.label} answered without a status that tells success from failure.")
        payload = data.get("data") if enveloped else data
        if isinstance(payload, dict):
            return payload
        return {"rows": payload} if isinstance(payload, list | Stored) else {"value": payload}

    def _may_lack_status(self, data: Any) -> bool:
        """A read may answer with nothing but what was asked for; a change has to say that it was made."""
        bare = self.operation.endpoint.template.startswith(_BARE)
        return self.operation.effect == "read" and (bare or isinstance(data, dict | list | Stored))

    def _is_bare(self, data: Mapping[str, Any]) -> bool:
        template = self.operation.endpoint.template
        failed = data["status"] == "error" and not template.startswith(_POLL)
        return template.startswith(_BARE) and "data" not in data and not failed

    def explain(self, status: int, data: Any, text: str) -> Explained:
        template = self.operation.endpoint.template
        words = _words(data, strict=False) or (text.strip() if data is None else "")
        page = words.startswith("<")
        # Where a page is missing, the other spelling of its path may answer 405.
        missing = NotFound if status == 404 or (page and status == 405) else None
        if missing and template in _GONE and not (page and template.startswith(_BARE)):
            return Explained(None if page else words or None, kind=missing, hint=_GONE[template])
        if page:
            return Explained(kind=missing, hint=f"A web page came back ({self.page_hint()}).")
        if words and _denied(status, words):
            reads = any(part in template for part in _READ)
            return Explained(words, kind=Rejected, hint=f"{_LACKS_RIGHT}{_OTHER_SCHEMA if reads else '.'}")
        if status == 401:
            return Explained(words or None, hint=self._refused_hint)
        if missing and self._asks_a_model:
            return Explained(words or None, hint=f"{self.page_hint().capitalize()}.")
        said_of_statement = status == 200 or (status == 500 and self.operation.slow is not None)
        return Explained(words or None, kind=Rejected if said_of_statement else None)

    @property
    def _refused_hint(self) -> str | None:
        """What a refused credential means besides the general."""
        return _NO_GRANT if self.impersonating else _OLD_JWT if self.connection.values.get("jwt") else None

    @property
    def _asks_a_model(self) -> bool:
        return "/execute/" in self.operation.endpoint.template

    def page_hint(self) -> str:
        service = "a language model" if self._asks_a_model else "the REST service, timbr-api"
        return f"this deployment may run without {service}, or a gateway or sign-in page answered"

    @classmethod
    def lacking(cls, values: Mapping[str, str]) -> list[str]:
        given = [name for name in _FORMS if values.get(name)]
        if len(given) > 1:
            return [f"only one of {', '.join(map(cls.variable, given))} can be used"]
        found = cls.bad_key(given[0] if given else "api_key", values[given[0]] if given else "")
        beside = [name for name in (*_WITH_JWT, "impersonate") if name in values]
        found += [wrong for name in beside for wrong in cls.bad_key(name, values[name])]
        if given != ["jwt"]:
            found += [f"{cls.variable(name)} goes with a JWT only" for name in _WITH_JWT if name in values]
        return found

    @classmethod
    def sign_in(cls, values: Mapping[str, str], clock: Clock) -> httpx.Auth:
        origin = httpx.URL(values["url"])
        form = next(name for name in _FORMS if values.get(name))
        beside = {header: values[name] for name, header in _WITH_JWT.items() if name in values}
        if "impersonate" in values:
            beside["x-api-impersonate-user"] = values["impersonate"]
        if form != "bearer":
            return KeyAuth(origin, _FORMS[form], values[form], beside)
        return GrantedToken(origin, clock, cls.label, values["bearer"], _FORMS[form], beside)

    @classmethod
    def make_budget(cls, name: str) -> Budget:
        # No limit is documented; only the headers of a 429, if any, are believed.
        del name
        return Budget(window=60.0, horizon=300.0)


# What an HTTP 404 means where the route itself may be missing, or its answer be gone.
_GONE: Mapping[str, str] = {
    "/timbr/api/create_ontology/": "Newer releases create ontologies with the SQL statement CREATE ONTOLOGY "
    "only, which an administrator can run.",
    "/timbr/openapi/get-async-results/{response_id}": "The result is unknown, has expired, or was collected "
    "before, which is possible once; run the statement again.",
}
_LACKS_RIGHT = "The credential works, but its user lacks the right, which an administrator can grant"
_OTHER_SCHEMA = "; another schema may be allowed: SHOW TABLES IN vtimbr lists views."
_OLD_JWT = (
    "The JWT may have expired, or be meant for another audience or tenant; the user can set a new one and "
    "restart."
)
_NO_GRANT = (
    "Either the token is wrong or expired, or its user may not act for the one that "
    "PENTAD_TIMBR_IMPERSONATE names: an administrator can allow it (GRANT AUTH ON user.<target> TO USER "
    "<caller>), which takes effect after some seconds."
)


def _words(said: Any, *, strict: bool) -> str:
    """The sentence in an error body of any form; `strict` looks at the member `error` only."""
    if isinstance(said, str):
        return "" if strict else said
    if not isinstance(said, dict):
        return ""
    members = ("error",) if strict else ("error", "data", "message", "detail")
    return next((found for name in members if (found := _words(said.get(name), strict=False))), "")


def _denied(status: int, words: str) -> bool:
    """Whether a refusal is about the user's rights; the HTTP status alone does not tell."""
    if status not in (200, 400, 401, 403, 500):
        return False
    return bool(_DENIED.search(words) or (status != 401 and _FORBIDDEN.search(words)))


def _by_a_router(response: httpx.Response) -> bool:
    """Whether a path was refused by something that knows paths only: a final slash may be what it misses."""
    if response.has_redirect_location:
        ours = response.request.url
        target = ours.join(response.headers["location"])
        return same_origin(target, ours) and target.path == _flipped(ours.path)
    if response.status_code not in (404, 405):
        return False
    body = response.content.strip()
    return not body or body.startswith(b"<") or (is_json(response) and b'"detail"' in body)


def _flipped(path: str) -> str:
    return path[:-1] if path.endswith("/") else f"{path}/"


PLATFORM = Timbr
