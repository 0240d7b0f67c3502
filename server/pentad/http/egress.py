"""Where a link that a platform hands out may lead."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import httpx2 as httpx

from pentad.errors import Malformed
from pentad.http.auth import same_origin

_NUMERIC = re.compile(r"\d+|0x[0-9a-f]*")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
# Names of networks that end at some door: RFC 6761, 6762, 7686, 8375 and 9476, what ICANN withholds for
# them, and what clusters and routers hand out.
_INSIDE = frozenset(
    {
        "localhost",
        "local",
        "internal",
        "localdomain",
        "intranet",
        "private",
        "corp",
        "home",
        "lan",
        "alt",
        "invalid",
        "onion",
        "svc",
        "arpa",
    }
)
# RFC 6890 and its successors in IANA's registry; at the last one a cloud's own services answer.
_SPECIAL = [
    IPv4Network(net)
    for net in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
        "168.63.129.16/32",
    )
]
# The unicast addresses that IANA gives out, and what in them leads elsewhere: Teredo, examples, 6to4.
_UNICAST = IPv6Network("2000::/3")
_SPECIAL_6 = [IPv6Network(net) for net in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")]
# A gateway that knows IPv4 only by this prefix (RFC 6052) is how some networks reach all of it.
_TRANSLATED = IPv6Network("64:ff9b::/96")
# How the id of an ISATAP interface begins; an IPv4 address to tunnel to follows (RFC 5214).
_TUNNEL = (0x00005EFE, 0x02005EFE)


def checked(link: str, base: httpx.URL, home: httpx.URL, label: str) -> httpx.URL:
    """The link, read relative to `base`, if it leads somewhere a file may come from.

    https is required, and what can be seen to lie inside some network is refused, unless the account itself
    lives there. Raises Malformed. Names that lead inside are found when they are resolved (`pinning`).
    """
    try:
        url = base.join(link)
    except (httpx.InvalidURL, ValueError):
        url = httpx.URL("")
    plain = is_plain(link, url)
    if plain and same_origin(url, home):
        return url
    host = url.raw_host.decode("ascii")
    if plain and url.scheme == "https" and (is_public(host) if is_literal(host) else _outside(host)):
        return url
    raise refusal(label)


def is_plain(link: str, url: httpx.URL) -> bool:
    """Whether an address, as it was written and as it was read, can only be read in one way: it has no blanks
    around it, no backslashes before its query, no user, and a host and a port that exist."""
    if link != link.strip() or "\\" in re.split(r"[?#]", link, maxsplit=1)[0] or url.userinfo:
        return False
    host = url.raw_host.decode("ascii").removesuffix(".")
    named = len(host) <= 253 and all(_LABEL.fullmatch(label) for label in host.split("."))
    port = 443 if url.port is None else url.port
    return (named or _is_address(host)) and 0 < port < 2**16


def refusal(label: str) -> Malformed:
    return Malformed(f"{label} points to an address that files are not fetched from.")


def is_loopback(host: str) -> bool:
    """Whether a host name can only mean this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_literal(host: str) -> bool:
    """Whether a host is an address, in any spelling that some resolver takes for one: 127.1, 0x7f000001."""
    return _is_address(host) or _NUMERIC.fullmatch(host.rstrip(".").rpartition(".")[2]) is not None


def is_public(host: str) -> bool:
    """Whether an address plainly belongs to the open network; what is no address does not."""
    if not _is_address(host):
        return False
    address = ip_address(host)
    if isinstance(address, IPv4Address):
        return not any(address in net for net in _SPECIAL)
    return _public_6(address)


def _public_6(address: IPv6Address) -> bool:
    if address.scope_id is not None:
        return False
    if address in _TRANSLATED:
        return is_public(str(IPv4Address(int(address) & 0xFFFFFFFF)))
    tunnel = (int(address) >> 32) & 0xFFFFFFFF in _TUNNEL
    return address in _UNICAST and not tunnel and not any(address in net for net in _SPECIAL_6)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _outside(name: str) -> bool:
    """Whether a name is one that the open network can know."""
    labels = name.removesuffix(".").split(".")
    return len(labels) > 1 and labels[-1] not in _INSIDE
