"""Alerts and jobs, as they are listed; jobs that are scheduled."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

from pentad.sandbox.asgi import Reply
from pentad.sandbox.optimibi.alert_records import Alert, jobs, record
from pentad.sandbox.optimibi.context import Context, count_of
from pentad.sandbox.optimibi.cubes import mapping
from pentad.sandbox.optimibi.refusals import RefusalError
from pentad.sandbox.optimibi.routing import Route

PAGE = 20


def readable(context: Context, one: Alert) -> bool:
    """Whoever may not read the report of an alert is not told of it, unless it is their own."""
    node = context.state.nodes.get(one.page)
    return one.by == context.user.username or context.user.admin or bool(node and node.readable(context.user))


def _record(context: Context, one: Alert) -> dict[str, Any]:
    state = context.state
    return record(state.dice, one, state.born, newer=state.newer, page_exists=one.page in state.nodes)


def list_alerts(context: Context) -> dict[str, Any]:
    """Paged in the newer edition."""
    form, state = context.form(), context.state
    page, component = form.get("pagePath"), form.get("componentId")
    found = [one for one in state.alerts.values() if readable(context, one) and page in (None, "", one.page)]
    rows = [_record(context, one) for one in found]
    rows = [row for row in rows if component in (None, "", row.get("componentId"))]
    if state.newer:
        start = count_of(form.get("start"), 0)
        rows = rows[start : start + count_of(form.get("limit"), PAGE)]
    return {"success": True, "data": rows}


def get_alert(context: Context) -> dict[str, Any]:
    one = context.state.alerts.get(context.param("name"))
    if one is None or not readable(context, one):
        raise RefusalError("alert does not exist", "404")
    return {"success": True, "data": _record(context, one)}


def list_jobs(context: Context) -> Any:
    """XML, unless JSON is asked for."""
    state, user = context.state, context.user
    whose = None if user.admin else user.username
    rows = jobs(list(state.alerts.values()), state.dice, state.born, whose)
    rows += [row for row in state.jobs if whose in (None, row["userName"])]
    if "json" in context.call.headers.get("accept", ""):
        return {"job": rows}
    text = "".join(f"<job><jobId>{escape(row['jobId'])}</jobId></job>" for row in rows)
    return Reply(200, f"<jobs>{text}</jobs>".encode(), {"content-type": "application/xml"})


def create_job(context: Context) -> Any:
    """A job that runs a file of the repository. The interval comes in milliseconds, as the page has it, and
    the list tells seconds. The answer is the wrapper, or the id as plain text, as in the platform below."""
    state, user, body = context.state, context.user, context.fields()
    trigger = mapping(body.get("simpleJobTrigger"))
    needed = ("uiPassParam", "repeatInterval", "repeatCount", "startTime")
    if not body.get("jobName") or not body.get("timeZone") or any(name not in trigger for name in needed):
        raise RefusalError("trigger not accepted", None)
    if not user.authors:
        raise RefusalError("no permission", "403", 403)
    node = state.nodes.get(str(body.get("inputFile") or ""))
    if node is None or node.folder or not node.readable(user):
        raise RefusalError("input file does not exist", "404", 404)
    state.made += 1
    state.jobs.append(_job(context, body, trigger))
    made = state.jobs[-1]["jobId"]
    return Reply(200, made.encode(), {"content-type": "text/plain"}) if state.job_answer == "text" else _DONE


_DONE = {"success": True}


def _job(context: Context, body: dict[str, Any], trigger: dict[str, Any]) -> dict[str, Any]:
    user, name = context.user.username, str(body["jobName"])
    given = {"inputFile": body["inputFile"], "outputFile": body.get("outputFile")}
    return {
        "jobId": f"{user}\t{name}\t{context.state.dice.word(f'made job:{context.state.made}', 8)}",
        "jobName": name,
        "groupName": user,
        "userName": user,
        "state": "NORMAL",
        "nextRun": str(trigger["startTime"]),
        "jobParams": {
            "jobParams": [{"name": each, "value": value} for each, value in given.items() if value]
        },
        "jobTrigger": {
            "@type": "simpleJobTrigger",
            "startTime": str(trigger["startTime"]),
            "duration": "-1",
            "repeatCount": str(trigger["repeatCount"]),
            "repeatInterval": str(int(trigger["repeatInterval"]) // 1000),
        },
    }


ROUTES = (Route("POST", "/api/scheduler/job", "create_scheduled_job", create_job),)
