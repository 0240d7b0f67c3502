"""Text from a platform is data: cleaned of what a reader cannot see, and bounded before it is quoted."""

from __future__ import annotations

import re
from typing import Any

# C0 and C1 controls (tab and line ends stay), zero-width space and marks, bidirectional controls,
# invisible operators, byte-order marks, interlinear anchors, lone surrogates and the tag block. ZWJ and
# ZWNJ stay: Persian, Indic scripts and emoji are spelled with them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


def clean(text: str) -> str:
    """The text without invisible, bidirectional and control characters."""
    return _UNSEEN.sub("", text) if _UNSEEN.search(text) else text


def clean_json(value: Any) -> Any:
    """A decoded JSON value with every string and member name cleaned; shares what needs no change."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [clean_json(item) for item in value]
    if isinstance(value, dict):
        return {clean(str(key)): clean_json(item) for key, item in value.items()}
    return value


def shorten(text: str, limit: int = 300) -> str:
    """At most `limit` characters on one line, with an ellipsis where something was cut."""
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1].rstrip() + "…"


def plural(count: int, noun: str, many: str | None = None) -> str:
    """`1 report`, `2 reports`, `1,200 reports`; `many` where an s is not enough."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"
