"""An answer as the platform sent it, turned into a value or into one of the six errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import httpx2 as httpx
from pydantic import ValidationError

from pentad import jsontext
from pentad.errors import AuthFailed, Malformed, PlatformError, Problems, RateLimited, Rejected, for_status
from pentad.models import Wire

W = TypeVar("W", bound=Wire)


class Explained:
    """What an error body says: the platform's own words, and positions of invalid data."""

    def __init__(self, quote: str | None = None, problems: Problems | None = None) -> None:
        self.quote = quote
        self.problems = problems


def given(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that were given: None means leave out, and is dropped here and nowhere else."""
    return {name: value for name, value in values.items() if value is not None}


def is_json(response: httpx.Response) -> bool:
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


def json_of(response: httpx.Response, label: str) -> Any:
    """The decoded body, whatever its content type claims. Raises Malformed, never ValueError."""
    try:
        return jsontext.loads(response.content)
    except ValueError:
        what = "an empty body" if not response.content.strip() else "a body that is not complete JSON"
        if response.content.lstrip()[:1] == b"<":
            what = "a web page instead of JSON (a proxy or a sign-in page, perhaps)"
        raise Malformed(f"{label} answered with {what}.") from None


def one(model: type[W], data: Any, label: str) -> W:
    """Read an object strictly where it matters. Raises Malformed that names the member."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(map(str, fault["loc"]))
        where = f"the member {where!r} is wrong: {fault['msg']}" if where else "an object was expected"
        raise Malformed(f"{label} sent an answer in another form than documented: {where}.") from None


def failure(  # noqa: PLR0913 - one sentence needs all of them
    response: httpx.Response,
    *,
    label: str,
    operation: str,
    values: Mapping[str, Any],
    hints: Mapping[int, str],
    explained: Explained,
    wait: float,
) -> PlatformError:
    """The one place where a response becomes an error."""
    status = response.status_code
    kind = for_status(status)
    told = ", ".join(f"{name}={str(value)[:80]!r}" for name, value in values.items())
    message = _sentence(kind, status, label, operation, told)
    if hint := hints.get(status):
        message = f"{message} {hint}"
    outcome = "none" if status < 500 and status != 408 else None
    return kind(
        message,
        quote=explained.quote,
        problems=explained.problems,
        retry_after=(wait or 60.0) if kind is RateLimited else None,
        outcome=outcome,
    )


def _sentence(kind: type[PlatformError], status: int, label: str, operation: str, told: str) -> str:
    match kind.kind:
        case AuthFailed.kind:
            return f"{label} did not accept the credential (HTTP 401); repeating will not help."
        case "not_found":
            return f"{label} has nothing for {told or operation} (HTTP {status}): a wrong id, or not in a state to be asked for this."
        case RateLimited.kind:
            return f"{label} allows no more calls for now (HTTP 429); repeat after the time given."
        case "unavailable":
            return f"{label} failed on its side (HTTP {status})."
        case Malformed.kind:
            return f"{label} answered {operation} with HTTP {status}, which is not followed. Check the address."
        case Rejected.kind if status == 403:
            return f"{label} does not allow {operation} for this account (HTTP 403); repeating will not help."
        case _:
            return f"{label} refused {operation} (HTTP {status}); change the request before repeating it."
