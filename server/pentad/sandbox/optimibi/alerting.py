"""Alerts that are stored, changed and taken away, and what happens when one is run: whom it mails."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pentad.sandbox.optimibi.alert_records import Alert, job_id
from pentad.sandbox.optimibi.context import Context
from pentad.sandbox.optimibi.cubes import Query, mapping, members_of
from pentad.sandbox.optimibi.modelling import computed
from pentad.sandbox.optimibi.refusals import RefusalError
from pentad.sandbox.optimibi.routing import NEWER, D, Route
from pentad.sandbox.optimibi.watching import readable

_PAGING = "datafor.query.paging."
_DONE = {"success": True, "msg": "success"}


def _definition(context: Context) -> dict[str, Any]:
    """The definition that was sent. Raises RefusalError for a body in another encoding, which is not seen,
    and for what cannot be stored."""
    body = context.fields()
    missing = [name for name in ("name", "rule", "qm") if not body.get(name)]
    if missing:
        raise RefusalError(f"parameter {missing[0]} cannot be empty", "400")
    properties = mapping(mapping(body["qm"]).get("properties"))
    if any(name.startswith(_PAGING) for name in properties):
        raise RefusalError("paging properties are not supported in alerts", "400")
    return body


def _governed(context: Context, one: Alert) -> None:
    if not context.user.admin and one.by != context.user.username:
        raise RefusalError("no permission", "403")


def _stored(context: Context, body: dict[str, Any], by: str) -> Alert:
    made = Alert(by, body)
    context.state.alerts[made.name] = made
    return made


def create_alert(context: Context) -> dict[str, Any]:
    body = _definition(context)
    if not context.user.authors:
        raise RefusalError("no permission", "403")
    if str(body["name"]) in context.state.alerts:
        raise RefusalError("already exists", "409")
    made = _stored(context, body, context.user.username)
    return _DONE | ({"jobId": job_id(context.state.dice, made)} if context.state.newer else {})


def update_alert(context: Context) -> dict[str, Any]:
    """What is left out is gone; an unknown name makes a new alert."""
    body = _definition(context)
    known = context.state.alerts.get(str(body["name"]))
    if known is None and not context.user.authors:
        raise RefusalError("no permission", "403")
    if known is not None:
        _governed(context, known)
    _stored(context, body, known.by if known else context.user.username)
    return _DONE


def delete_alert(context: Context) -> dict[str, Any]:
    name = context.form().get("name", "")
    known = context.state.alerts.get(name)
    if known is None:
        raise RefusalError("not found", "404")
    _governed(context, known)
    del context.state.alerts[name]
    return _DONE


def execute_stored(context: Context) -> dict[str, Any]:
    known = context.state.alerts.get(context.form().get("name", ""))
    if known is None:
        raise RefusalError("not found", "404")
    if not readable(context, known):
        raise RefusalError("no permission", "403")
    return _run(context, known.definition)


def execute_alert(context: Context) -> dict[str, Any]:
    """One address for two calls in the older edition, which go by the encoding."""
    if not context.state.newer and context.form():
        return execute_stored(context)
    body = _definition(context)
    if not readable(context, Alert("", body)):
        raise RefusalError("no permission", "403")
    return _run(context, body)


def _run(context: Context, body: Mapping[str, Any]) -> dict[str, Any]:
    """Only the newer edition says what came of it."""
    found = _matching(context, body)
    mail = mapping(body.get("emailConfig"))
    if found is not None and mail:
        people = {name: [str(one) for one in members_of(mail.get(name))] for name in _PEOPLE}
        content = str(mail.get("content") or "").replace("${value}", str(found))
        told = {"alert": body["name"], **people, "subject": mail.get("subject"), "content": content}
        context.state.mails.append(told)
    if not context.state.newer:
        return _DONE
    return {"success": True, "code": "200", "data": _SENT if found is not None else _UNMATCHED}


_PEOPLE = ("toUsers", "ccUsers", "bccUsers")
_SENT, _UNMATCHED = "send mail success", "not match condition"


def _matching(context: Context, body: Mapping[str, Any]) -> Any:
    """A value that meets the rule, as text where it is none; None where the rule is not met."""
    asked, rows = computed(context, mapping(body["qm"]), "500")
    rule = mapping(body["rule"])
    found = [_met(asked, rows, mapping(one)) for one in members_of(rule.get("conditions"))]
    met = [one for one in found if one is not None]
    enough = len(met) == len(found) if rule.get("logical") == "and" else bool(met)
    return met[0] if met and enough else None


def _met(asked: Query, rows: Sequence[Sequence[Any]], condition: Mapping[str, Any]) -> Any:
    """The first value of the measure that meets a condition; "" for an empty one."""
    named = (condition.get("id"), condition.get("uniqueName"))
    places = [
        at for at, one in enumerate(asked.measures) if f"{one.name}.1" == named[0] or one.unique == named[1]
    ]
    if not places:
        raise RefusalError(f"query failed: no measure {named[0]}", "500")
    at = len(asked.rows) + len(asked.columns) + places[0]
    values = [row[at] for row in rows]
    test = _COMPARATORS.get(str(condition.get("comparator")))
    if test is None:
        raise RefusalError("comparator is not supported", "400")
    given = members_of(condition.get("value"))
    hits = [value for value in values if test(value, given)]
    whole = condition.get("match") != "all" or len(hits) == len(values)
    return (hits[0] if hits[0] is not None else "") if hits and whole else None


def _alike(*values: Any) -> tuple[Any, ...]:
    """All as numbers where all are some, else all as texts."""
    try:
        return tuple(float(one) for one in values)
    except (TypeError, ValueError):
        return tuple(map(str, values))


def _compared(test: Callable[[Any, Any], bool]) -> Callable[[Any, list[Any]], bool]:
    """A comparison of a value with one that is given; nothing is neither more nor less than anything."""
    return lambda value, given: value is not None and len(given) == 1 and test(*_alike(value, given[0]))


def _between(value: Any, given: list[Any]) -> bool:
    if value is None or len(given) != 2:
        return False
    low, middle, high = _alike(given[0], value, given[1])
    return bool(low <= middle <= high)


def _among(value: Any, given: list[Any]) -> bool:
    pairs = (_alike(value, one) for one in given)
    return any(one == other for one, other in pairs)


_COMPARATORS: Mapping[str, Callable[[Any, list[Any]], bool]] = {
    "<": _compared(lambda one, other: one < other),
    ">": _compared(lambda one, other: one > other),
    "<=": _compared(lambda one, other: one <= other),
    ">=": _compared(lambda one, other: one >= other),
    "==": _compared(lambda one, other: one == other),
    "!=": _compared(lambda one, other: one != other),
    "between": _between,
    "not between": lambda value, given: value is not None and not _between(value, given),
    "in": _among,
    "not in": lambda value, given: not _among(value, given),
    "is empty": lambda value, given: value is None and not given,
    "is not empty": lambda value, given: value is not None and not given,
}

ROUTES = (
    Route("POST", f"{D}/alert/add", "create_alert", create_alert),
    Route("POST", f"{D}/alert/update", "update_alert", update_alert),
    Route("POST", f"{D}/alert/delete", "delete_alert", delete_alert),
    Route("POST", f"{D}/alert/executeByName", "execute_alert_by_name", execute_stored, NEWER),
    Route("POST", f"{D}/alert/execute", "execute_alert", execute_alert),
)
