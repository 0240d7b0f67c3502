"""An id fills its place in the path and nothing else."""

from __future__ import annotations

from urllib.parse import unquote

import httpx2 as httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.errors import Rejected
from pentad.operations import Route
from tests.http.wire import THING, Line, get_thing, list_things, ok
from tests.proof import EXAMPLES

ROUTE = Route.parse("GET /groups/{group}/things/{thing}")


def test_a_route_knows_its_places() -> None:
    assert (ROUTE.method, ROUTE.places) == ("GET", ("group", "thing"))
    path, rest = ROUTE.fill({"group": 7, "thing": "a b", "color": "red", "none": None})
    assert (path, rest) == ("/groups/7/things/a%20b", {"color": "red", "none": None})


@pytest.mark.parametrize(
    "value", ["", " ", ".", "..", "...", ". .", "a/b", "../x", "a\\b", "a?b", "a#b", "/"]
)
def test_an_id_that_would_change_the_path_is_refused(value: str) -> None:
    with pytest.raises(Rejected, match="is not an id") as caught:
        ROUTE.fill({"group": "g", "thing": value})
    assert (caught.value.outcome, caught.value.problems) == ("none", {"thing": ["not an id"]})


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_id_fills_one_segment_or_is_refused(value: str) -> None:
    try:
        path, rest = ROUTE.fill({"group": "g", "thing": value})
    except Rejected:
        assert value.strip(". ") == "" or set(value) & set("/\\?#")
        return
    assert rest == {}
    assert path.startswith("/groups/g/things/")
    assert unquote(path.rpartition("/")[2]) == value
    assert httpx.URL("https://shop.example").copy_with(raw_path=path.encode("ascii")).path.count("/") == 4


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\\?#"), min_size=1))
async def test_the_platform_reads_the_id_that_was_given(value: str) -> None:
    line = Line(ok(THING))
    if value.strip(". ") == "":
        return
    await get_thing(line.shop(), value)
    assert unquote(line.seen[0].url.raw_path.decode()) == f"/things/{value}"
    assert line.seen[0].url.host == "shop.example"


async def test_the_query_holds_what_was_given_and_no_more() -> None:
    line = Line(ok([]))
    await list_things(line.shop(), color="red & blue=#1")
    assert dict(line.seen[0].url.params) == {"color": "red & blue=#1", "page": "1", "size": "3"}
    await list_things(line.shop())
    assert dict(line.seen[1].url.params) == {"page": "1", "size": "3"}


async def test_a_path_lies_below_the_accounts_address() -> None:
    for url in ("https://shop.example/eu/api", "https://shop.example/eu/api/"):
        line = Line(ok(THING), url=url)
        await get_thing(line.shop(), "a%2Fb")
        assert line.seen[0].url.raw_path == b"/eu/api/things/a%252Fb"
