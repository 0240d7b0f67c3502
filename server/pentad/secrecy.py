"""What platforms send back and nobody should read: taken out by the names of members, and by shape.

Names catch what looks like any other text, such as a password; shapes catch what stands where no name tells,
such as a key in a sentence. Numbers, flags and nulls stay, and so does every other text.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Collection
from functools import lru_cache
from typing import Any

SECRET = "(secret)"  # noqa: S105 - what stands in for one
SWEPT = "secrets in the platform's answer were replaced by (secret)"

# Names of members, without signs and in lower case. The last words of the contracts' own names are here too:
# Optimibi's `initpwd` and `privateKey`, its `j_password` and JSESSIONID.
_WHOLE = frozenset(
    {
        "apikeys", "authorization", "bearer", "connectionstrings", "cookie", "cookies", "credential",
        "credentials", "csrftoken", "hmacsecret", "jsessionid", "jwt", "jwtsecret", "passwords",
        "proxyauthorization", "secret", "secrets", "sessionid", "setcookie", "sharedsecret", "signingsecret",
        "token", "totpsecret", "webhooksecret", "xsrftoken",
    }
)  # fmt: skip
_LAST = (
    "accesskey", "accesstoken", "apikey", "apisecret", "apitoken", "appsecret", "authtoken", "bearertoken",
    "clientsecret", "connectionstring", "idtoken", "jwttoken", "passphrase", "passwd", "password",
    "privatekey", "pwd", "refreshtoken", "secretaccesskey", "secretkey", "securitytoken", "sessiontoken",
    "signingkey",
)  # fmt: skip
# What an object of such a name says about the secret, and not the secret: clariBI describes a key under
# `api_key`, Optimibi a token without its value.
_ABOUT = re.compile(
    r"id|uuid|name|label|title|description|type|kind|status|state|algorithm|issuer|scopes?|permissions?|roles?"
    r"|prefix|user|username|email|owner|jti"
    r"|(?:created|updated|changed|issued|expires|expired|expiry|revoked|rotated|used|lastused)(?:at|on|by|date)?"
)
_SIGNS = re.compile(r"[\W_]+")
# Member names that were looked at and mean nothing, so that a row of known columns costs one comparison.
HARMLESS: set[str] = set()
_REMEMBERED = 5000

# Each text with a secret by its shape has one of these; the rest is not looked at more closely. To begin at a
# character that is rare in rows, and to look back from there, takes half the time of looking for the words.
_TRACES = tuple(
    map(
        re.compile,
        (
            r"J(?<=\.eyJ)",
            r"k(?:(?<=tk)_|(?<=sk)-)",
            r"A(?:(?<=gA)AAA|KIA)",
            r"b(?:(?<=clarib)i_|earer )",
            r"Bearer ",
            r"V(?<=PRIV)ATE KEY",
        ),
    )
)
_GIVEN = re.compile(
    r"=(?:(?<=word=)|(?<=pwd=)|(?<=passwd=)|(?<=[?&_]token=)|(?<=[?&]jwt=)|(?<=key=)|(?<=secret=))",
    re.IGNORECASE,
)
_JWT = re.compile(r"(?<![\w-])(eyJ[\w-]{6,})(?:\.[\w-]*){2,4}", re.ASCII)
_SHAPES = tuple(
    (re.compile(pattern, re.ASCII | flags), put)
    for pattern, put, flags in (
        (
            r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|\Z)",
            SECRET,
            re.DOTALL,
        ),
        (r"(?<![A-Za-z0-9])gAAAA[\w-]{50,}={0,2}", SECRET, 0),
        (r"(?<![A-Za-z0-9])claribi_(?:[a-z]+_){0,2}(?=[A-Za-z]{0,200}\d)[A-Za-z0-9]{20,}", SECRET, 0),
        (r"(?<![A-Za-z0-9])tk_(?=[A-Za-z]{0,200}\d)[A-Za-z0-9]{16,}", SECRET, 0),
        # A key has a capital and a digit, or is one long word: `sk-` begins slugs too.
        (
            r"(?<![A-Za-z0-9])sk-(?:(?=[\w-]{0,200}[A-Z])(?=[\w-]{0,200}\d)[\w-]{20,}|[a-z0-9]{32,})",
            SECRET,
            0,
        ),
        (r"(?<![A-Za-z0-9])AKIA[A-Z0-9]{16}(?![A-Za-z0-9])", SECRET, 0),
        (r"(://[^\s/?#:@]*:)[^\s/?#]+@", rf"\1{SECRET}@", 0),
        (r"\b([Bb]earer +)(?=[A-Za-z._~+/-]{0,200}\d)[\w.~+/-]{16,}=*", rf"\1{SECRET}", 0),
        (
            r"((?:\b(?:password|passwd|pwd)|[?&](?:(?:access|refresh|id)_token|api_?key|client_secret))=)"
            r"""[^;&\s"']+""",
            rf"\1{SECRET}",
            re.IGNORECASE,
        ),
        # Of an address. Shorter ones are switches, such as OMIQ's `?token=true`.
        (r"""([?&](?:token|jwt)=)[^;&\s"'#]{8,}""", rf"\1{SECRET}", re.IGNORECASE),
    )
)


_LINK = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://\S+")


def sayable(words: str) -> str:
    """What may be repeated of a platform's words, whose sentences tell more than its members' names."""
    return _LINK.sub("(link)", without_shapes(words))


def without_secrets(value: Any) -> Any:
    """Decoded JSON, nested no deeper than `clean_json` goes, with `(secret)` in place of each secret."""
    if isinstance(value, str):
        return without_shapes(value)
    if isinstance(value, list):
        return [without_secrets(item) for item in value]
    if isinstance(value, dict):
        return {
            without_shapes(name): _withheld(part) if _is_secret(name) else without_secrets(part)
            for name, part in value.items()
        }
    return value


def without_shapes(text: str) -> str:
    """The text with `(secret)` in place of what has the shape of a secret."""
    if not telling(text):
        return text
    text = _JWT.sub(_unless_plain, text)
    for shape, put in _SHAPES:
        text = shape.sub(put, text)
    return text


def telling(text: str) -> bool:
    """Whether a text, JSON or not, may hold the shape of a secret. It is quick, and right where it says no,
    as long as no letter of the text is spelt as an escape."""
    return (
        any(trace.search(text) for trace in _TRACES)
        or ("@" in text and ("://" in text or ":\\/\\/" in text))
        or ("=" in text and _GIVEN.search(text) is not None)
    )


def named(names: Collection[str]) -> bool:
    """Whether one of these is the name of a secret."""
    if any(map(_is_secret, names)):
        return True
    if len(HARMLESS) < _REMEMBERED:
        HARMLESS.update(name for name in names if len(name) < 200)
    return False


@lru_cache(maxsize=_REMEMBERED)
def _is_secret(name: str) -> bool:
    bare = _bare(name)
    return bare in _WHOLE or bare.endswith(_LAST)


def _bare(name: str) -> str:
    return _SIGNS.sub("", name[-200:]).casefold()


def _withheld(value: Any) -> Any:
    """A value of a member with a secret's name: every text in it goes, unless it only describes."""
    if isinstance(value, str):
        return value and SECRET
    if isinstance(value, list):
        return [_withheld(item) for item in value]
    if isinstance(value, dict):
        return {
            without_shapes(name): without_secrets(part) if _ABOUT.fullmatch(_bare(name)) else _withheld(part)
            for name, part in value.items()
        }
    return value


def _unless_plain(found: re.Match[str]) -> str:
    """Three parts are a JWT when the first names an algorithm."""
    head = found[1]
    try:
        told = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (ValueError, RecursionError):
        return found[0]
    return SECRET if isinstance(told, dict) and "alg" in told else found[0]
