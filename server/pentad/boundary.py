"""The boundary: a tool call comes in, one JSON text goes out. The one try/except of the walk stands here."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pentad.call import Call, Progress
from pentad.consent.plans import LIFE, Planned
from pentad.errors import PlatformError, Rejected
from pentad.jsontext import dumps
from pentad.models import Page, Record, Saved
from pentad.operations import AnyOperation
from pentad.results import render
from pentad.results.store import Origin
from pentad.results.tokens import estimate
from pentad.session import Session

logger = logging.getLogger("pentad")


@dataclass(frozen=True)
class Answer:
    """What the model reads. `text` is exactly one JSON object."""

    text: str
    is_error: bool = False


async def answer(
    session: Session, operation: AnyOperation, given: Mapping[str, Any], progress: Progress | None = None
) -> Answer:
    """Carry out one tool call. Raises nothing but cancellation."""
    call = Call(session.clock, progress)
    try:
        return Answer(await perform(session, operation, operation.arguments.check(given), call))
    except PlatformError as error:
        return Answer(_error_text(error, session.settings.budget), is_error=True)
    except Exception:
        logger.exception("%s failed inside Pentad", operation.name)
        told = {
            "error": "internal",
            "message": f"{operation.name} failed inside Pentad, which is a defect of Pentad and not of your "
            "call. Repeating is unlikely to help; details are in the server's log.",
        }
        if operation.effect != "read" and call.plan is None:
            told["outcome"] = "unknown"
        return Answer(dumps(told), is_error=True)


async def perform(session: Session, operation: AnyOperation, checked: Mapping[str, Any], call: Call) -> str:
    """Run an operation whose arguments are checked, and render what it returns."""
    refuse_unless_allowed(session, operation)
    arguments = dict(checked)
    fields = arguments.pop("fields", None) if operation.arguments.viewable else None
    try:
        result = await operation(session.client(operation, call), **arguments)
    except Planned as planned:
        return _plan_text(session, operation, checked, planned)
    return _Answering(session, operation, checked, call).text(result, fields)


def refuse_unless_allowed(session: Session, operation: AnyOperation) -> None:
    """Raise Rejected, naming the setting, for what the configuration does not permit."""
    settings = session.settings
    if operation.effect != "read" and settings.read_only:
        raise Rejected(f"{operation.name} changes something and this server is read-only.", outcome="none")
    if operation.effect in ("destructive", "admin") and operation.effect not in settings.allow:
        raise Rejected(
            f"{operation.name} is {operation.effect} and not allowed here. The user can allow it with "
            f"PENTAD_ALLOW={operation.effect}.",
            outcome="none",
        )
    if operation.off and operation.name not in settings.enable:
        raise Rejected(
            f"{operation.name} is off by default: {operation.off}. The user can turn it on with "
            f"PENTAD_ENABLE={operation.name}.",
            outcome="none",
        )


@dataclass(frozen=True)
class _Answering:
    session: Session
    operation: AnyOperation
    given: Mapping[str, Any]
    call: Call

    def text(self, result: Any, fields: Sequence[str] | None) -> str:
        if isinstance(result, str):
            return result
        if isinstance(result, Page):
            return self._page(result, fields)
        if isinstance(result, Saved):
            return self._saved(result)
        members = result.members if isinstance(result, Record) else result.record()
        return self._record(members)

    def _keep(self, rows: Sequence[Mapping[str, Any]], shown: tuple[str, ...], kind: str) -> str:
        again = self.operation.name if self.operation.repeatable else ""
        origin = Origin(again, {name: value for name, value in self.given.items() if value is not None})
        return self.session.store.put(rows, shown, origin, self.session.owner, kind).handle

    def _page(self, page: Page[Any], fields: Sequence[str] | None) -> str:
        rows = [row.record() for row in page.rows]
        known = render.columns_of(rows)
        columns = self._columns(rows, known, page.shown, fields)
        budget = self.session.settings.budget
        hidden = [name for name in known if name not in columns]
        rest = self._rest(page, len(rows), hidden[:12])
        about = render.without_nulls(dict(page.about))
        grid = render.grid(rows, columns, budget - render.frame(columns, about | rest))
        more: dict[str, Any] = rest.get("more", {})
        left = len(rows) - len(grid.texts)
        if left:
            more |= {"rows": left, "from": str(len(grid.texts))}
        if left or hidden or grid.shortened:
            more["result"] = self._keep(rows, tuple(columns), "rows")
        rest.pop("more", None)
        return render.assemble(columns, grid.texts, about, rest | ({"more": more} if more else {}))

    def _rest(self, page: Page[Any], count: int, hidden: Sequence[str]) -> dict[str, Any]:
        rest: dict[str, Any] = {}
        if page.total is not None:
            rest["total"] = page.total
        more: dict[str, Any] = {}
        if page.cursor is not None:
            more["cursor"] = page.cursor
        if hidden:
            more["fields"] = list(hidden)
        if more or count:
            rest["more"] = more
        return rest | self._note()

    def _columns(
        self, rows: Sequence[Any], known: Sequence[str], shown: tuple[str, ...], fields: Sequence[str] | None
    ) -> list[str]:
        if not rows:
            return list(fields or shown)
        if fields is None:
            return [name for name in shown if name in known] or list(known[:6])
        wrong = [name for name in fields if name not in known]
        if wrong:
            near = get_close_matches(wrong[0], known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise Rejected(
                f"No field {wrong[0]!r} here{hint} The rows are kept: read_result shows them without "
                "another call to the platform.",
                problems={"fields": [f"valid: {', '.join(known)}"]},
                details={"result": self._keep(rows, tuple(known), "rows")},
            )
        return list(dict.fromkeys(fields))

    def _record(self, members: Mapping[str, Any]) -> str:
        plain = render.without_nulls(members) | self._note()
        budget = self.session.settings.budget
        small = render.shrunk(plain, budget - 30)
        if small is None:
            return dumps(plain)
        return dumps(small | {"more": {"result": self._keep([members], (), "record")}})

    def _saved(self, saved: Saved) -> str:
        told: dict[str, Any] = {"path": saved.path, "size": saved.size, "type": saved.media_type}
        if saved.rows is not None:
            told |= {"columns": render.columns_of(saved.rows[:1]), "row_count": len(saved.rows)}
            told["result"] = self._keep(saved.rows, (), "rows")
        return self._record(told)

    def _note(self) -> dict[str, str]:
        return {"note": "; ".join(self.call.notes)} if self.call.notes else {}


def _plan_text(
    session: Session, operation: AnyOperation, checked: Mapping[str, Any], planned: Planned
) -> str:
    plan = session.plans.add(operation, checked, session.owner, planned)
    told = {
        "plan": plan.id,
        "will": planned.preview.will,
        "undo": planned.preview.undo,
        "expires_in": round(LIFE),
        "next": f"Nothing was sent. Show this to the user; if they agree, call apply_plan with {plan.id}.",
        "body": planned.preview.body,
    }
    return dumps(render.shrunk(told, session.settings.budget) or told)


def _error_text(error: PlatformError, budget: int) -> str:
    """The error within the budget: whole positions are left out, and counted, before anything is cut."""
    told = error.words()
    problems = told.get("problems")
    if problems and estimate(dumps(told)) > budget:
        kept: dict[str, Any] = {}
        room = budget - estimate(dumps({**told, "problems": {}})) - 20
        for at, says in problems.items():
            room -= estimate(dumps({at: says}))
            if room < 0:
                break
            kept[at] = says
        told |= {"problems": kept, "problems_left_out": len(problems) - len(kept)}
    return dumps(told)
