"""What an answer says, in whichever form it comes: envelope, bare value, page, or a text called error."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import httpx2 as httpx

from pentad.errors import AuthFailed, Malformed, NotFound, PlatformError, RateLimited, Rejected
from pentad.files import offered
from pentad.http.answers import Explained, kind_of
from pentad.models import Row
from pentad.results.record import Stored
from pentad.secrecy import SECRET, named

_PUBLISH = "/mondrian/postAnalysis"
_PUBLISHED = 3
_ABOUT_CALLS = frozenset({"code", "responseCode", "status", "id", "total"})
_VERDICT = frozenset({"success", "msg", "message", "code", "responseCode"})
_KINDS: Mapping[int, type[PlatformError]] = {
    401: AuthFailed,
    403: Rejected,
    404: NotFound,
    410: NotFound,
    429: RateLimited,
}
# What a batch says of each entry in place of words.
_CODES = {401: "not allowed", 403: "not allowed", 404: "not found", 409: "not found", 500: "failed there"}
_SIGNED_OUT = re.compile(
    r"not (?:been )?(?:logged|signed)[ -]?in|not (?:yet )?(?:login|authenticated)|unauthenticated"
    r"|(?:please|must|need to|have to) (?:first )?(?:log|sign)[ -]?in|login (?:is )?required"
    r"|session (?:has |is |was )?(?:expired|timed? ?out|invalid)",
    re.IGNORECASE,
)
# Some refuse a right with the code of a sign-in.
_NO_RIGHT = re.compile(r"\bno auth$|privileges?\b|\bpermissions?\b|not authori[sz]ed to", re.IGNORECASE)
_MISSING = re.compile(r"\bnot found\b|\bn(?:o|')t exist|\bno such\b", re.IGNORECASE)
# Whom the server says that it serves when it serves nobody.
_NOBODY = frozenset({"anonymous", "anonymoususer"})
# What these answer to nobody looks like success.
_WHO = "/extension/auth/fetchUser"
_PROFILE = "/user/detail"
SIGN_IN = "The sign-in may have ended or been refused; optimibi_get_own_profile tells whose it is."
NO_RIGHT = "The user lacks the right to it: its owner or an administrator can grant it."
_NAMED = re.compile(
    r"""(?<![\w.-])([A-Za-z][\w.-]{0,99})(["']?\s{0,9}[:=]\s{0,9})("[^"]*"|'[^']*'|[^\s,;&<>"']+)"""
)
_ELEMENT = re.compile(r"<([A-Za-z][\w.-]{0,99})>([^<]+)</")
_PAGES = ("text/html", "application/xhtml+xml")
_PAGE = (b"<!doctype html", b"<html")
_LOGIN_FORM = re.compile(
    rb"j_spring_security_check|name=[\"']?j_password|<input[^>]+type=[\"']?password"
    rb"|<title>[^<]*(?:log|sign)[ -]?in\b",
    re.IGNORECASE,
)
_LOGIN_PATH = re.compile(r"/login(?:\.jsp)?/?$", re.IGNORECASE)


def fault(data: Any, template: str) -> Explained | None:
    """What failed, in an answer whose status says that nothing did; None if nothing did."""
    if not isinstance(data, dict):
        return None
    code = code_of(data)
    if _strange(data, template):
        return explained(401, None)
    if _is(data.get("success"), flag=False) or (_enveloped(data) and code >= 400):
        return explained(code, words_of(data))
    inner = data.get("data")
    if isinstance(inner, dict) and _is(inner.get("success"), flag=False):
        return explained(code_of(inner) or code, words_of(inner) or words_of(data))
    if template.endswith(_PUBLISH) and data.get("status", _PUBLISHED) != _PUBLISHED:
        return explained(code, words_of(data))
    return None


def explained(code: int, words: str | None) -> Explained:
    """The kind of failure: the code tells it, else the words do."""
    kind = _KINDS.get(code)
    if kind is AuthFailed and words and _NO_RIGHT.search(words):
        code, kind = 403, Rejected
    if kind is None and words:
        kind = AuthFailed if _SIGNED_OUT.search(words) else NotFound if _MISSING.search(words) else None
    hint = SIGN_IN if kind is AuthFailed else NO_RIGHT if code == 403 else None
    return Explained(without_named(words) if words else None, kind=kind or Rejected, hint=hint)


def _strange(data: Mapping[str, Any], template: str) -> bool:
    """Whether an answer about whoever asks is about nobody."""
    return (template.endswith(_WHO) and is_nobody(data)) or (
        template.endswith(_PROFILE) and data.get("data") == {}
    )


def is_nobody(told: Any) -> bool:
    """Whether what get_session_info answers says that nobody is signed in."""
    if not isinstance(told, dict):
        return False
    user = str(told.get("username", "")).lower()
    return _is(told.get("islogged"), flag=False) or user in _NOBODY or _is(told.get("success"), flag=False)


def without_named(text: str) -> str:
    """The text with `(secret)` in place of what is given there under the name of a secret, as attribute,
    element or pair."""
    text = _NAMED.sub(lambda given: f"{given[1]}{given[2]}{SECRET}" if named([given[1]]) else given[0], text)
    return _ELEMENT.sub(lambda given: f"<{given[1]}>{SECRET}</" if named([given[1]]) else given[0], text)


def entries(data: Any) -> dict[str, str | None]:
    """What became of each thing of a batch, by name: None for done, else what was said. It comes as objects
    in a list, or as names with codes, in a list or not; empty for what is no batch."""
    told = data.get("data", data) if isinstance(data, dict) else None
    parts: list[Any] = told if isinstance(told, list) else [told]
    found: dict[str, str | None] = {}
    for at, part in enumerate(parts):
        if _coded(part):
            found |= {name: _outcome({"code": code}) for name, code in part.items()}
        elif isinstance(part, dict) and isinstance(told, list) and _enveloped(part):
            found[str(part.get("name", part.get("id", at)))] = _outcome(part)
    return found


def _coded(part: Any) -> bool:
    """Whether these are names with the outcomes that a batch knows."""
    if not isinstance(part, dict) or _ABOUT_CALLS & part.keys():
        return False
    return bool(part) and all(str(code) in ("200", *map(str, _CODES)) for code in part.values())


def _outcome(entry: Mapping[str, Any]) -> str | None:
    code = code_of(entry)
    if code < 400 and not _is(entry.get("success"), flag=False):
        return None
    return without_named(words_of(entry) or _CODES.get(code) or f"code {code}")


def words_of(data: Any) -> str | None:
    """The platform's sentence in an envelope."""
    told = [data.get(name) for name in ("msg", "message")] if isinstance(data, dict) else []
    return next((text for text in told if isinstance(text, str) and text.strip()), None)


def code_of(data: Any) -> int:
    """The outcome as a number, whichever member and spelling it has; 0 where it is a word or missing."""
    if not isinstance(data, dict):
        return 0
    told = [str(data.get(name, "")) for name in ("code", "responseCode")]
    return next((int(text) for text in told if re.fullmatch(r"\d{3}", text)), 0)


def _is(value: Any, *, flag: bool) -> bool:
    return value is flag or (isinstance(value, str) and value.lower() == str(flag).lower())


def _enveloped(data: Mapping[str, Any]) -> bool:
    """Whether a member `code` is about the call, and not a member of what was asked for."""
    return "success" in data or "responseCode" in data or words_of(data) is not None


def payload(data: Any) -> Any:
    """What an answer holds: the object under `data`; a list as `rows`, a bare value as `value`; else all that
    is not about success."""
    if isinstance(data, list | Stored):
        return {"rows": data}
    if not isinstance(data, dict):
        return {"value": data}
    if "success" not in data:
        return data
    return data["data"] if isinstance(data.get("data"), dict) else whole(data)


def whole(data: Mapping[str, Any]) -> dict[str, Any]:
    """An envelope without what it says of success."""
    return {name: part for name, part in data.items() if name not in _VERDICT or "success" not in data}


def rows_of(data: Any, within: str | None, label: str) -> Sequence[Row]:
    """The rows wherever they stand: bare, `data`, `data.list`, or the member named. Values that are no
    objects become the column `value`. Raises Malformed where there is no list."""
    found = _list_in(data, within)
    if isinstance(found, Stored):
        return found
    if not isinstance(found, list):
        wanted = f"the list {within!r}" if within else "a list"
        raise Malformed(f"{label} sent an answer in another form than documented: {wanted} was expected.")
    return [row if isinstance(row, dict) else {"value": row} for row in found if row is not None]


def _list_in(data: Any, within: str | None) -> Any:
    if not isinstance(data, dict):
        return data
    inner = data.get("data")
    parts = [part for part in (data, inner) if isinstance(part, dict)]
    names = (within,) if within else ("data", "list")
    lists = [part[name] for part in parts for name in names if isinstance(part.get(name), list | Stored)]
    if lists:
        return lists[0]
    # A list that would be empty may be null, or not be there at all.
    told = any(name in part and part[name] is None for part in parts for name in names)
    nothing = _is(data.get("success"), flag=True) and inner is None
    return [] if told or nothing else None


def is_page(response: httpx.Response) -> bool:
    """Whether a web page came, whatever it claims to be; of what was not read, the claim has to do."""
    kind, head = kind_of(response), _read(response)[:200].lstrip().lower()
    if head and not head.startswith(_PAGE):
        return kind in _PAGES and head.startswith(b"<")
    return bool(head) or kind in _PAGES


def _read(response: httpx.Response) -> bytes:
    """The body as far as it is at hand: not that of a file, nor what went to a result."""
    try:
        content: bytes = response.content
    except httpx.ResponseNotRead:
        return b""
    return content


def is_login(response: httpx.Response) -> bool:
    """Whether the user is asked to sign in: a redirect to that page, or the page itself."""
    if response.has_redirect_location:
        return is_login_address(response.headers["location"])
    return is_page(response) and _LOGIN_FORM.search(_read(response)) is not None


def is_login_address(address: str) -> bool:
    path, _, query = address.partition("?")
    return "login_error" in query or _LOGIN_PATH.search(path.partition(";")[0]) is not None


def is_failure_file(response: httpx.Response) -> bool:
    """Whether a file that comes is a sentence about why it does not."""
    return (offered(response) or "").lower() in ("error.txt", "info.txt")
