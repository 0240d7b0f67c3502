"""Objects that are stored whole: read, changed in parts, shown as the difference, sent back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pentad.consent.plans import Preview
from pentad.errors import Rejected
from pentad.secrecy import SECRET, named, without_secrets

# What is there on one side only.
_NOTHING = object()


def replacing(now: Any, then: Any, *, will: str, slug: str, undo: str | None = None) -> Preview:
    """The plan to put `then` in place of `now`: it shows what differs, by the path of the member. Raises
    Rejected where nothing does."""
    changes = difference(now, then)
    if not changes:
        raise Rejected("Nothing would change: what is asked for is stored already.", outcome="none")
    back = undo or "call this again with the values under `from`"
    return Preview(will=will, slug=slug, body={"changes": changes}, undo=back)


def difference(now: Any, then: Any) -> dict[str, dict[str, Any]]:
    """The members that differ, by path, such as `rule.logical`; secrets are told apart and not shown.
    Nothing is cleaned: a plan spells what cannot be seen."""
    return {
        path or "value": {
            side: _shown(path, value, other)
            for side, value, other in (("from", old, None), ("to", new, old))
            if value is not _NOTHING
        }
        for path, old, new in _differing("", now, then)
    }


def _differing(path: str, now: Any, then: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(now, Mapping) and isinstance(then, Mapping):
        for name in dict.fromkeys([*now, *then]):
            below = f"{path}.{name}" if path else str(name)
            yield from _differing(below, now.get(name, _NOTHING), then.get(name, _NOTHING))
    elif now != then:
        yield path, now, then


def _shown(path: str, value: Any, other: Any) -> Any:
    if isinstance(value, str) and value and named([path.rpartition(".")[2]]):
        return SECRET if other in (None, _NOTHING, "") else f"{SECRET}, another one"
    return without_secrets(value)
