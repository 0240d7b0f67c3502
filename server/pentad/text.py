"""Text from a platform is data: cleaned of what a reader cannot see, and bounded before it is quoted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

# Controls (tab and line ends stay) and lone surrogates; of what Unicode lists as ignorable or as format: soft
# hyphen, joiners and fillers that show nothing, bidirectional marks and overrides, invisible operators,
# deprecated format characters, byte-order marks, interlinear anchors, shorthand, musical and hieroglyphic
# controls, tags, and what is reserved for more of them; and non-characters.
_HIDDEN = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e"
    "\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U00013430-\U0001343f\U00016fe4\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a"
    "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
)
_UNSEEN = re.compile(f"[{_HIDDEN}]")
# What a terminal obeys, whole: ESC or its 8-bit form, and what belongs to it. Strings (titles, links, the
# clipboard) count as whole where they are ended; else only their first characters go. Text that was decoded
# wrongly has such 8-bit characters in the middle of its letters, and keeps what follows them.
_EIGHT = "(?<![\x80-\xf4])"
_ESCAPES = re.compile(
    rf"(?:\x1b\[|{_EIGHT}\x9b)[0-?]*[ -/]*[@-~]"
    rf"|(?:\x1b\]|{_EIGHT}\x9d)[^\x07\x1b\x80-\x9f]*(?:\x07|\x1b\\|\x9c)"
    rf"|(?:\x1b[PX^_]|{_EIGHT}[\x90\x98\x9e\x9f])[^\x1b\x80-\x9f]*(?:\x1b\\|\x9c)"
    r"|\x1b[ -/]*[0-~]"
)
# ZWNJ, ZWJ and variation selectors spell Persian, Indic scripts, Mongolian, emoji and names in Han script.
_JOINERS, _SELECTORS = "\u200c\u200d", "\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
JOINING = re.compile(f"[{_JOINERS}{_SELECTORS}]+")
# One search tells most texts from those that are worth a second look.
_ODD = re.compile(f"[{_HIDDEN}{_JOINERS}{_SELECTORS}]")
_ODD_ONES = re.compile(f"{_ODD.pattern}+")
_KEYCAPS = "0123456789#*\u00a9\u00ae"
# A path of words, such as the position of a value, the name of a column, or a file's without blanks.
_PLAIN = re.compile(r"/?\w[\w$@/-]*(?:[.\[\]]+[\w$@/-]+)*\]?")
_DEEPEST = 200
_DIGITS = re.compile(r"[0-9]{1,18}")


def clean(text: str) -> str:
    """The text without invisible, bidirectional and control characters, and without terminal escapes."""
    if (text.isascii() and text.isprintable()) or _ODD.search(text) is None:
        return text
    if _UNSEEN.search(text) is not None:
        text = _UNSEEN.sub("", _ESCAPES.sub("", text))
    return JOINING.sub(_spelt, text)


def visible(text: str) -> str:
    """The text with everything spelled that `clean` takes out, such as `[U+202E]`: of what is about to be
    sent nothing may be left out."""
    return text if text.isascii() and text.isprintable() else _ODD_ONES.sub(_seen, text)


def _seen(found: re.Match[str]) -> str:
    signs = found[0]
    if JOINING.fullmatch(signs) and _spelt(found) == signs:
        return signs
    return "".join(f"[U+{ord(sign):04X}]" for sign in signs)


def _spelt(found: re.Match[str]) -> str:
    """Of a run of joiners and selectors what can spell something: one selector of what has variants, then one
    joiner beside a script that joins. The rest can only hide words, or what they say."""
    text, start, end = found.string, found.start(), found.end()
    before, after = text[start - 1 : start], text[end : end + 1]
    selector = "" if found[0][0] in _JOINERS else found[0][0]
    joiner = found[0][len(selector) : len(selector) + 1]
    varied = before >= "\u1000" or (before and before in _KEYCAPS and selector in "\ufe0e\ufe0f")
    spelt = selector if varied else ""
    return spelt + (joiner if joiner in _JOINERS and max(before, after) >= "\u0590" else "")


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


def visible_json(value: Any) -> Any:
    """A value, nested no deeper than that, with every string and member name made visible; no member is lost
    where two names look alike then."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, list | tuple):
        return [visible_json(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    told: dict[str, Any] = {}
    for key, item in value.items():
        name = visible(str(key))
        while name in told:
            name += " (again)"
        told[name] = visible_json(item)
    return told


def shorten(text: str, limit: int = 300) -> str:
    """At most `limit` characters on one line, with an ellipsis where something was cut."""
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1].rstrip() + "…"


def quoted(word: str, limit: int = 80) -> str:
    """A stranger's word as a sentence of ours may hold it: a plain name as it is, anything else in quotes."""
    short = shorten(visible(word), limit)
    return short if _PLAIN.fullmatch(short) else repr(short)


def all_quoted(words: Iterable[str], limit: int = 80) -> str:
    return ", ".join(quoted(word, limit) for word in words)


def nearest(word: str, known: Iterable[str], most: int) -> list[str]:
    """Up to `most` of the known words that are spelled much like this one, the likest first."""
    from difflib import get_close_matches

    return get_close_matches(word[:100], list(known), n=most, cutoff=0.5)


def several(words: Sequence[str], most: int) -> str:
    """`A, B and 2 more`: the first of them, and how many there are beyond."""
    rest = len(words) - most
    return ", ".join(words[:most]) + (f" and {rest:,} more" if rest > 0 else "")


def whole_number(said: object) -> int | None:
    """A number from 0 on, of up to 18 digits, as it is or as text; None for anything else. Longer ones nobody
    means, and Python refuses to read them."""
    if isinstance(said, int) and not isinstance(said, bool):
        return said if 0 <= said < 10**18 else None
    return int(said) if isinstance(said, str) and _DIGITS.fullmatch(said) else None


def plural(count: int, noun: str, many: str | None = None) -> str:
    """`1 report`, `2 reports`, `1,200 reports`; `many` where an s is not enough."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"
