"""Alerts and jobs."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

from pentad.sandbox.asgi import Reply
from pentad.sandbox.optimibi.alert_records import jobs, record
from pentad.sandbox.optimibi.alerts import Alert
from pentad.sandbox.optimibi.context import Context, count_of
from pentad.sandbox.optimibi.refusals import RefusalError

PAGE = 20


def _readable(context: Context) -> list[Alert]:
    """Those of readable reports; whoever may not read the report of an alert is not told of it."""
    nodes = context.state.nodes
    return [
        one
        for one in context.state.alerts.values()
        if context.user.admin or (one.page in nodes and nodes[one.page].readable(context.user))
    ]


def list_alerts(context: Context) -> dict[str, Any]:
    """Paged in the newer edition."""
    form, state = context.form(), context.state
    page, component = form.get("pagePath"), form.get("componentId")
    found = [one for one in _readable(context) if page in (None, "", one.page)]
    rows = [record(state.dice, one, state.born, newer=state.newer) for one in found]
    rows = [row for row in rows if component in (None, "", row["componentId"])]
    if state.newer:
        start = count_of(form.get("start"), 0)
        rows = rows[start : start + count_of(form.get("limit"), PAGE)]
    return {"success": True, "data": rows}


def get_alert(context: Context) -> dict[str, Any]:
    state = context.state
    for one in _readable(context):
        if one.name == context.param("name"):
            return {"success": True, "data": record(state.dice, one, state.born, newer=state.newer)}
    raise RefusalError("alert does not exist", "404")


def list_jobs(context: Context) -> Any:
    """XML, unless JSON is asked for."""
    state, user = context.state, context.user
    rows = jobs(list(state.alerts.values()), state.dice, state.born, None if user.admin else user.username)
    if "json" in context.call.headers.get("accept", ""):
        return {"job": rows}
    text = "".join(f"<job><jobId>{escape(row['jobId'])}</jobId></job>" for row in rows)
    return Reply(200, f"<jobs>{text}</jobs>".encode(), {"content-type": "application/xml"})
