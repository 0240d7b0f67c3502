"""What a script changed in a platform's state, and what of it every call may leave behind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any

from pentad.sandbox import SandboxPlatform

# Sessions, rate limits, counters and what is only kept to be fast.
PASSING = (
    "claribi.meters.*",
    "omiq.calls",
    "omiq.drawn*",
    "omiq.long_ops.*",
    "omiq.tables.*",
    "optimibi.calls*",
    "optimibi.made",
    "optimibi.sessions*",
    "optimized.limits.*",
    "timbr.jobs.*",
)
_PLAIN = (str, bytes, int, float, Decimal, type(None))


def changed(before: SandboxPlatform, after: SandboxPlatform) -> list[str]:
    """Paths such as `optimized.batches.0.group` whose values came, went or are others; what passes is left
    out. Members that are equal are not looked into, as there are tens of thousands of values."""
    paths: list[str] = []
    for one in fields(before.state):
        old, new = (getattr(each.state, one.name) for each in (before, after))
        if old != new:
            root = f"{before.name}.{one.name}"
            was, now = dict(_leaves(root, old, ())), dict(_leaves(root, new, ()))
            paths += [path for path in was.keys() | now.keys() if was.get(path) != now.get(path)]
    return sorted(path for path in paths if not _any(path, PASSING))


def amiss(paths: Sequence[str], wanted: Sequence[str]) -> str:
    """What is wrong with the changes, in words; empty if they are those that were to be made."""
    strays = [path for path in paths if not _any(path, wanted)]
    if strays:
        return f"changed beyond what was wanted: {', '.join(strays[:6])}"
    unmet = [pattern for pattern in wanted if not any(fnmatchcase(path, pattern) for path in paths)]
    return f"not changed: {', '.join(unmet)}" if unmet else ""


def _any(path: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(path, pattern) for pattern in patterns)


def _leaves(path: str, value: Any, above: tuple[Any, ...]) -> Iterator[tuple[str, str]]:
    if isinstance(value, _PLAIN):
        yield path, repr(value)
        return
    parts = None if any(value is one for one in above) else _parts(value)
    if parts is None:
        yield path, type(value).__name__
        return
    for name, part in parts:
        yield from _leaves(f"{path}.{name}", part, (*above, value))


def _parts(value: Any) -> list[tuple[str, Any]] | None:
    """What a value is made of; None for what has no parts that can be told."""
    if is_dataclass(value):
        return [(one.name, getattr(value, one.name)) for one in fields(value)]
    if isinstance(value, Mapping):
        return [(str(name), part) for name, part in value.items()]
    if isinstance(value, AbstractSet):
        return [(str(part), True) for part in value]
    if isinstance(value, Iterable) and not isinstance(value, Iterator):
        return [(str(place), part) for place, part in enumerate(value)]
    return list(vars(value).items()) if hasattr(value, "__dict__") else None
