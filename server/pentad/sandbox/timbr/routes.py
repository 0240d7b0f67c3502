"""The routes: what each path answers, and which convention of refusing it follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pentad.sandbox.asgi import Reply, html_reply, json_reply, matched
from pentad.sandbox.timbr import questions, refusals
from pentad.sandbox.timbr.access import bearer_account
from pentad.sandbox.timbr.background import POLL_PATH
from pentad.sandbox.timbr.context import Context, Work
from pentad.sandbox.timbr.refusals import RefusalError
from pentad.sandbox.timbr.searching import search_knowledge_base
from pentad.sandbox.timbr.statements import query, raw_query, read_concept, read_view

# The variables that ALLOWED_CONFIG_ENVS_IN_API names.
CONFIG = {"TIMBR_LLM_MODEL": "example-model", "JWT_TYPE": "custom"}


def _success(data: object) -> Reply:
    return json_reply({"status": "success", "data": data})


def get_token(context: Context) -> Reply:
    return _success([bearer_account(context.call, context.state.directory).token])


def get_user_token(context: Context) -> Reply:
    """Meant for a browser: the token as it is, or the way to the sign-in page."""
    directory = context.state.directory
    if f"session={directory.session}" in context.call.headers.get("cookie", "").split("; "):
        return refusals.text(200, directory.by_name("analyst").token)
    return refusals.text(302, "Redirecting").adding({"location": "/login/?next=/timbr/get_timbr_user_token/"})


def get_ontologies(context: Context) -> Reply:
    return _success([name for name in context.state.engine.ontologies if name in context.user.ontologies])


def get_ontology(context: Context) -> Reply:
    name = context.args["ontology"]
    statement = "SELECT concept FROM timbr.sys_concepts ORDER BY concept"
    rows = context.state.engine.rows(name, statement, context.user)
    return _success({"ontology": name, "concepts": [row["concept"] for row in rows]})


def show_ontologies(context: Context) -> Reply:
    """A bare array, with paging in headers."""
    statement = "SELECT ontology, description FROM timbr.sys_ontologies ORDER BY ontology"
    rows = context.state.engine.rows("system_db", statement, context.user)
    seen = [row for row in rows if row["ontology"] in context.user.ontologies]
    first = context.number("results-offset", 0)
    return json_reply(seen[first : first + context.cap])


def get_async_result(context: Context) -> Reply:
    state = context.state.jobs.state_of(context.args["response_id"], context.account.name, context.now)
    return json_reply({"error": "No such response"}, 404) if state is None else json_reply(state)


def get_config(context: Context) -> Reply:
    context.administer()
    name = context.args["name"]
    if name not in CONFIG:
        raise RefusalError(403, f"Reading {name} is not allowed")
    return _success(CONFIG[name])


def clear_cache(context: Context) -> Reply:
    context.administer()
    context.state.cleared[context.seen(context.args["ontology"])] += 1
    return _success("cleared")


def create_ontology(context: Context) -> Reply:
    if not context.state.creates_ontologies:
        return html_reply(404, "Not Found")
    context.administer()
    name = context.text("ontology_name")
    context.state.engine.create_ontology(name)
    return _success(name)


def mcp_health(context: Context) -> Reply:
    del context
    return json_reply({"status": "ok"})


@dataclass(frozen=True, slots=True)
class Route:
    """`media` is the content type asked for; an open route asks for no credential.

    `background` is what answers, later, a call that says `x-async: true`.
    """

    method: str
    path: str
    answer: Callable[[Context], Reply | Work]
    manner: refusals.Manner = refusals.SERVICE
    media: str | None = "application/json"
    open: bool = False
    background: Callable[[Context], Work] | None = None


_API, _OPEN = "/timbr/api", "/timbr/openapi"

ROUTES = (
    Route("POST", f"{_API}/get_token", get_token, open=True),
    Route("GET", "/timbr/get_timbr_user_token/", get_user_token, media=None, open=True),
    Route("GET", f"{_API}/mcp/health", mcp_health, media=None, open=True),
    Route("GET", f"{_API}/get_ontologies/", get_ontologies),
    Route("POST", f"{_API}/get_ontology/{{ontology}}", get_ontology, refusals.LOOK_UP),
    Route("POST", f"{_API}/query/", query),
    Route("GET", f"{_API}/q/{{ontology}}/concept/{{name}}", read_concept, refusals.LOOK_UP),
    Route("GET", f"{_API}/q/{{ontology}}/view/{{name}}", read_view, refusals.LOOK_UP),
    Route("POST", f"{_API}/kb/search", search_knowledge_base),
    Route("POST", f"{_API}/get_config/{{name}}", get_config),
    Route("POST", f"{_API}/clear_cache/{{ontology}}", clear_cache),
    Route("POST", f"{_API}/create_ontology/", create_ontology),
    Route(
        "POST",
        f"{_OPEN}/ontology/{{ontology}}/query",
        raw_query,
        refusals.ENGINE,
        media="application/text",
        background=raw_query,
    ),
    Route("GET", POLL_PATH, get_async_result, refusals.ENGINE, media=None),
    Route("GET", f"{_OPEN}/execute/show_ontologies", show_ontologies, media=None),
    Route("POST", f"{_OPEN}/execute/prompt", questions.execute_prompt, background=questions.execute_prompt),
    Route("POST", f"{_OPEN}/execute/answer", questions.answer_question),
)


def found(method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    for route in ROUTES:
        arguments = matched(route.path, path)
        if arguments is not None and route.method == method:
            return route, arguments
    return None


def is_known(path: str) -> bool:
    return any(matched(route.path, path) is not None for route in ROUTES)
