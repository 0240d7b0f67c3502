"""Text from a platform is data: cleaned of what a reader cannot see, and bounded before it is quoted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

# C0 and C1 controls (tab and line ends stay), zero-width space and marks, bidirectional controls,
# invisible operators, blank fillers, byte-order marks, interlinear anchors, lone surrogates and the tag
# block. ZWJ, ZWNJ and a single variation selector stay: Persian, Indic scripts, emoji and names in Han
# characters are spelled with them. Selectors in a row spell nothing but hidden messages.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u17b4\u17b5\u180e\u200b\u200e\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_REPEATED = re.compile("(?<=[\ufe00-\ufe0f\U000e0100-\U000e01ef])[\ufe00-\ufe0f\U000e0100-\U000e01ef]+")
_DEEPEST = 200


def clean(text: str) -> str:
    """The text without invisible, bidirectional and control characters."""
    if text.isascii() and text.isprintable():
        return text
    return _REPEATED.sub("", _UNSEEN.sub("", text))


def clean_json(value: Any, depth: int = _DEEPEST) -> Any:
    """A decoded JSON value with every string and member name cleaned. Raises ValueError for one that is
    nested deeper than what follows can walk through."""
    if isinstance(value, str):
        return clean(value)
    if not isinstance(value, list | dict):
        return value
    if depth == 0:
        raise ValueError("nested too deeply")
    if isinstance(value, list):
        return [clean_json(item, depth - 1) for item in value]
    return {clean(str(key)): clean_json(item, depth - 1) for key, item in value.items()}


def shorten(text: str, limit: int = 300) -> str:
    """At most `limit` characters on one line, with an ellipsis where something was cut."""
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1].rstrip() + "…"


def nearest(word: str, known: Iterable[str], most: int) -> list[str]:
    """Up to `most` of the known words that are spelled much like this one, the likest first."""
    from difflib import get_close_matches

    return get_close_matches(word[:100], list(known), n=most, cutoff=0.5)


def plural(count: int, noun: str, many: str | None = None) -> str:
    """`1 report`, `2 reports`, `1,200 reports`; `many` where an s is not enough."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"
