"""Alerts in words: what is watched, when, and whom it tells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pentad.models import Row
from pentad_tools.optimibi.times import flag, schedule, told_time

# Members of a mail, and what they are called in arguments.
MAIL: Mapping[str, str] = {
    "to": "toUsers",
    "cc": "ccUsers",
    "bcc": "bccUsers",
    "subject": "subject",
    "content": "content",
}
# Comparators that take no value.
ALONE = ("is empty", "is not empty")


def alert_row(raw: Row) -> dict[str, Any]:
    """An alert in words; what is not told is left out."""
    told = {
        "name": raw.get("name"),
        "title": raw.get("title"),
        "report": raw.get("pagePath"),
        "report_missing": True if raw.get("pageExists") is False else None,
        "component": raw.get("componentTitle") or raw.get("componentId"),
        "condition": condition(raw.get("rule"), _captions(raw.get("qm"))),
        "schedule": schedule(raw.get("cron")),
        "enabled": flag(raw.get("enabled")),
        "state": raw.get("state"),
        "last_run": told_time(raw.get("lastRun")),
        "next_run": told_time(raw.get("nextRun")),
        "executor": raw.get("executor"),
    }
    return {name: value for name, value in told.items() if value not in (None, "")}


def mail_row(raw: Row) -> dict[str, Any]:
    """Whom an alert mails, and what."""
    mail = raw.get("emailConfig")
    return {name: mail[name] for name in MAIL.values() if mail.get(name)} if isinstance(mail, Mapping) else {}


def recipients(raw: Row) -> list[str]:
    """Everybody whom an alert mails, by user name."""
    mail = _member(raw, "emailConfig")
    return list(
        dict.fromkeys(str(one) for name in ("toUsers", "ccUsers", "bccUsers") for one in _list(mail, name))
    )


def condition(rule: Any, captions: Mapping[str, str]) -> str | None:
    """A rule such as `Net amount < 25000 in any row or Cost is empty in any row`."""
    parts = rule.get("conditions") if isinstance(rule, Mapping) else None
    if not isinstance(parts, list) or not parts:
        return None
    told = [_condition(part, captions) for part in parts if isinstance(part, Mapping)]
    return f" {rule.get('logical') or 'and'} ".join(told)


def query_in_words(query: Any) -> dict[str, Any] | None:
    """Model, measures and levels of a stored query."""
    if not isinstance(query, Mapping):
        return None
    return {
        "model": _member(query, "cube").get("name"),
        "measures": [_called(one) for one in measures_in(query)],
        "levels": [_called(one) for one in levels_in(query)],
    }


def measures_in(query: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    measures = _member(_member(query, "queryModel"), "details").get("measures")
    return [one for one in measures if isinstance(one, Mapping)] if isinstance(measures, list) else []


def levels_in(query: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The levels on the rows and columns of a stored query."""
    axes = _member(_member(query, "queryModel"), "axes")
    hierarchies = [one for name in ("ROWS", "COLUMNS") for one in _list(_member(axes, name), "hierarchies")]
    return [
        one for each in hierarchies for one in _member(each, "levels").values() if isinstance(one, Mapping)
    ]


def _member(of: Any, name: str) -> Mapping[str, Any]:
    found = of.get(name) if isinstance(of, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _list(of: Mapping[str, Any], name: str) -> list[Any]:
    found = of.get(name)
    return found if isinstance(found, list) else []


def _called(part: Mapping[str, Any]) -> str:
    return str(part.get("caption") or part.get("name") or part.get("uniqueName") or "")


def _captions(query: Any) -> dict[str, str]:
    """By measure id, what people call it."""
    measures = measures_in(query) if isinstance(query, Mapping) else []
    return {
        str(one.get(key)): _called(one) for one in measures for key in ("id", "uniqueName") if one.get(key)
    }


def _condition(part: Mapping[str, Any], captions: Mapping[str, str]) -> str:
    ids = [str(part.get(key)) for key in ("id", "uniqueName") if part.get(key)]
    measure = next((captions[one] for one in ids if one in captions), ids[-1] if ids else "?")
    comparator, sent = str(part.get("comparator") or "?"), part.get("value")
    values = [str(one) for one in sent] if isinstance(sent, list) else [] if sent is None else [str(sent)]
    joined = (" and " if "between" in comparator else ", ").join(values)
    told = measure if comparator in ALONE or not joined else f"{measure} {comparator} {joined}"
    told = f"{measure} {comparator}" if comparator in ALONE else told
    return f"{told} in {'every' if part.get('match') == 'all' else 'any'} row"
