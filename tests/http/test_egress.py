"""Where a link that a platform hands out may lead."""

from __future__ import annotations

import contextlib
import ipaddress
from pathlib import Path

import httpx2 as httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pentad.errors import Malformed
from pentad.http.egress import checked, is_loopback
from pentad.http.fetching import fetch
from pentad.platforms.claribi import Claribi
from pentad.settings import Account
from tests.corpora import entries, kinds
from tests.http.wire import Line, save_thing, text
from tests.proof import EXAMPLES

HOME = httpx.URL("https://shop.example")
BASE = httpx.URL("https://shop.example/a/b")
HOSTILE = entries("addresses", "hostile addresses")


def _follow(link: str, home: httpx.URL = HOME) -> str:
    return str(checked(link, home.join("/a/b"), home, "Shop"))


@pytest.mark.parametrize(
    ("link", "leads_to"),
    [
        ("/x", "https://shop.example/x"),
        ("x", "https://shop.example/a/x"),
        ("?q=1", "https://shop.example/a/b?q=1"),
        ("//files.example/x", "https://files.example/x"),
        ("HTTPS://FILES.EXAMPLE/x", "https://files.example/x"),
        ("https://bücher.example/x", "https://xn--bcher-kva.example/x"),
    ],
)
def test_it_is_read_relative_to_where_it_stood(link: str, leads_to: str) -> None:
    assert _follow(link) == leads_to


def _refused(link: str) -> bool:
    try:
        _follow(link)
    except Malformed as error:
        return error.message == "Shop points to an address that files are not fetched from."
    return False


def test_nothing_of_the_corpus_leads_astray_and_nothing_good_is_refused() -> None:
    assert [link for link in HOSTILE if not _refused(link)] == []
    assert [link for link in entries("addresses", "good addresses") if _refused(link)] == []


async def test_no_download_is_redirected_astray(tmp_path: Path) -> None:
    followed = []
    for link in HOSTILE:
        line = Line(text("", 302, location=link), text(b"%PDF"), folder=tmp_path)
        with contextlib.suppress(Malformed):
            await save_thing(line.shop(), "7")
        followed += [request.url for request in line.seen[1:]]
    assert followed == []


async def test_no_link_is_fetched_astray(tmp_path: Path) -> None:
    line = Line(text(b"%PDF"), folder=tmp_path)
    for hostile in HOSTILE:

        async def link(hostile: str = hostile) -> str:
            return hostile

        with pytest.raises(Malformed, match="not fetched from"):
            await fetch(line.shop(), "key", link, line.folder)
    assert line.seen == []


def test_an_account_lives_at_an_https_address_that_can_be_read_in_one_way() -> None:
    groups = kinds("addresses")["hostile addresses"]
    harmless = {"https://@127.0.0.1/x", "https://127.0.0.1:+443/x"}
    harmless |= {"http://localhost/x", "http://127.0.0.1/x", "http://[::1]/x"}
    broken = ("users", "backslashes", "blanks", "ports", "schemes", "in_the_clear", "broken", "encoded_hosts")
    taken = {url for group in broken for url in groups[group] if not _problems(url)}
    assert taken <= harmless
    in_house = [*groups["private"], "https://wiki/x", "https://git.corp", "http://127.0.0.1:8800"]
    assert [url for url in in_house if _problems(url)] == []


def _problems(url: str) -> list[str]:
    return Claribi.problems(Account("claribi", {"api_key": "claribi_k1", "url": url}))


def test_an_account_on_this_machine_may_point_to_itself() -> None:
    home = httpx.URL("http://127.0.0.1:8800")
    assert _follow("/x", home) == "http://127.0.0.1:8800/x"
    with pytest.raises(Malformed):
        _follow("http://127.0.0.1:8801/x", home)


@settings(max_examples=EXAMPLES, deadline=None)
@example("A:////[")
@given(st.text() | st.from_regex(r"https?://[a-z0-9.@:\[\]/-]{1,30}", fullmatch=True))
def test_every_link_is_followed_safely_or_refused(link: str) -> None:
    try:
        url = checked(link, BASE, HOME, "Shop")
    except Malformed:
        return
    assert url.scheme == "https"
    assert url.host
    assert not is_loopback(url.host)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.ip_addresses())
def test_only_addresses_of_the_open_network_are_fetched_from(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    host = f"[{address}]" if address.version == 6 else str(address)
    try:
        checked(f"https://{host}/x", BASE, HOME, "Shop")
    except Malformed:
        return
    assert address.is_global
    assert not address.is_multicast


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("localhost", True),
        ("db.localhost", True),
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("[::1]", True),
        ("localhost.example", False),
        ("128.0.0.1", False),
        ("", False),
    ],
)
def test_loopback_is_this_machine_only(host: str, here: bool) -> None:
    assert is_loopback(host) is here
