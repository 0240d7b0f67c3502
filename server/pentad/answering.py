"""What an operation returns, turned into the text a model reads, within the token budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pentad.call import Call
from pentad.consent.plans import Plan
from pentad.errors import PlatformError, Rejected
from pentad.jsontext import dumps
from pentad.models import Page, Record, Saved, record_of
from pentad.results import render
from pentad.results.folder import Unkept
from pentad.results.record import Stored
from pentad.results.tokens import estimate, fits
from pentad.secrecy import SECRET, SWEPT
from pentad.session import Session
from pentad.settings import Settings
from pentad.text import all_quoted, nearest, quoted, shorten

_HINTED = 12
# In a question to a person: tokens of what is there and of the masked body, signs of what will be done.
_BODY, _WILL = 300, 3000
# Tokens of a plan that are left to each of its parts, and those that its words have in any case.
_LEAST, _WORDS = 40, 100


@dataclass(frozen=True)
class Answering:
    """One result on its way to the model; what does not fit is kept in the session's store."""

    session: Session
    call: Call
    keeping: bool = True

    def text(self, result: Any, fields: Sequence[str] | None) -> str:
        """The answer's text. `fields` are the columns asked for, where the result has columns. What can be
        shown is shown even where the rest cannot be kept."""
        try:
            return self._text(result, fields)
        except Unkept as error:
            self.call.note(f"nothing is kept for read_result: {error.message}")
            return replace(self, keeping=False)._text(result, fields)

    def _text(self, result: Any, fields: Sequence[str] | None) -> str:
        if isinstance(result, str):
            return result
        if isinstance(result, Page):
            return self._page(result, fields)
        if isinstance(result, Saved):
            return self._saved(result)
        return self._record(result.members if isinstance(result, Record) else result.record())

    @property
    def _budget(self) -> int:
        return self.session.settings.budget

    def _keep(self, rows: Sequence[Mapping[str, Any]], shown: tuple[str, ...], kind: str) -> dict[str, str]:
        """The member that names the handle; none where nothing can be kept. Raises Unkept."""
        if not self.keeping:
            return {}
        store = self.session.store
        if isinstance(rows, Stored):
            kept = store.get(rows.handle, rows.owner)
            kept.show(shown)
        else:
            kept = store.put(rows, shown, self.call.origin, self.session.owner, kind)
        return {"result": kept.handle}

    def _page(self, page: Page[Any], fields: Sequence[str] | None) -> str:
        rows = page.rows if isinstance(page.rows, Stored) else [record_of(row) for row in page.rows]
        known = render.columns_of(rows)
        columns = self._columns(rows, known, page.shown, fields)
        hidden = [name for name in known if name not in columns]
        before, after, more = self._about(page), self._after(page, SECRET), _more(page, hidden)
        frame = render.frame(columns, before | after | {"more": more})
        grid = render.grid(rows, columns, self._budget - frame, whole=page.deep)
        after = self._after(page, self._shown(*grid.texts, before))
        left = len(rows) - len(grid.texts)
        if left:
            more |= {"rows": left} | ({"from": str(len(grid.texts))} if self.keeping else {})
        partly = left or hidden or grid.shortened
        if page.once or partly or isinstance(rows, Stored) or render.absences(rows, columns):
            more |= self._keep(rows, tuple(columns), "rows")
        return render.assemble(columns, grid.texts, before, after | ({"more": more} if more else {}))

    def _about(self, page: Page[Any]) -> dict[str, Any]:
        """What the rows belong to, in a member of its own and in at most half of the budget."""
        if not page.about:
            return {}
        about = render.without_nulls(dict(page.about))
        return {"about": render.shrunk(about, self._budget // 2) or about}

    def _after(self, page: Page[Any], shown: str) -> dict[str, Any]:
        return ({} if page.total is None else {"total": page.total}) | self._note({}, shown)

    def _columns(
        self, rows: Sequence[Any], known: Sequence[str], shown: tuple[str, ...], fields: Sequence[str] | None
    ) -> list[str]:
        if not rows:
            return self._unproven(fields) or list(shown)
        if not fields:
            return [name for name in shown if name in known] or list(known[:6])
        wrong = [name for name in fields if name not in known]
        if wrong:
            near = nearest(wrong[0], known, 1)
            hint = f"; did you mean {quoted(near[0], 60)}?" if near else "."
            kept = self._keep(rows, tuple(known), "rows")
            advice = "The rows are kept: read_result shows them without another call to the platform."
            raise Rejected(
                f"There is no field {shorten(wrong[0], 60)!r} here{hint} {advice if kept else ''}".strip(),
                problems={"fields": [shorten(f"valid: {all_quoted(known)}", 600)]},
                details=kept,
            )
        return list(dict.fromkeys(fields))

    def _unproven(self, fields: Sequence[str] | None) -> list[str]:
        """Columns that were asked for where no row says whether they exist, unless they alone would take the
        budget: then there are none."""
        columns = list(dict.fromkeys(fields or ()))
        return columns if fits(dumps(columns), self._budget // 2) else []

    def _record(self, members: Mapping[str, Any]) -> str:
        plain: dict[str, Any] = render.without_nulls(members)
        plain |= self._note(plain, self._shown(plain))
        small = render.shrunk(plain, self._budget - 30)
        if small is None:
            return dumps(plain)
        more = self._keep([members], (), "record")
        name = "more" if "more" not in small else "pentad_more"
        return dumps(small | ({name: more} if more else {}))

    def _saved(self, saved: Saved) -> str:
        told: dict[str, Any] = {"path": saved.path, "size": saved.size, "type": saved.media_type}
        if saved.rows is not None:
            told |= {"columns": saved.rows.columns(), "row_count": len(saved.rows)}
            told |= self._keep(saved.rows, (), "rows")
        return self._record(told)

    def _shown(self, *parts: Any) -> str:
        """The text of an answer, where it matters to what is remarked about it."""
        return dumps(parts) if SWEPT in self.call.notes else ""

    def _note(self, beside: Mapping[str, Any], shown: str) -> dict[str, str]:
        """The remarks; that secrets were replaced only where one would stand in what is shown."""
        notes = [one for one in self.call.notes if one != SWEPT or SECRET in shown]
        if not notes:
            return {}
        return {"note" if "note" not in beside else "pentad_note": "; ".join(notes)}


def _more(page: Page[Any], hidden: Sequence[str]) -> dict[str, Any]:
    more: dict[str, Any] = {}
    if page.cursor is not None:
        more["cursor"] = page.cursor
    if hidden:
        more["fields"] = [shorten(name, 60) for name in hidden[:_HINTED]]
    return more


def plan_text(plan: Plan, session: Session, *, can_ask: bool) -> str:
    """The preview within the budget: what it will do is shortened last, and its body first."""
    preview, budget = plan.preview, session.settings.budget
    after: dict[str, Any] = {
        "expires_in": round(plan.expires - session.clock.monotonic()),
        "next": f"Nothing was sent. {_next(plan, session.settings, can_ask=can_ask)}",
    }
    said = {"will": preview.will, "undo": preview.undo}
    room = budget - estimate(dumps({"plan": plan.id} | after)) - 2 * _LEAST
    told = {"plan": plan.id} | (render.shrunk(said, max(room, _WORDS)) or said) | after
    for name, part, kept in (("now", preview.now, _LEAST), ("body", preview.body, 0)):
        if part is not None:
            room = budget - estimate(dumps(told)) - kept - 10
            told[name] = render.shrunk(part, room) or part
    return dumps(told)


def _next(plan: Plan, settings: Settings, *, can_ask: bool) -> str:
    if settings.confirm != "human":
        return f"Show this to the user; if they agree, call apply_plan with {plan.id}."
    if can_ask:
        return f"The user gave no answer; apply_plan with {plan.id} asks them again."
    return (
        "Only the user's own answer counts here (PENTAD_CONFIRM=human), and this client cannot ask them: "
        "they can use one that can, or `pentad call` in a terminal."
    )


def question(plan: Plan) -> str:
    """For a person: what will happen, by which account, whether it can be undone, and the masked body."""
    preview = plan.preview
    lines = [render.brief(preview.will, _WILL), f"Undo: {render.brief(preview.undo, _WILL)}."]
    if plan.account != "default":
        lines.append(f"Account: {plan.account}.")
    if preview.now is not None:
        lines.append(f"Now: {dumps(render.shrunk(preview.now, _BODY) or dict(preview.now))}")
    if preview.body is not None:
        small = render.shrunk({"body": preview.body}, _BODY) or {"body": preview.body}
        lines.append(f"Sent: {shorten(dumps(small.get('body', small)), 1500)}")
    return "\n".join(lines)


def error_text(error: PlatformError, budget: int) -> str:
    """The error within the budget: whole positions are left out, and counted, before words are cut."""
    told = error.words()
    if fits(dumps(told), budget):
        return dumps(told)
    problems: Mapping[str, Any] = told.get("problems", {})
    told["message"] = _within(told["message"], budget // 2)
    kept: dict[str, Any] = {}
    room = budget - estimate(dumps({**told, "problems": {}})) - 20
    for at, says in problems.items():
        room -= estimate(dumps({at: says}))
        if room < 0:
            break
        kept[at] = says
    left_out = len(problems) - len(kept)
    return dumps(told | ({"problems": kept, "problems_left_out": left_out} if left_out else {}))


def _within(sentence: str, budget: int) -> str:
    """The sentence, cut where it takes more tokens."""
    short = shorten(sentence, 2 * budget)
    while (takes := estimate(short)) > budget:
        short = shorten(short, len(short) * budget // takes)
    return short
