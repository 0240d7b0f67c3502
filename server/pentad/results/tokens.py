"""How many tokens a text costs a model, estimated on the high side without a tokenizer in the process."""

from __future__ import annotations

import re

# Tokenizers split before they merge: words with their leading space, digits by three, runs of signs.
_PIECES = re.compile(r"([A-Za-z]+)|(\d+)|([^\sA-Za-z\d]+)|(\s+)")


def estimate(text: str) -> int:
    """Tokens of a compact JSON text; within a few percent above o200k on real answers (see the tests)."""
    total = 0
    for word, digits, signs, spaces in _PIECES.findall(text):
        if word:
            total += 1 + (len(word) - 1) // 7
        elif digits:
            total += (len(digits) + 2) // 3
        elif signs:
            total += (len(signs.encode("utf-8")) + 2) // 3
        elif len(spaces) > 1:
            total += 1
    return total
