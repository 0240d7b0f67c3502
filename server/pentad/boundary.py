"""The boundary: a tool call comes in, one JSON text goes out. The one try/except of the walk stands here."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pentad import logs
from pentad.answering import Answering, error_text, plan_text
from pentad.call import Call, Progress, Unfinished
from pentad.consent.accounting import accounted, declined
from pentad.consent.plans import Plan, Planned
from pentad.errors import AuthFailed, Malformed, PlatformError, RateLimited, Rejected, Unavailable
from pentad.jsontext import dumps
from pentad.models import Record
from pentad.operations import AnyOperation
from pentad.session import Session

Verdict = Literal["accept", "decline", "cancel"]


@dataclass(frozen=True)
class Answer:
    """What the model reads. `text` is one JSON object, `images` are PNGs, and `plan` waits for approval. If
    it is `unfinished`, the same call goes on with what was begun."""

    text: str
    is_error: bool = False
    images: tuple[bytes, ...] = ()
    plan: Plan | None = None
    unfinished: bool = False


async def answer(
    session: Session,
    operation: AnyOperation,
    given: Mapping[str, Any],
    progress: Progress | None = None,
    *,
    can_ask: bool = False,
) -> Answer:
    """Carry out one tool call. `can_ask` says whether whoever called can ask the user about a plan, and bring
    the answer to `settle`. Raises nothing but cancellation."""
    call = Call(session.clock, progress, can_ask=can_ask)
    return await _told(session, operation, call, carry_out(session, operation, given, call))


async def settle(session: Session, plan: Plan, verdict: Verdict, progress: Progress | None = None) -> Answer:
    """What comes of asking the user about a plan; without an answer it stays open. Raises nothing but
    cancellation."""
    call = Call(session.clock, progress, can_ask=True)
    if verdict == "accept":
        return await _told(session, plan.operation, call, apply(session, plan.id, call, asked=True))
    if verdict == "decline":
        try:
            session.plans.look(plan.id, session.owner)
        except PlatformError as ended:
            return Answer(error_text(ended, session.settings.budget), is_error=True)
        plan.state = "declined"
        declined(session, plan)
        error = Rejected(f"The user declined: {plan.preview.will} Nothing was sent, and the plan has ended.")
        return Answer(error_text(error, session.settings.budget), is_error=True)
    return Answer(plan_text(plan, session, can_ask=True))


async def _told(session: Session, operation: AnyOperation, call: Call, work: Awaitable[str]) -> Answer:
    with logs.following(session, operation, call) as followed:
        try:
            text = call.told(await work)
            unfinished = call.unfinished and call.plan is None
            followed.outcome = "planned" if call.planned else "unfinished" if unfinished else "done"
            return Answer(text, images=tuple(call.images), plan=call.planned, unfinished=unfinished)
        except PlatformError as error:
            followed.outcome = error.kind
            return Answer(call.told(error_text(error, session.settings.budget)), is_error=True)
        except Exception:
            followed.outcome = "internal"
            meant = call.operation or operation
            logs.logger.exception("%s failed inside Pentad", meant.name)
            return Answer(dumps(_defect(meant, call)), is_error=True)


async def carry_out(session: Session, operation: AnyOperation, given: Mapping[str, Any], call: Call) -> str:
    """Check the arguments and run the operation. Raises PlatformError."""
    _refuse_unless_allowed(session, operation)
    checked, call.account = session.checked(operation, given)
    return await perform(session, operation, checked, call)


async def apply(session: Session, plan_id: str, call: Call, *, asked: bool = False) -> str:
    """Carry out a plan, once. `asked` is true where the user themselves said yes; where only that counts, a
    plan's id alone has it asked for. Raises PlatformError."""
    if session.settings.confirm == "human" and not asked:
        call.planned = session.plans.look(plan_id, session.owner)
        return plan_text(call.planned, session, can_ask=call.can_ask)
    plan = session.plans.take(plan_id, session.owner)
    call.plan, call.account, call.asked = plan, plan.account, asked
    try:
        return await perform(session, plan.operation, plan.arguments, call)
    except PlatformError as error:
        passing = isinstance(error, RateLimited | Unavailable | AuthFailed | Malformed)
        if error.outcome == "none" and passing and plan.state == "applied":
            plan.state = "open"
            error.message = f"{error.message} Nothing was done, and the plan still stands."
            # Where the user was asked through their client, the model has not seen the plan's id.
            error.details = {**(error.details or {}), "plan": plan.id}
        raise
    finally:
        if plan.state == "applied":
            plan.forget()


async def perform(session: Session, operation: AnyOperation, checked: Mapping[str, Any], call: Call) -> str:
    """Run an operation whose arguments are checked, and render what it returns."""
    _refuse_unless_allowed(session, operation, call.account)
    arguments = dict(checked)
    fields = arguments.pop("fields", None) if operation.arguments.viewable else None
    call.operation, call.origin = operation, session.origin(operation, checked, call.account)
    call.planless = session.settings.confirm == "never"
    try:
        with accounted(session, operation, checked, call):
            result = await operation(session.client(operation, call), **arguments)
    except Planned as planned:
        call.planned = session.plans.add(
            operation, checked, planned, owner=session.owner, account=call.account
        )
        return plan_text(call.planned, session, can_ask=call.can_ask)
    except Unfinished as unfinished:
        call.note(unfinished.advice)
        call.unfinished = True
        return Answering(session, call).text(Record(unfinished.members), None)
    return Answering(session, call).text(result, fields)


def _refuse_unless_allowed(session: Session, operation: AnyOperation, account: str | None = None) -> None:
    """Raise Rejected, naming the setting, for what the configuration does not permit."""
    why = session.settings.forbids(operation, account)
    if why is not None:
        raise Rejected(f"{operation.name} is not available here: {why}.", outcome="none")


def _defect(operation: AnyOperation, call: Call) -> dict[str, Any]:
    told = {
        "error": "internal",
        "message": f"{operation.name} failed inside Pentad, which is a defect of Pentad and not of your "
        "call. Repeating is unlikely to help; details are in the server's log.",
    }
    # What needs a plan has sent nothing before its plan is applied.
    untouched = operation.effect == "read" or (operation.reaches is not None and call.plan is None)
    return told if untouched else told | {"outcome": "unknown"}
