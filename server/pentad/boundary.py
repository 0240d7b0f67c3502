"""The boundary: a tool call comes in, one JSON text goes out. The one try/except of the walk stands here."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pentad.answering import Answering, error_text, plan_text
from pentad.call import Call, Progress
from pentad.consent.plans import Planned
from pentad.errors import PlatformError, Rejected
from pentad.jsontext import dumps
from pentad.operations import AnyOperation
from pentad.session import Session

logger = logging.getLogger("pentad")


@dataclass(frozen=True)
class Answer:
    """What the model reads. `text` is exactly one JSON object, `images` are PNGs."""

    text: str
    is_error: bool = False
    images: tuple[bytes, ...] = ()


async def answer(
    session: Session, operation: AnyOperation, given: Mapping[str, Any], progress: Progress | None = None
) -> Answer:
    """Carry out one tool call. Raises nothing but cancellation."""
    call = Call(session.clock, progress)
    try:
        text = await carry_out(session, operation, given, call)
        return Answer(text, images=tuple(call.images))
    except PlatformError as error:
        return Answer(error_text(error, session.settings.budget), is_error=True)
    except Exception:
        meant = call.operation or operation
        logger.exception("%s failed inside Pentad", meant.name)
        return Answer(dumps(_defect(meant, call)), is_error=True)


async def carry_out(session: Session, operation: AnyOperation, given: Mapping[str, Any], call: Call) -> str:
    """Check the arguments and run the operation. Raises PlatformError."""
    _refuse_unless_allowed(session, operation)
    checked, call.account = session.checked(operation, given)
    return await perform(session, operation, checked, call)


async def perform(session: Session, operation: AnyOperation, checked: Mapping[str, Any], call: Call) -> str:
    """Run an operation whose arguments are checked, and render what it returns."""
    _refuse_unless_allowed(session, operation)
    arguments = dict(checked)
    fields = arguments.pop("fields", None) if operation.arguments.viewable else None
    call.operation, call.origin = operation, session.origin(operation, checked, call.account)
    try:
        result = await operation(session.client(operation, call), **arguments)
    except Planned as planned:
        plan = session.plans.add(operation, checked, planned, owner=session.owner, account=call.account)
        return plan_text(plan, planned.preview, session.settings.budget)
    return Answering(session, call).text(result, fields)


def _refuse_unless_allowed(session: Session, operation: AnyOperation) -> None:
    """Raise Rejected, naming the setting, for what the configuration does not permit."""
    why = session.settings.forbids(operation)
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
