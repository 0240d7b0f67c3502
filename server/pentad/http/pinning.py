"""Requests to hosts that are not the account's own: resolved once, judged, and sent to what was judged.

A name is checked when its link is read, but what it leads to is only known when it is resolved, and may be
another address a moment later. So the connection is made to an address of the one answer that was looked at.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import httpx2 as httpx

from pentad.http.auth import same_origin
from pentad.http.egress import is_literal, is_public, refusal

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
# A host has a few addresses; of those that do not answer, not all of them are worth the call's time.
_TRIED = 4
# Seconds for an address after which there are others, where a network swallows what it cannot route.
_IMPATIENCE = 3.0


async def resolved(host: str, port: int) -> Sequence[str]:
    """The addresses of a host in the system's order of preference. Raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def network(home: httpx.URL, label: str, proxy: str | None) -> Pinned:
    """The transport to the network, for an account at `home`."""
    trusted = httpx.create_ssl_context()
    own = httpx.AsyncHTTPTransport(verify=trusted, proxy=proxy)
    # A connection to an address was checked against one name's certificate, so no other name may find it.
    unshared = httpx.Limits(max_connections=100, max_keepalive_connections=0)
    far = httpx.AsyncHTTPTransport(verify=trusted, proxy=proxy, limits=unshared)
    return Pinned(home, label, own, far, None if proxy else resolved)


@dataclass
class Pinned(httpx.AsyncBaseTransport):
    """`own` takes what goes to the account itself, `far` all else. Raises Malformed where that would not go
    to the open network. Without `resolve` a proxy resolves: it judges names, addresses are judged here."""

    home: httpx.URL
    label: str
    own: httpx.AsyncBaseTransport
    far: httpx.AsyncBaseTransport
    resolve: Resolve | None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if same_origin(request.url, self.home):
            return await self.own.handle_async_request(request)
        host = request.url.raw_host.decode("ascii")
        if request.url.scheme != "https" or (is_literal(host) and not is_public(host)):
            raise refusal(self.label)
        if self.resolve is None or is_literal(host):
            return await self.far.handle_async_request(request)
        addresses = await self._addresses(self.resolve, request.url)
        for address in addresses[:-1]:
            with suppress(httpx.ConnectError, httpx.ConnectTimeout):
                return await self.far.handle_async_request(_pinned(request, address, _IMPATIENCE))
        return await self.far.handle_async_request(_pinned(request, addresses[-1]))

    async def _addresses(self, resolve: Resolve, url: httpx.URL) -> Sequence[str]:
        try:
            found = await resolve(url.raw_host.decode("ascii"), url.port or 443)
        except (OSError, UnicodeError) as error:
            raise httpx.ConnectError("the name was not resolved") from error
        if not found:
            raise httpx.ConnectError("the name has no address")
        if not all(is_public(address) for address in found):
            raise refusal(self.label)
        return found[:_TRIED]

    async def aclose(self) -> None:
        await self.own.aclose()
        await self.far.aclose()


def _pinned(request: httpx.Request, address: str, patience: float | None = None) -> httpx.Request:
    """The same request to one address; Host, and the name that the certificate is checked for, stay."""
    extensions = {**request.extensions, "sni_hostname": request.url.raw_host.decode("ascii").rstrip(".")}
    timeout = dict(extensions.get("timeout") or {})
    if patience is not None:
        extensions["timeout"] = timeout | {"connect": min(timeout.get("connect") or patience, patience)}
    url = request.url.copy_with(host=address)
    return httpx.Request(
        request.method, url, headers=request.headers, stream=request.stream, extensions=extensions
    )
