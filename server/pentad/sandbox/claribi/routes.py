"""What each operation answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pentad.sandbox.asgi import Reply, json_reply
from pentad.sandbox.claribi.context import Context, page_of
from pentad.sandbox.claribi.files import file_reply, link
from pentad.sandbox.claribi.identity import (
    auth_status,
    billing_usage,
    log_in,
    refresh_token,
    tool_catalog,
    usage,
    verify_key,
)
from pentad.sandbox.claribi.records import Dashboard, Report
from pentad.sandbox.claribi.refusals import RefusalError

_SOURCE_FILTERS = {
    "status": ("active", "paused", "error"),
    "type": ("database", "api", "file", "cloud"),
}


def list_reports(context: Context) -> Reply:
    return page_of(context, [report.brief(context.now) for report in context.state.reports.values()])


def get_report(context: Context) -> Reply:
    return json_reply(context.found(context.state.reports, "Report").full(context.now))


def generate_report(context: Context) -> Reply:
    report = context.found(context.state.reports, "Report")
    context.members()
    return _generate(context, report, 200)


def create_generated_report(context: Context) -> Reply:
    members = context.members(("title", "output_format", "template_id"))
    chosen = members.get("output_format", "pdf")
    if chosen not in ("pdf", "csv", "xlsx"):
        raise RefusalError(400, "bad_request", f"output_format: {chosen} is not a known format.")
    template = members.get("template_id")
    state, user = context.state, context.caller.user
    report = Report(
        id=state.next_id(state.reports),
        label=context.text(members, "title"),
        settled="pending",
        output_format=chosen,
        created=context.now,
        owner={"id": user.id, "name": f"{user.first_name} {user.last_name}"},
        cost=2 if template is None else 5,
        rows=0 if template is None else 40,
        template_id=template,
    )
    reply = _generate(context, report, 201)
    state.reports[report.id] = report
    return reply


def _generate(context: Context, report: Report, status: int) -> Reply:
    context.state.charge(context.caller.account, "report", report.id, report.cost)
    context.state.start(report, context.now)
    return json_reply(report.full(context.now), status)


def download_report(context: Context) -> Reply:
    report = context.found(context.state.reports, "Report")
    status = report.status(context.now)
    if status != "completed":
        message = f"Report with ID {report.id} has no file: its status is {status}"
        raise RefusalError(404, "report_not_ready", message)
    if report.delivery == "bytes":
        return file_reply(report)
    address = link(context.state, context.call, report, context.now)
    if report.delivery == "redirect":
        return Reply(302, b"", {"location": address})
    return json_reply({"download_url": address})


def delete_report(context: Context) -> Reply:
    del context.state.reports[context.found(context.state.reports, "Report").id]
    return Reply(204)


def list_dashboards(context: Context) -> Reply:
    return page_of(context, [board.brief() for board in context.state.dashboards.values()])


def get_dashboard(context: Context) -> Reply:
    return json_reply(context.found(context.state.dashboards, "Dashboard").full())


def refresh_dashboard(context: Context) -> Reply:
    board = context.found(context.state.dashboards, "Dashboard")
    context.state.charge(context.caller.account, "dashboard", board.id, 1)
    board.refresh(context.now)
    return json_reply(board.full())


def create_dashboard(context: Context) -> Reply:
    members, state = context.members(), context.state
    board = Dashboard(
        state.next_id(state.dashboards),
        context.text(members, "name"),
        context.now,
        details=_details(members),
    )
    state.dashboards[board.id] = board
    return json_reply(board.full(), 201)


def update_dashboard(context: Context) -> Reply:
    board = context.found(context.state.dashboards, "Dashboard")
    members = context.members()
    if "name" in members:
        board.name = context.text(members, "name")
    board.details.update(_details(members))
    board.updated = context.now
    return json_reply(board.full())


def _details(members: dict[str, Any]) -> dict[str, Any]:
    """Members that a client may set; what the platform itself keeps is not among them."""
    own = ("id", "name", "status", "updated_at", "url", "widget_count", "widgets")
    return {name: value for name, value in members.items() if name not in own}


def delete_dashboard(context: Context) -> Reply:
    board = context.found(context.state.dashboards, "Dashboard")
    del context.state.dashboards[board.id]
    return json_reply({"deleted": True, "id": board.id})


def list_data_sources(context: Context) -> Reply:
    active = [one.full() for one in context.state.sources.values() if one.status == "active"]
    return page_of(context, active)


def get_data_source(context: Context) -> Reply:
    """The versioned family knows active sources only."""
    active = {id_: one for id_, one in context.state.sources.items() if one.status == "active"}
    return json_reply(context.found(active, "Data source").full())


def list_all_data_sources(context: Context) -> Reply:
    rows = [one.full() for one in context.state.sources.values()]
    for name, allowed in _SOURCE_FILTERS.items():
        wanted = context.call.param(name)
        if wanted is None:
            continue
        if wanted not in allowed:
            raise RefusalError(400, "bad_request", f"{name}: {wanted} is not one of {', '.join(allowed)}.")
        rows = [row for row in rows if row[name] == wanted]
    return page_of(context, rows)


def get_any_data_source(context: Context) -> Reply:
    return json_reply(context.found(context.state.sources, "Data source").full())


def list_forecasts(context: Context) -> Reply:
    if context.caller.account.tier == "trial":
        raise RefusalError(403, "plan_required", "Forecasts are part of Starter and higher plans.")
    return page_of(context, context.state.forecasts)


@dataclass(frozen=True, slots=True)
class Route:
    """`right` is the permission asked for; an open route needs no credential."""

    method: str
    path: str
    answer: Callable[[Context], Reply]
    right: str | None = None
    bucket: str = "general"
    open: bool = False


_REPORT = "/api/v1/reports/{id}"
_DASHBOARD = "/api/v1/dashboards/{id}"

ROUTES = (
    Route("POST", "/api/auth/login/", log_in, open=True),
    Route("POST", "/api/auth/token/refresh/", refresh_token, open=True),
    Route("GET", "/api/auth/status/", auth_status),
    Route("GET", "/api/v1/auth/verify/", verify_key),
    Route("GET", "/api/v1/usage/", usage, "usage:read"),
    Route("GET", "/api/billing/usage/", billing_usage),
    Route("GET", "/api/v1/reports", list_reports, "reports:read"),
    Route("POST", "/api/v1/reports/generate/", create_generated_report, "reports:generate", "generation"),
    Route("GET", _REPORT, get_report, "reports:read"),
    Route("DELETE", _REPORT, delete_report, "reports:delete"),
    Route("POST", f"{_REPORT}/generate", generate_report, "reports:generate", "generation"),
    Route("GET", f"{_REPORT}/download", download_report, "reports:read"),
    Route("GET", "/api/v1/dashboards", list_dashboards, "dashboards:read"),
    Route("POST", "/api/v1/dashboards", create_dashboard, "dashboards:create"),
    Route("GET", _DASHBOARD, get_dashboard, "dashboards:read"),
    Route("PATCH", _DASHBOARD, update_dashboard, "dashboards:update"),
    Route("DELETE", _DASHBOARD, delete_dashboard, "dashboards:delete"),
    Route("POST", f"{_DASHBOARD}/refresh", refresh_dashboard, "dashboards:refresh", "generation"),
    Route("GET", "/api/v1/data-sources", list_data_sources, "data_sources:read"),
    Route("GET", "/api/v1/data-sources/{id}", get_data_source, "data_sources:read"),
    Route("GET", "/api/v1/forecasts/", list_forecasts),
    Route("GET", "/api/reports/", list_reports, "reports:read"),
    Route("GET", "/api/dashboards/", list_dashboards, "dashboards:read"),
    Route("GET", "/api/data-sources/", list_all_data_sources, "data_sources:read"),
    Route("GET", "/api/data-sources/{id}/", get_any_data_source, "data_sources:read"),
    Route("GET", "/api/mcp-server/tool-catalog/", tool_catalog, open=True),
)
