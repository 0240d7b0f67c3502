"""When an alert runs: as it is asked for, and as the platform's scheduler takes it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, tzinfo
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from pentad.text import nearest, shorten

# The scheduler counts days from Sunday.
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_KINDS = {"day": "DAILY", "week": "WEEKLY", "month": "MONTHLY"}


def _day(value: Any) -> Any:
    return value.strip().lower()[:3] if isinstance(value, str) else value


def zone_of(name: str) -> tzinfo:
    """A time zone by its name in the common database. Raises PydanticCustomError with the nearest."""
    if name in ("UTC", "Etc/UTC", "GMT"):
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        near = ", ".join(nearest(name, available_timezones(), 3))
        hint = f"; did you mean {near}?" if near else ", such as Europe/Oslo"
        told = {"name": repr(shorten(name, 60)), "hint": hint}
        raise PydanticCustomError("time_zone", "there is no time zone {name}{hint}", told) from error


def _zone(value: str) -> str:
    zone_of(value)
    return value


Zone = Annotated[str, Field(min_length=1, max_length=60), AfterValidator(_zone)]


class Schedule(BaseModel):
    """`days` are those of a week, else that of `start`; months go by the day of `start`. Times are those of
    `zone`."""

    model_config = ConfigDict(extra="forbid")
    every: Literal["hour", "day", "week", "month"]
    at: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    days: list[
        Annotated[Literal["sun", "mon", "tue", "wed", "thu", "fri", "sat"], BeforeValidator(_day)]
    ] = []
    start: date | None = Field(None, validation_alias=AliasChoices("start", "from"))
    until: date | None = None
    zone: Zone = "UTC"

    def cron(self, now: float) -> dict[str, Any]:
        """The trigger, which begins today unless it is told when; `now` in epoch seconds."""
        zone = zone_of(self.zone)
        start = self.start or datetime.fromtimestamp(now, zone).date()
        begin = datetime.combine(start, time.fromisoformat(self.at), zone)
        end = datetime.combine(self.until, time(23, 59, 59), zone) if self.until else None
        trigger: dict[str, Any] = {
            "uiPassParam": _KINDS.get(self.every, "HOURS"),
            "startTime": begin.isoformat(timespec="milliseconds"),
            "endTime": end.isoformat(timespec="milliseconds") if end else None,
        }
        if self.every == "hour":
            trigger["repeatInterval"] = 3600
        if self.every == "week":
            days = [_DAYS.index(day) for day in self.days] or [start.isoweekday() % 7]
            trigger["daysOfWeek"] = [str(day) for day in days]
        return {"complexJobTrigger": trigger}


_SHAPE = "{every: hour|day|week|month, at: 07:30, days: [mon], start, until: dates, zone}"
AsSchedule = Annotated[Schedule, WithJsonSchema({"type": "object", "description": _SHAPE})]
