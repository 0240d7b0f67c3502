"""An operation by its name, or why it cannot be called here and what helps."""

from __future__ import annotations

from pentad import platforms
from pentad.errors import NotFound
from pentad.operations import AnyOperation
from pentad.session import Session
from pentad.settings import PLATFORMS
from pentad.text import nearest, shorten


def found(session: Session, name: str) -> AnyOperation:
    """Raises NotFound that says what it may be called instead."""
    if name in session.operations:
        return session.operations[name]
    why = absent(session, name) or "find_operations finds them by what they do"
    raise NotFound(f"There is no operation {shorten(name, 80)!r}; {why}.", outcome="none")


def absent(session: Session, name: str) -> str:
    """Why a name is not there, in words that go on a sentence; empty if there is nothing to say."""
    owner = next((platform for platform in PLATFORMS if name.startswith(f"{platform}_")), None)
    if owner is not None:
        platform = platforms.load(owner)
        unexposed = platform.unexposed.get(name.removeprefix(f"{owner}_"))
        if unexposed is not None:
            return f"it is not exposed: {unexposed[1]}"
        if not session.settings.of(owner):
            return f"{platform.label} is not set up; the user can set {platform.credential()}"
        if owner not in session.platforms:
            return f"{platform.label} is left out; the user can change that with PENTAD_PLATFORMS"
    usable = [one for one in session.operations.values() if session.settings.forbids(one) is None]
    near = nearest(name, [one.name for one in usable], 3)
    return f"the nearest are {', '.join(near)}" if near else ""


def unlisted(session: Session, name: str) -> str:
    """Why there is no tool of this name: the same, and for an operation how to reach it all the same."""
    operation = session.operations.get(name)
    if operation is None:
        return absent(session, name)
    why = session.settings.forbids(operation)
    return why or f"it is not listed; {way_of(operation)} runs it"


def way_of(operation: AnyOperation) -> str:
    """The verb that runs an operation which is no tool of its own."""
    return "call_operation" if operation.effect == "read" else "change_operation"
