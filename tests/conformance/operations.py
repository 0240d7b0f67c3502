"""Fixtures that are operations of Pentad: the suite's calls of them take the whole walk of a call."""

from __future__ import annotations

import base64
from typing import Annotated

from pydantic import Field

from pentad.consent.plans import Planned, Preview, print_of
from pentad.errors import Rejected
from pentad.models import Record
from pentad.operations import reads, writes
from pentad.session import Desk

# One red point.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"
)


@reads()
async def test_simple_text(desk: Desk) -> Record:
    """A plain answer."""
    del desk
    return Record({"told": "This is a simple text response for testing."})


@reads()
async def test_error_handling(desk: Desk) -> Record:
    """An error, always."""
    del desk
    raise Rejected("This tool intentionally returns an error for testing.", outcome="none")


@reads()
async def test_tool_with_progress(desk: Desk) -> Record:
    """Tells three times how far it is."""
    for done in (0, 50, 100):
        await desk.call.report(done, 100, f"{done} of 100")
    return Record({"done": 100})


@reads()
async def test_image_content(desk: Desk) -> Record:
    """A picture beside its words, as charts are answered."""
    desk.call.images.append(PNG)
    return Record({"told": "one red point"})


@reads()
async def test_logging_tool(desk: Desk) -> Record:
    """Nothing is ever logged to a client."""
    del desk
    return Record({"logged": 0})


@writes(reaches="people")
async def test_elicitation(
    desk: Desk, message: Annotated[str, Field(max_length=200, description="What is asked.")]
) -> Record:
    """Asks the user, as changes that reach people do."""
    return _approved(desk, message)


@writes(reaches="people")
async def test_streaming_elicitation(desk: Desk) -> Record:
    """Asks the user; over HTTP nothing but the answer may come on the stream."""
    return _approved(desk, "Go on?")


@writes(reaches="people")
async def test_input_required_result_request_state(desk: Desk) -> Record:
    """Asks the user; the plan's id is the state that comes back."""
    return _approved(desk, "Please confirm")


@writes(reaches="people")
async def test_input_required_result_tampered_state(desk: Desk) -> Record:
    """Asks the user; a state that was not given out is refused."""
    return _approved(desk, "Please confirm again")


def _approved(desk: Desk, will: str) -> Record:
    print_ = print_of(will)
    if desk.call.plan is None:
        raise Planned(Preview(will, "conformance", None, "nothing happens"), print_)
    desk.call.plan.confirm(print_)
    return Record({"told": "state-ok"})
