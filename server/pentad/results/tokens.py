"""How many tokens a text costs a model, estimated on the high side without a tokenizer in the process."""

from __future__ import annotations

import math
import re

# Tokenizers split before they merge: words at case changes, digits by three, runs of signs; a JSON literal
# takes the sign before it along. Scripts differ in how many characters share a token. The pattern is
# compiled on first use (and kept by `re`), as that takes several milliseconds of the start.
_PIECES = (
    r"([,:\[](?:true|false|null)\b)"
    r"|([A-Za-z0-9]+)"
    r"|([\u0370-\u0fff]+)"
    r"|([\u2070-\u2bff\U00010000-\U0010ffff]+)"
    r"|([\x80-\u036f\u1000-\u206f\u2c00-\uffff]+)"
    r"|([^\sA-Za-z0-9\x80-\U0010ffff]+)"
    r"|(\s\s+)"
)
_PARTS = r"[A-Z]*[a-z]+|[A-Z]+|[0-9]{1,3}"
# No answer may take as many tokens as a text of this length does, so there is no need to look closer.
_LONG = 100_000


def estimate(text: str) -> int:
    """Tokens of a compact JSON text: close to o200k for ids, numbers and dates, up to half above it for
    English, because long words of other languages in Latin script take that many (see the tests)."""
    if len(text) > _LONG:
        return len(text) // 3
    total = 0.0
    for literal, word, half, double, single, signs, spaces in re.findall(_PIECES, text):
        if word:
            total += _word(word)
        elif literal or spaces:
            total += 1
        else:
            total += 0.55 * len(half) + 2 * len(double) + len(single) + (len(signs) + 2) // 3
    return math.ceil(total)


def fits(text: str, budget: int) -> bool:
    """Whether it is estimated at no more than the budget. No sign of ASCII takes more than a token, so that a
    short text, as most are, need not be looked at."""
    return (len(text) <= budget and text.isascii()) or estimate(text) <= budget


def _word(text: str) -> float:
    """Letters and digits in one run: words of a language, or random signs, which share few tokens."""
    parts = re.findall(_PARTS, text)
    if len(parts) > 1 and len(text) * 2 < len(parts) * 7:
        return sum(1 if part.isdigit() else max(1.0, 0.65 * len(part)) for part in parts)
    return sum(1 if part.isdigit() else 1 + (len(part) - 1) // 4 for part in parts)
