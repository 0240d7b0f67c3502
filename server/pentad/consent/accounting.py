"""What a change leaves behind, whatever comes of it: a line of audit, and what it spent."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pentad.consent.audit import Approved, Outcome
from pentad.consent.plans import Plan, Planned, Preview, print_of
from pentad.errors import PlatformError

if TYPE_CHECKING:
    from pentad.call import Call
    from pentad.operations import AnyOperation
    from pentad.session import Session


@contextmanager
def accounted(
    session: Session, operation: AnyOperation, checked: Mapping[str, Any], call: Call
) -> Generator[None]:
    """Around an operation that is carried out. Raises Planned for one beyond what may be spent unasked; what
    only plans leaves no line."""
    if operation.spends is not None:
        _spend(session, operation, checked, call)
    planning = operation.reaches is not None and call.plan is None and not call.planless
    # A verb is accounted for by what it runs.
    if planning or operation.platform is None or (operation.effect == "read" and operation.spends is None):
        yield
        return
    with _recorded(session, operation, checked, call):
        yield


@contextmanager
def _recorded(
    session: Session, operation: AnyOperation, checked: Mapping[str, Any], call: Call
) -> Generator[None]:
    entry = session.audit.entry(
        operation,
        checked,
        owner=session.owner,
        account=session.key(operation, call.account),
        approved=_approved(operation, call),
        plan=call.plan.id if call.plan else None,
        call=call.id,
    )
    session.audit.record(entry)
    outcome: Outcome = "unknown"
    error: str | None = None
    try:
        yield
        outcome = "done"
    except PlatformError as failure:
        if failure.outcome is None and not call.acted:
            # It failed on the way in, or at what was read before.
            failure.outcome = "none"
        outcome, error = "refused" if failure.outcome == "none" else "unknown", failure.kind
        if outcome == "refused":
            session.spending.returned(operation)
        raise
    finally:
        session.audit.end(entry, outcome, error)


def declined(session: Session, plan: Plan) -> None:
    """The line of a change that its user did not want."""
    account = session.key(plan.operation, plan.account)
    entry = session.audit.entry(
        plan.operation, plan.arguments, owner=session.owner, account=account, approved="asked", plan=plan.id
    )
    session.audit.end(entry, "refused", "declined")


def _approved(operation: AnyOperation, call: Call) -> Approved:
    if call.plan is not None:
        return "asked" if call.asked else "plan id"
    return "switched off" if operation.reaches is not None else "not needed"


def _spend(session: Session, operation: AnyOperation, checked: Mapping[str, Any], call: Call) -> None:
    """Count it before anything is awaited, so that no two calls take the same rest."""
    spending = session.spending
    print_ = print_of(operation.name, checked)
    if operation.reaches is None:
        if call.plan is not None:
            call.plan.confirm(print_)
        elif spending.exceeds(operation):
            raise Planned(_preview(session, operation, checked), print_)
    spending.spent(operation)


def _preview(session: Session, operation: AnyOperation, checked: Mapping[str, Any]) -> Preview:
    kind = operation.spends or ""
    unit = "credits" if kind == "credits" else "model calls"
    used = session.spending.told()[kind]
    return Preview(
        will=f"Run {operation.name}, which spends up to {operation.cost} {unit}: {used} that this session "
        "may spend unasked are used (PENTAD_SPEND_LIMIT).",
        slug=operation.name.replace("_", "-")[:40],
        body={name: value for name, value in checked.items() if value is not None},
        undo="no: what is spent is spent",
    )
