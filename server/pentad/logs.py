"""The log: JSON lines on standard error, about calls and requests, and never about what is in them.

A line tells when, how bad, which logger and what happened; then what applies of `call` (the id that goes
upstream and into the audit), `operation`, `account`, `outcome`, `seconds`, `tries`, `method`, `path` (the
contract's template), `status` and, of a defect, `error` (its class) and `at` (places in our own code).
Arguments, bodies, queries, hosts, names and tokens are in none of them.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pentad.consent.audit import stamp

if TYPE_CHECKING:
    from pentad.call import Call
    from pentad.http.errand import Errand
    from pentad.operations import AnyOperation
    from pentad.session import Session
    from pentad.settings import Level

OURS = "pentad"
logger = logging.getLogger(OURS)
_PACKAGES = ("pentad", "pentad_tools")
_call: ContextVar[Call | None] = ContextVar("call", default=None)

Told = Mapping[str, str | int | float | list[str] | None]


class Lines(logging.Formatter):
    """One JSON object per record. Of another package's record only its place is told, as its words may hold
    addresses, headers and bodies."""

    def format(self, record: logging.LogRecord) -> str:
        ours = record.name == OURS
        place = f"{Path(record.pathname).name}:{record.lineno}"
        line: dict[str, object] = {
            "time": stamp(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage() if ours else f"something was said at {place}",
        }
        call = _call.get()
        if call is not None:
            line["call"] = call.id
        line |= {name: value for name, value in _told(record).items() if value is not None}
        return json.dumps(line | _fault(record), ensure_ascii=True, separators=(",", ":"))


class _Stderr(logging.Handler):
    """Standard output belongs to the protocol; standard error is looked up anew, as it can be replaced."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(f"{self.format(record)}\n")
        except (OSError, ValueError):  # nobody listens any more
            return


def install(level: Level) -> None:
    """Have everything that is logged in this process go the same way, from `level` on. What other packages
    tell below a warning is never wanted."""
    root = logging.getLogger()
    for earlier in [one for one in root.handlers if isinstance(one, _Stderr)]:
        root.removeHandler(earlier)
    handler = _Stderr()
    handler.setFormatter(Lines())
    root.addHandler(handler)
    wanted = logging.getLevelNamesMapping()[level.upper()]
    root.setLevel(max(wanted, logging.WARNING))
    logger.setLevel(wanted)


@dataclass
class Followed:
    """A call that is being carried out; `outcome` is what the log will say of it."""

    outcome: str = "cancelled"


@contextmanager
def following(session: Session, operation: AnyOperation, call: Call) -> Generator[Followed]:
    """Around a call: what is logged meanwhile names it, and one line tells how it ended."""
    followed = Followed()
    before = _call.set(call)
    began = call.clock.monotonic()
    try:
        yield followed
    finally:
        meant = call.operation or operation
        told: Told = {
            "operation": meant.name,
            "account": session.key(meant, call.account) if meant.platform else None,
            "outcome": followed.outcome,
            "seconds": round(call.clock.monotonic() - began, 3),
            "tries": call.tries,
        }
        logger.info("a call ended", extra={"told": told})
        _call.reset(before)


@contextmanager
def asking(method: str, errand: Errand) -> Generator[list[int]]:
    """Around one request on the wire; the status that is put into the list is told."""
    clock, answered = errand.call.clock, list[int]()
    errand.call.tries += 1
    began = clock.monotonic()
    try:
        yield answered
    finally:
        told: Told = {
            "method": method,
            "path": "(signed link)" if errand.bare else errand.path,
            "status": answered[0] if answered else None,
            "seconds": round(clock.monotonic() - began, 3),
            "tries": errand.tries,
        }
        logger.debug("a request was answered" if answered else "a request failed", extra={"told": told})


def _told(record: logging.LogRecord) -> Told:
    told: Told = getattr(record, "told", {})
    return told if record.name == OURS else {}


def _fault(record: logging.LogRecord) -> dict[str, object]:
    """The class of an exception and where it passed our code; its words may repeat what it was given."""
    if not record.exc_info or record.exc_info[1] is None:
        return {}
    error = record.exc_info[1]
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _place(frame)]
    return {"error": type(error).__name__, "at": [_place(frame) for frame in frames]}


def _place(frame: traceback.FrameSummary) -> str:
    """`pentad/boundary.py:77 _told`; empty for code that is not ours."""
    file = Path(frame.filename)
    for name in _PACKAGES:
        root = getattr(sys.modules.get(name), "__file__", None)
        if root is not None and file.is_relative_to(Path(root).parent):
            told = file.relative_to(Path(root).parent.parent).as_posix()
            return f"{told}:{frame.lineno} {frame.name}"
    return ""
