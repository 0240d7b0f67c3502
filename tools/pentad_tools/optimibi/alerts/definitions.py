"""The definition of an alert: read as it is stored, changed in parts, told in words before it is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictFloat,
    StrictInt,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from pentad.errors import Rejected
from pentad.models import Row
from pentad.platforms.optimibi import Optimibi
from pentad.text import all_quoted, quoted, visible_json
from pentad_tools.optimibi.alerts.alerts import alert_named, stored_alert
from pentad_tools.optimibi.alerts.schedules import AsSchedule
from pentad_tools.optimibi.alerts.words import ALONE, MAIL, alert_row, mail_row, measures_in, recipients
from pentad_tools.optimibi.naming import spelt, unknown
from pentad_tools.optimibi.permissions.recipients import directory

# What the contract's AlertDefinition has; whatever else a list tells of an alert is of its schedule's state.
_MEMBERS = (
    "name",
    "title",
    "enabled",
    "pagePath",
    "componentId",
    "componentTitle",
    "rule",
    "qm",
    "cron",
    "channels",
    "emailConfig",
)
# Settings of a table's pages, with which the platform takes no query.
_PAGING = "datafor.query.paging."
_PEOPLE = ("to", "cc", "bcc")
_SAME = {"=": "==", "<>": "!="}
_TWO = ("between", "not between")
_SEVERAL = ("in", "not in")
# Of an alert in words, what is of its definition.
_TOLD = ("title", "report", "component", "condition", "schedule", "enabled")


def _some(value: Any) -> Any:
    return value if isinstance(value, list) or value is None else [value]


def _comparator(value: Any) -> Any:
    told = " ".join(value.lower().split()) if isinstance(value, str) else value
    return _SAME.get(told, told) if isinstance(told, str) else told


class Condition(BaseModel):
    """What a measure of the query is compared with."""

    model_config = ConfigDict(extra="forbid")
    measure: str
    comparator: Annotated[
        Literal[
            "<",
            ">",
            "<=",
            ">=",
            "==",
            "!=",
            "between",
            "not between",
            "in",
            "not in",
            "is empty",
            "is not empty",
        ],
        BeforeValidator(_comparator),
    ]
    value: Annotated[list[StrictInt | StrictFloat | str], BeforeValidator(_some)] = []
    match: Literal["any", "all"] = "any"

    @model_validator(mode="after")
    def _counted(self) -> Condition:
        wanted = 0 if self.comparator in ALONE else 2 if self.comparator in _TWO else 1
        enough = self.value if self.comparator in _SEVERAL else len(self.value) == wanted
        if not enough:
            told = "one or more values" if self.comparator in _SEVERAL else f"{wanted or 'no'} value(s)"
            raise PydanticCustomError(
                "values", "{sign} takes {told}", {"sign": self.comparator, "told": told}
            )
        return self


class Mail(BaseModel):
    """People by user name; what is not given stays as it is."""

    model_config = ConfigDict(extra="forbid")
    to: Annotated[list[str] | None, BeforeValidator(_some)] = None
    cc: Annotated[list[str] | None, BeforeValidator(_some)] = None
    bcc: Annotated[list[str] | None, BeforeValidator(_some)] = None
    subject: str | None = None
    content: str | None = None

    @model_validator(mode="after")
    def _named(self) -> Mail:
        people = [one for part in (self.to, self.cc, self.bcc) for one in part or ()]
        if any("@" in one or not one.strip() for one in people):
            raise PydanticCustomError("people", "people are told by user name, not by address")
        return self


_CONDITION = "Each {measure, comparator, value, match: any|all rows}."
AsConditions = Annotated[
    list[Condition],
    Field(min_length=1, max_length=20),
    BeforeValidator(lambda value: [value] if isinstance(value, dict) else value),
    WithJsonSchema({"type": "array", "items": {"type": "object"}, "description": _CONDITION}),
]
_MAIL = "{to, cc, bcc: user names; subject, content}"
AsMail = Annotated[Mail, WithJsonSchema({"type": "object", "description": _MAIL})]
Logical = Literal["and", "or"]


@dataclass(frozen=True)
class Changes:
    """What becomes different in a definition; None stays."""

    title: str | None = None
    enabled: bool | None = None
    conditions: AsConditions | None = None
    logical: Logical | None = None
    schedule: AsSchedule | None = None
    mail: AsMail | None = None


async def definition(optimibi: Optimibi, word: str, argument: str = "alert") -> dict[str, Any]:
    """A stored alert's definition, exactly. Raises NotFound, and Rejected where the server does not tell it:
    what was not read would be lost when it is sent back."""
    name = str((await alert_named(optimibi, word))["name"])
    raw = await stored_alert(optimibi, name)
    if raw is None:
        raise Rejected(
            f"This server does not tell what alert {name!r} watches, so that it cannot be sent back whole; "
            "the report's designer can change it.",
            problems={argument: ["its definition cannot be read"]},
            outcome="none",
        )
    return {member: raw[member] for member in _MEMBERS if member in raw}


async def changed(optimibi: Optimibi, now: Row, changes: Changes) -> dict[str, Any]:
    """The definition with these changes. Raises NotFound for a measure that its query does not have, and for
    a person whom the server does not know, who would get no mail."""
    then = dict(now)
    if changes.title is not None:
        then["title"] = changes.title
    if changes.enabled is not None:
        then["enabled"] = "1" if changes.enabled else "0"
    if changes.conditions or changes.logical:
        then["rule"] = _rule(now, changes)
    if changes.schedule is not None:
        then["cron"] = changes.schedule.cron(optimibi.call.clock.time())
    if changes.mail is not None:
        held = now.get("emailConfig")
        own = dict(held) if isinstance(held, Mapping) else {}
        then["emailConfig"] = own | await _mailed(optimibi, changes.mail)
    return then


async def _mailed(optimibi: Optimibi, mail: Mail) -> dict[str, Any]:
    """What is given of a mail, under the platform's names, with people as the server spells them."""
    given = mail.model_dump(exclude_none=True)
    told = {MAIL[name]: value for name, value in given.items() if name not in _PEOPLE}
    people = {name: value for name, value in given.items() if name in _PEOPLE}
    if not people:
        return told
    known = await directory(optimibi)
    return told | {
        MAIL[name]: [known.meant(optimibi, "mail", one, "user").name for one in value]
        for name, value in people.items()
    }


def _rule(now: Row, changes: Changes) -> dict[str, Any]:
    held = now.get("rule")
    rule: dict[str, Any] = dict(held) if isinstance(held, Mapping) else {"logical": "and"}
    if changes.conditions:
        measures = measures_in(now["qm"])
        rule["conditions"] = [_condition(one, measures) for one in changes.conditions]
    return rule | ({"logical": changes.logical} if changes.logical else {})


def _condition(asked: Condition, measures: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    names: dict[str, Mapping[str, Any]] = {}
    for key in ("id", "uniqueName", "name", "caption"):
        for one in measures:
            if one.get(key):
                names.setdefault(str(one[key]), one)
    name = spelt(asked.measure, names)
    if name is None:
        known = dict.fromkeys(str(one.get("caption") or one.get("name")) for one in measures)
        raise unknown("conditions", "measure", asked.measure, known, " in the query of the alert")
    found = names[name]
    return {
        "id": found.get("id") or found.get("uniqueName"),
        "uniqueName": found.get("uniqueName"),
        "comparator": asked.comparator,
        "value": asked.value,
        "match": asked.match,
    }


def unpaged(query: Row) -> dict[str, Any]:
    """A query without the settings of a table's pages."""
    held = query.get("properties")
    kept = (
        {name: one for name, one in held.items() if not name.startswith(_PAGING)}
        if isinstance(held, Mapping)
        else {}
    )
    return {**query, "properties": kept}


def in_words(raw: Row) -> dict[str, Any]:
    """What is watched, when, and who is mailed what, with everything spelled that cannot be seen."""
    told = alert_row(raw)
    words: dict[str, Any] = visible_json({name: told[name] for name in _TOLD if name in told})
    return words | {"mail": visible_json(mail_row(raw))}


def consequence(raw: Row) -> str:
    """Such as `it mails klind when 'Net amount < 5 in any row'`."""
    people = all_quoted(recipients(raw))
    rule = alert_row(raw).get("condition")
    return f"it mails {people or 'nobody'} when {quoted(str(rule), 200) if rule else 'its rule is met'}"
