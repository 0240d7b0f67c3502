"""How things of the repository are named: by path, in three spellings, or by id."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import unquote

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_ADDRESS = re.compile(r"/plugin/datafor/api/(?:open|edit|integrate)/([^/?#]+)")


def is_uuid(text: str) -> bool:
    return _UUID.fullmatch(text.strip()) is not None


def colon(path: str) -> str:
    """The spelling of inherited calls, `:public:Ops`. A colon in a name becomes a tab there, as Pentaho's own
    encoder of repository paths has it."""
    return path.replace(":", "\t").replace("/", ":")


def url_id(path: str) -> str:
    """What stands for a report in its address: URL-safe Base64 of the path, padding kept."""
    return base64.urlsafe_b64encode(path.encode()).decode("ascii")


def as_path(text: str) -> str | None:
    """The repository path that is meant, whichever way it is spelt: with slashes, with colons, or as a
    report's address; None for what is no path."""
    text = text.lstrip()
    # A tab at the end is part of a name that is spelt with colons.
    text = text.rstrip(" \r\n") if text.startswith(":") else text.rstrip()
    if address := _ADDRESS.search(text):
        return _from_url_id(unquote(address[1]))
    if text.startswith(":"):
        text = text.replace(":", "/").replace("\t", ":")
    if not text.startswith("/"):
        return None
    return re.sub(r"/{2,}", "/", text).rstrip("/") or "/"


def _from_url_id(text: str) -> str | None:
    try:
        path = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except (binascii.Error, UnicodeError, ValueError):
        return None
    return path if path.startswith("/") else None
