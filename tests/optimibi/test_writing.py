"""Changes: what is sent back is what was read, and what was learnt before a change is not believed after."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest

from pentad.consent.plans import Planned, Preview
from pentad.errors import AuthFailed, PlatformError, Rejected
from pentad.http.encodings import Attachment, Parts
from pentad.operations import reads, writes
from pentad.platforms.optimibi import Optimibi
from pentad.platforms.optimibi.reading import CONTENT, LATELY
from tests.optimibi.desk import LOGIN_PAGE, ok, page, sent, serving


@reads("GET /thing")
async def get_stored(optimibi: Optimibi) -> Any:
    """A thing with all that it holds."""
    return await optimibi.stored()


@writes("POST /thing", check="look for it")
async def change_thing(
    optimibi: Optimibi, body: Any = None, preview: Preview | None = None
) -> dict[str, Any]:
    """Change a thing."""
    return await optimibi.change(preview, body)


async def test_what_is_to_be_sent_back_is_neither_cleaned_nor_swept_nor_remarked() -> None:
    told = {"name": "a\u202eb", "password": "s3cret", "price": 1.10, "more": [None]}
    desk = serving(told)
    client = desk.client()

    assert await get_stored(client) == {**told, "price": Decimal("1.1")}
    assert desk.call.notes == []


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (ok({"success": False, "msg": "no permission", "code": "403"}), Rejected),
        (sent("Forbidden", name="error.txt"), Rejected),
        (page(LOGIN_PAGE), AuthFailed),
    ],
)
async def test_a_failure_is_never_sent_back(reply: Any, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        await get_stored(serving(reply).client())


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (sent(b""), {}),
        (sent("tomas\tjob\t7"), {"value": "tomas\tjob\t7"}),
        (sent('{"success": true, "id": "7"}'), {"id": "7"}),
        (ok({"success": True, "msg": "success", "data": {"name": "lamp"}}), {"name": "lamp"}),
        (
            ok({"success": True, "code": "200", "data": "not match condition"}),
            {"data": "not match condition"},
        ),
    ],
)
async def test_a_change_answers_what_stands_beside_its_success(reply: Any, told: dict[str, Any]) -> None:
    assert await change_thing(serving(reply).client(), {"name": "lamp"}) == told


async def test_a_planned_change_sends_nothing_before_its_plan_is_applied() -> None:
    desk = serving({"success": True})
    preview = Preview(will="Change it.", slug="change", body=None, undo="no")
    with pytest.raises(Planned):
        await change_thing(desk.client(), {"name": "lamp"}, preview)
    assert desk.asked("/thing") == []


async def test_what_was_learnt_is_forgotten_however_a_change_ends() -> None:
    for reply in (ok({"success": True}), ok({"success": False, "msg": "no"}), page("down", 502)):
        desk = serving(reply)
        desk.connection.memory |= {LATELY: {"models": 1}, CONTENT: 2, "routes": {}}
        client = desk.client()
        with suppress(PlatformError):
            await change_thing(client, {})
        assert not {LATELY, CONTENT} & desk.connection.memory.keys()
        assert "routes" in desk.connection.memory


async def test_a_plan_tells_files_apart_by_their_content() -> None:
    desk = serving({"success": True})
    prints = set()
    for content in (b"one", b"two", b"one"):
        body = Parts(name="x", file=Attachment("a.xml", content, "text/xml"))
        with pytest.raises(Planned) as caught:
            await change_thing(desk.client(), body, Preview(will="", slug="x", body=None, undo=""))
        prints.add(caught.value.print)
    assert len(prints) == 2
