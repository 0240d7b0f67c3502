"""Where a link that a platform hands out may lead."""

from __future__ import annotations

import ipaddress

import httpx2 as httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pentad.errors import Malformed
from pentad.http.egress import checked, is_loopback
from tests.proof import EXAMPLES

HOME = httpx.URL("https://shop.example")
BASE = httpx.URL("https://shop.example/a/b")


def _follow(link: str, home: httpx.URL = HOME) -> str:
    return str(checked(link, home.join("/a/b"), home, "Shop"))


@pytest.mark.parametrize(
    ("link", "leads_to"),
    [
        ("https://files.example/x.pdf?sig=1", "https://files.example/x.pdf?sig=1"),
        ("https://files.example:8443/x", "https://files.example:8443/x"),
        ("https://93.184.216.34/x", "https://93.184.216.34/x"),
        ("https://[2606:2800:220:1::1]/x", "https://[2606:2800:220:1::1]/x"),
        ("/x", "https://shop.example/x"),
        ("x", "https://shop.example/a/x"),
        ("?q=1", "https://shop.example/a/b?q=1"),
        ("//files.example/x", "https://files.example/x"),
        ("HTTPS://FILES.EXAMPLE/x", "https://files.example/x"),
        ("https://bücher.example/x", "https://xn--bcher-kva.example/x"),
    ],
)
def test_it_leads_to_the_open_network_or_home(link: str, leads_to: str) -> None:
    assert _follow(link) == leads_to


REFUSED = [
    "http://files.example/x",
    "http://shop.example/x",
    "ftp://files.example/x",
    "file:///etc/passwd",
    "data:text/plain,x",
    "javascript:alert(1)",
    "https://user:pass@files.example/x",
    "https://user@files.example/x",
    "https://shop.example@evil.example/x",
    "https://localhost/x",
    "https://LOCALHOST/x",
    "https://localhost./x",
    "https://db.localhost/x",
    "https://intranet/x",
    "https://printer.local/x",
    "https://metadata.google.internal/x",
    "https://127.0.0.1/x",
    "https://127.0.0.1./x",
    "https://127.1/x",
    "https://2130706433/x",
    "https://0x7f000001/x",
    "https://0x7f.0.0.1/x",
    "https://0177.0.0.1/x",
    "https://10.0.0.8/x",
    "https://172.16.0.1/x",
    "https://192.168.1.1/x",
    "https://169.254.169.254/latest/meta-data",
    "https://100.64.0.1/x",
    "https://0.0.0.0/x",
    "https://224.0.0.1/x",
    "https://255.255.255.255/x",
    "https://[::1]/x",
    "https://[::]/x",
    "https://[::ffff:127.0.0.1]/x",
    "https://[fd00::1]/x",
    "https://[fe80::1]/x",
    "https://[::1",
    "https://a:99999999/x",
    "https://①.0.0.1/x",
    "https://files.example\n.evil.example/x",
]


@pytest.mark.parametrize("link", REFUSED)
def test_it_does_not_lead_astray(link: str) -> None:
    with pytest.raises(Malformed, match="not fetched from") as caught:
        _follow(link)
    assert "example" not in str(caught.value.words())


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
