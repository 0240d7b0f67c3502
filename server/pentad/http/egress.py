"""Where a link that a platform hands out may lead."""

from __future__ import annotations

import ipaddress
import re

import httpx2 as httpx

from pentad.errors import Malformed
from pentad.http.auth import same_origin

_NUMERIC = re.compile(r"\d+|0x[0-9a-f]*")


def checked(link: str, base: httpx.URL, home: httpx.URL, label: str) -> httpx.URL:
    """The link, read relative to `base`, if it leads somewhere a file may come from.

    https is required, and a private or loopback host is refused, unless the account itself lives there.
    """
    try:
        url = base.join(link)
    except (httpx.InvalidURL, ValueError):
        url = httpx.URL("")
    if same_origin(url, home):
        return url
    if url.scheme != "https" or not url.host or url.userinfo or _internal(url.host.rstrip(".")):
        raise Malformed(f"{label} points to an address that files are not fetched from.")
    return url


def is_loopback(host: str) -> bool:
    """Whether a host name can only mean this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _internal(host: str) -> bool:
    if is_loopback(host) or host.endswith((".local", ".internal")):
        return True
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        # A last part that is a number makes it an address in one of the old spellings, such as 127.1.
        return "." not in host or _NUMERIC.fullmatch(host.rpartition(".")[2]) is not None
    return not address.is_global or address.is_multicast
