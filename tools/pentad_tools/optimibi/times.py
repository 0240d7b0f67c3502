"""Times and flags in the spellings the platform has for them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pentad.errors import Malformed
from pentad.text import whole_number

_EPOCH = re.compile(r"-?\d{9,15}")
_ISO = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?")
_DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")


def told_time(value: Any) -> str | None:
    """A time to the minute: epoch milliseconds as UTC, texts with their own offset; other texts as they
    are."""
    text = str(value).strip() if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if _EPOCH.fullmatch(text):
        try:
            return f"{datetime.fromtimestamp(int(text) / 1000, UTC):%Y-%m-%d %H:%M} UTC"
        except (OverflowError, ValueError, OSError):
            return text
    found = _ISO.fullmatch(text)
    if found is None:
        return text or None
    offset = (found[3] or "").replace("Z", "+00:00")
    return (
        f"{found[1]} {found[2]}{' UTC' if offset in ('+00:00', '+0000') else f' {offset}' if offset else ''}"
    )


def flag(value: Any) -> bool | None:
    """Flags are true, "true", "1" or 1; None where nothing is told."""
    if value is None or value == "":
        return None
    return value is True or str(value).lower() in ("1", "true")


def existence(members: Mapping[str, Any]) -> bool:
    """Whether something exists, which is all that such an answer is about. Raises Malformed where it does not
    say so."""
    told = flag(members.get("exists"))
    if told is None:
        raise Malformed("Optimibi sent an answer in another form than documented: no member 'exists'.")
    return told


def schedule(cron: Any) -> str | None:
    """A recurrence in words, such as `WEEKLY on Mon from 2026-03-02 07:30 UTC`."""
    trigger = next(iter(cron.values()), None) if isinstance(cron, Mapping) and len(cron) == 1 else cron
    if not isinstance(trigger, Mapping) or not trigger:
        return None
    days = trigger.get("daysOfWeek")
    named = [_day(day) for day in days] if isinstance(days, list) else []
    words = [
        str(trigger.get("uiPassParam") or "").replace("_", " "),
        f"on {', '.join(named)}" if named else "",
        f"cron {trigger['cronString']}" if trigger.get("cronString") else "",
        every(trigger.get("repeatInterval")),
        f"from {told_time(trigger['startTime'])}" if trigger.get("startTime") else "",
        f"until {told_time(trigger['endTime'])}" if trigger.get("endTime") else "",
    ]
    return " ".join(word for word in words if word) or None


def every(seconds: Any) -> str:
    """An interval in seconds in its largest whole unit; empty for none."""
    count = whole_number(seconds)
    if not count:
        return ""
    size, unit = next(pair for pair in _UNITS if count % pair[0] == 0)
    return f"every {unit}" if count == size else f"every {count // size} {unit}s"


_UNITS = ((604_800, "week"), (86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def _day(day: Any) -> str:
    return _DAYS[int(day)] if str(day) in "0123456" and len(str(day)) == 1 else str(day)
