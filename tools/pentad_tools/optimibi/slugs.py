"""Names as a part of the id of a plan."""

from __future__ import annotations

import re

_OTHERS = re.compile(r"[^a-z0-9]+")
_LONGEST = 40


def slug(*words: str) -> str:
    """`delete-alert-low-net-sales`; a name in another script leaves nothing, and the rest stands alone."""
    return _OTHERS.sub("-", "-".join(words).lower()).strip("-")[:_LONGEST].strip("-")
