"""JSON and form bodies as Python values, read strictly."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from email import message_from_bytes
from typing import Any, TypeAlias, TypeGuard, cast
from urllib.parse import parse_qsl

Json: TypeAlias = Any
Pairs: TypeAlias = Sequence[tuple[str, str]]
Texts: TypeAlias = Mapping[str, Sequence[str]]
FORM = "application/x-www-form-urlencoded"


def is_mapping(value: Json) -> TypeGuard[dict[str, Json]]:
    return isinstance(value, dict)


def is_list(value: Json) -> TypeGuard[list[Json]]:
    return isinstance(value, list)


def mapping_of(value: Json) -> dict[str, Json]:
    return value if is_mapping(value) else {}


def items_of(value: Json) -> list[Json]:
    return value if is_list(value) else []


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("repeats a member name")
    return dict(pairs)


def _no_constant(_word: str) -> Json:
    raise ValueError("holds a number that JSON does not have")


def parse_json(raw: bytes | str) -> Json:
    """Strict JSON: UTF-8, no member twice, no NaN; the ValueError is a sentence fit for a problem."""
    try:
        text = raw if isinstance(raw, str) else raw.decode()
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise ValueError("is not valid JSON") from None


def base_media(media: str) -> str:
    return media.partition(";")[0].strip().lower()


def is_json(media: str) -> bool:
    return base_media(media) == "application/json" or base_media(media).endswith("+json")


def grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for name, text in pairs:
        groups.setdefault(name, []).append(text)
    return groups


def parse_form(media: str, body: bytes) -> dict[str, list[str]]:
    """The fields of a urlencoded or multipart body; uploaded files count as text."""
    try:
        if base_media(media) == FORM:
            pairs = parse_qsl(body.decode("ascii"), True, True, errors="strict") if body else []
            return grouped(pairs)
    except ValueError:
        raise ValueError("is not a valid form") from None
    message = message_from_bytes(b"Content-Type: " + media.encode() + b"\r\n\r\n" + body)
    parts = [part for part in message.walk() if not part.is_multipart()]
    names = [str(part.get_param("name", "", "content-disposition")) for part in parts]
    if not message.is_multipart() or not all(names):
        raise ValueError("is not a valid multipart form")
    contents = [cast("bytes", part.get_payload(decode=True)).decode("utf-8", "replace") for part in parts]
    return grouped(zip(names, contents, strict=True))
