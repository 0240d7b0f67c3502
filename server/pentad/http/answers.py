"""An answer as the platform sent it, turned into a value or into one of the six errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx2 as httpx
from pydantic import ValidationError

from pentad import jsontext
from pentad.errors import (
    AuthFailed,
    Malformed,
    NotFound,
    PlatformError,
    Problems,
    RateLimited,
    Rejected,
    Unavailable,
    for_status,
)
from pentad.models import Wire
from pentad.secrecy import sayable, without_shapes
from pentad.text import clean, quoted, shorten

W = TypeVar("W", bound=Wire)
# What a web page in place of JSON mostly is.
PAGE_HINT = "a proxy or a sign-in page, perhaps"
# What tells character sets from escapes, from host names (IDNA, Punycode) and from UTF-7.
_ASCII = rb'{"A.xn--nxa.-+/": "\u0041\n~"}'


@dataclass(frozen=True)
class Explained:
    """What an error body says: the platform's own words, and positions of invalid data.

    `kind` overrules the HTTP status where the words are clearer; `hint` replaces the platform's general one.
    """

    quote: str | None = None
    problems: Problems | None = None
    kind: type[PlatformError] | None = None
    hint: str | None = None


@dataclass
class Disguised(Exception):
    """A failure that came with a status of success."""

    explained: Explained


def given(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that were given: None means leave out, and is dropped here and nowhere else."""
    return {name: value for name, value in values.items() if value is not None}


def kind_of(response: httpx.Response) -> str:
    """The media type, without its parameters."""
    kind: str = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind


def is_json(response: httpx.Response) -> bool:
    return kind_of(response) == "application/json" or kind_of(response).endswith("+json")


def json_of(response: httpx.Response, label: str, page_hint: str = PAGE_HINT) -> Any:
    """The decoded body, whatever media type it claims. Raises Malformed, never ValueError."""
    if "json" in response.extensions:
        return response.extensions["json"]
    charset = foreign(response.charset_encoding)
    try:
        return jsontext.loads(response.content.decode(charset) if charset else response.content)
    except (ValueError, LookupError):
        what = "an empty body" if not response.content.strip() else "a body that is not complete JSON"
        if response.content.lstrip()[:1] == b"<":
            what = f"a web page instead of JSON ({page_hint})"
        raise Malformed(f"{label} answered with {what}.") from None


def foreign(charset: str | None) -> str | None:
    """JSON tells its own Unicode encoding; only another one has to be taken from the header. A codec of
    Python that is no character set, and fails or takes its time, does not read ASCII as it is."""
    if charset is None or charset.lower().startswith("utf"):
        return None
    try:
        return charset if _ASCII.decode(charset) == _ASCII.decode("ascii") else None
    except (ValueError, LookupError):
        return None


def one(model: type[W], data: Any, label: str) -> W:
    """Read an object strictly where it matters. Raises Malformed that names the member."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(map(str, fault["loc"]))
        said = (
            "Input should be an object"
            if fault["type"] == "model_type"
            else shorten(clean(fault["msg"]), 120)
        )
        wrong = f"the member {shorten(clean(where), 80)!r} is wrong: {said}"
        where = wrong if where else "an object was expected"
        raise Malformed(f"{label} sent an answer in another form than documented: {where}.") from None


@dataclass(frozen=True)
class Asked:
    """What was asked for, in the words of the operation: for the sentence about why it failed."""

    label: str
    operation: str
    values: Mapping[str, Any]
    hints: Mapping[int, str]

    def failure(self, status: int, explained: Explained, wait: float) -> PlatformError:
        """The one place where a response becomes an error. `wait` is until the rate limit allows more."""
        kind = explained.kind or for_status(status)
        # Where a platform says in so many words that it refused, it did nothing, whatever the status.
        certain = (400 <= status < 500 and status != 408) or explained.kind in (Rejected, AuthFailed)
        hint = explained.hint or self.hints.get(status)
        return kind(
            " ".join(part for part in (self._sentence(kind, status), hint) if part),
            quote=explained.quote,
            problems=_told(explained.problems),
            retry_after=(wait or 60.0) if kind is RateLimited else None,
            outcome="none" if certain else None,
        )

    def _sentence(self, kind: type[PlatformError], status: int) -> str:
        told = ", ".join(f"{name}={str(value)[:80]!r}" for name, value in self.values.items())
        if kind is Rejected and status in (401, 403):
            return (
                f"{self.label} does not allow {self.operation} here (HTTP {status}); repeating will not help."
            )
        sentence = _SENTENCES[kind] if status >= 400 else _DISGUISED.get(kind, _SENTENCES[kind])
        return sentence.format(label=self.label, operation=self.operation, status=status) + (
            f" It was asked about {told}." if told else ""
        )


def _told(problems: Problems | None) -> Problems | None:
    """Positions and messages of invalid data as they may be repeated: quoted, as they stand by our own."""
    if problems is None:
        return None
    return {
        quoted(without_shapes(at), 120): [repr(shorten(clean(sayable(one)), 200)) for one in says]
        for at, says in problems.items()
    }


_DISGUISED: Mapping[type[PlatformError], str] = {
    Rejected: "{label} refused {operation}; change the request before repeating it.",
}
_SENTENCES: Mapping[type[PlatformError], str] = {
    AuthFailed: "{label} did not accept the credential (HTTP {status}); repeating will not help.",
    NotFound: "{label} has nothing there (HTTP {status}): a wrong id, or not in a state for this.",
    RateLimited: "{label} allows no more calls for now (HTTP 429); repeat after the time given.",
    Unavailable: "{label} failed on its side (HTTP {status}); repeating later may help.",
    Malformed: "{label} answered {operation} with HTTP {status}, which is not followed. Check the address.",
    Rejected: "{label} refused {operation} (HTTP {status}); change the request before repeating it.",
}
