"""Signed addresses on the storage host."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import quote, urlencode

from pentad.sandbox.asgi import Call
from pentad.sandbox.omiq.longops import Link
from pentad.sandbox.omiq.state import State

HOST = "storage.omiq.sandbox"


def signed(state: State, call: Call, link: Link, now: float) -> str:
    """Good for `link_life` seconds, one method and one path."""
    base = f"https://{HOST}"
    if call.served:
        base = call.base.removesuffix("/omiq") + "/omiq-storage"
    path, expires = quote(link.path), str(int(now + state.link_life))
    pairs = {"expires": expires, "signature": signature(state, link.method, link.path, expires)}
    return f"{base}{path}?{urlencode(pairs)}"


def signature(state: State, method: str, path: str, expires: str) -> str:
    return hmac.new(state.key, f"{method} {path} {expires}".encode(), hashlib.sha256).hexdigest()
