"""What a platform may say in its own way: failures called a success, clearer words than a status, other
spellings of a path, headers and queries of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from pentad.call import Call
from pentad.errors import AuthFailed, Malformed, NotFound, PlatformError, Rejected, Unavailable
from pentad.files import Folder
from pentad.http.answers import Disguised, Explained
from pentad.http.auth import KeyAuth
from pentad.http.errand import Extra
from pentad.models import Id, Page
from pentad.operations import reads, writes
from tests.http.wire import KEY, THING, URL, Line, Shop, Thing, bench, fails, ok, save_thing, text


class Bazaar(Shop):
    """Wraps what it sends, calls failures a success, and knows two spellings of every path."""

    label = "Bazaar"

    def headers(self) -> Mapping[str, str]:
        return {"Content-Type": "application/bazaar", "X-Form": "plain"}

    def opened(self, data: Any) -> Any:
        if isinstance(data, dict) and "fault" in data:
            raise Disguised(self.explain(200, data, ""))
        return data["goods"] if isinstance(data, dict) and "goods" in data else data

    def explain(self, status: int, data: Any, text: str) -> Explained:
        said = data.get("fault") if isinstance(data, dict) else text
        kinds: Mapping[Any, type[PlatformError]] = {"gone": NotFound, "no": Rejected}
        hint = "Look under the counter." if said == "gone" else None
        return Explained(said, kind=kinds.get(said), hint=hint)

    def page_hint(self) -> str:
        return "the gate is shut, perhaps"

    def path(self, path: str) -> str:
        return f"{path}/" if self.connection.memory.get("slashed") else path

    def respelt(self, response: httpx.Response) -> bool:
        self.connection.memory["slashed"] = response.status_code == 404
        return response.status_code in (404, 405)


@reads("GET /things/{thing_id}")
async def get_thing(shop: Bazaar, thing_id: Id, extra: Extra) -> Thing:
    """One thing."""
    return await shop.get(Thing, extra=extra, thing_id=thing_id, size="big")


@reads("GET /things")
async def list_things(shop: Bazaar) -> Page[Thing]:
    """All things."""
    return await shop.page(Thing, limit=None, cursor=None)


@writes("POST /things", check="look for it")
async def create_thing(shop: Bazaar, body: Any) -> Thing:
    """Make a thing."""
    return await shop.send(Thing, body=body)


def bazaar(line: Line) -> Bazaar:
    return Bazaar(line.connection, bench(Call(line.clock)))


async def got(line: Line, extra: Extra | None = None) -> Thing:
    return await get_thing(bazaar(line), "7", extra or Extra())


async def test_answers_are_read_out_of_their_envelope() -> None:
    line = Line(ok({"goods": THING}), ok({"goods": THING}), ok({"goods": {"rows": [THING], "count": 1}}))

    assert (await got(line)).id == "7"
    assert (await create_thing(bazaar(line), {})).id == "7"
    assert [row.id for row in (await list_things(bazaar(line))).rows] == ["7"]


async def test_a_failure_called_a_success_is_an_error_that_is_not_repeated_nor_counted() -> None:
    line = Line(ok({"fault": "no"}), ok(THING))
    with pytest.raises(Rejected) as caught:
        await got(line)

    assert caught.value.words()["platform_says"] == "no"
    assert len(line.seen) == 1
    assert line.connection.breaker.failures == 0


async def test_a_write_that_the_platform_says_failed_did_nothing() -> None:
    line = Line(ok({"fault": "no"}))
    with pytest.raises(Rejected) as caught:
        await create_thing(bazaar(line), {})

    assert caught.value.outcome == "none"
    assert "not known whether" not in caught.value.message


@pytest.mark.parametrize("status", [400, 401, 404, 500])
async def test_words_that_are_clearer_than_the_status_decide_what_it_is(status: int) -> None:
    with pytest.raises(NotFound, match=r"Look under the counter\."):
        await got(Line(ok({"fault": "gone"}, status)))
    with pytest.raises(Rejected):
        await got(Line(ok({"fault": "no"}, status)))


async def test_a_refusal_under_401_is_not_called_a_wrong_credential() -> None:
    with pytest.raises(Rejected, match=r"does not allow get_thing here \(HTTP 401\)"):
        await got(Line(ok({"fault": "no"}, 401)))
    with pytest.raises(AuthFailed, match="did not accept the credential"):
        await got(Line(ok({"fault": "?"}, 401)))


async def test_a_hint_of_its_own_replaces_the_general_one() -> None:
    with pytest.raises(NotFound) as caught:
        await got(Line(ok({"fault": "gone"}, 403)))
    assert "Ask for more rights." not in caught.value.message
    with pytest.raises(Rejected, match=r"Ask for more rights\."):
        await got(Line(ok({"fault": "?"}, 403)))


async def test_words_without_json_can_be_read_too() -> None:
    with pytest.raises(Unavailable) as caught:
        await got(Line(text("the roof leaks", 503)))

    assert caught.value.quote == "the roof leaks"


async def test_a_page_in_place_of_json_is_told_with_what_it_may_mean() -> None:
    with pytest.raises(Malformed, match=r"a web page instead of JSON \(the gate is shut, perhaps\)"):
        await got(Line(text("<html>Closed</html>")))


async def test_a_path_in_another_spelling_is_tried_once_and_kept() -> None:
    line = Line(fails(404), ok(THING))
    for _ in range(2):
        assert (await got(line)).id == "7"

    assert [request.url.path for request in line.seen] == ["/things/7", "/things/7/", "/things/7/"]


async def test_a_write_in_another_spelling_carries_the_same_body() -> None:
    line = Line(fails(405), ok(THING))
    await create_thing(bazaar(line), {"name": "lamp"})

    assert [json.loads(request.content) for request in line.seen] == [{"name": "lamp"}] * 2


async def test_where_both_spellings_fail_the_second_is_told_and_nothing_is_tried_further() -> None:
    line = Line(fails(404), fails(405), ok(THING))
    with pytest.raises(Rejected, match="HTTP 405"):
        await got(line)

    assert len(line.seen) == 2


@pytest.mark.parametrize("status", [200, 400, 403, 502])
async def test_other_answers_are_no_matter_of_spelling(status: int) -> None:
    line = Line(ok(THING, status))
    client = bazaar(line)
    try:
        await get_thing(client, "7", Extra())
    except PlatformError:
        assert status != 200
    assert {request.url.path for request in line.seen} == {"/things/7"}


async def test_extra_headers_and_queries_go_along_and_none_is_left_out() -> None:
    line = Line(ok(THING))
    extra = Extra(
        {"X-More": "1", "X-Form": "other", "X-No": None}, {"size": "small", "thing_id": "9", "no": None}
    )
    await got(line, extra)
    (request,) = line.seen

    assert request.url.path == "/things/7"
    assert dict(request.url.params) == {"size": "small", "thing_id": "9"}
    assert (request.headers["x-more"], request.headers["x-form"]) == ("1", "other")
    assert "x-no" not in request.headers


async def test_a_call_without_extra_carries_what_is_usual() -> None:
    line = Line(ok(THING))
    await got(line)
    (request,) = line.seen

    assert (dict(request.url.params), request.headers["x-form"]) == ({"size": "big"}, "plain")
    assert request.headers["content-type"] == "application/bazaar"


@pytest.mark.parametrize(
    ("body", "sent"), [("SELECT 'é'", "SELECT 'é'".encode()), ({"a": "é"}, b'{"a":"\\u00e9"}'), ("", b"")]
)
async def test_a_text_is_sent_as_it_is_and_anything_else_as_json(body: Any, sent: bytes) -> None:
    line = Line(ok(THING))
    await create_thing(bazaar(line), body)

    assert line.seen[0].content == sent
    assert line.seen[0].headers["content-type"] == "application/bazaar"


async def test_what_goes_with_a_key_stays_at_home(tmp_path: Path) -> None:
    auth = KeyAuth(httpx.URL(URL), "X-Key", KEY, {"X-Tenant": "t7"})
    line = Line(ok({"url": "https://files.example/x.pdf"}), text(b"%PDF"), auth=auth)
    line.folder = Folder(tmp_path)
    await save_thing(line.shop(), "7")

    assert [{"x-key", "x-tenant"} <= set(request.headers) for request in line.seen] == [True, False]
    assert not {"x-key", "x-tenant"} & set(line.seen[1].headers)
