"""FCS 3.1 as OMIQ writes it: list mode, 32-bit floats, one event after the other."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

WRITER = "OMIQ (www.omiq.ai)"
_DELIMITER = "|"
_TEXT_FROM = 58
_LARGEST_IN_HEADER = 99_999_999


@dataclass(frozen=True, slots=True)
class Parameter:
    """One column: its name ($PnN), what it stains ($PnS, may be empty) and its range ($PnR)."""

    name: str
    label: str = ""
    top: int = 262_144


def head(columns: Sequence[Parameter], events: int, more: Mapping[str, str] | None = None) -> bytes:
    """Everything before the data. Its length does not depend on the number of events."""
    size = 4 * len(columns) * events
    empty = _text(columns, 0, 0, 0, more or {})
    start = _TEXT_FROM + len(empty)
    text = _text(columns, events, start, start + max(size - 1, 0), more or {})
    last = start + max(size - 1, 0)
    data = (start, last) if last <= _LARGEST_IN_HEADER else (0, 0)
    places = (_TEXT_FROM, start - 1, *data, 0, 0)
    return f"FCS3.1    {''.join(f'{place:8d}' for place in places)}".encode() + text


def _text(columns: Sequence[Parameter], events: int, first: int, last: int, more: Mapping[str, str]) -> bytes:
    pairs = {
        "$BEGINANALYSIS": "0",
        "$ENDANALYSIS": "0",
        "$BEGINSTEXT": "0",
        "$ENDSTEXT": "0",
        "$BEGINDATA": f"{first:012d}",
        "$ENDDATA": f"{last:012d}",
        "$BYTEORD": "1,2,3,4",
        "$DATATYPE": "F",
        "$MODE": "L",
        "$NEXTDATA": "0",
        "$PAR": str(len(columns)),
        "$TOT": f"{events:012d}",
        **more,
    }
    for number, column in enumerate(columns, 1):
        pairs |= {f"$P{number}B": "32", f"$P{number}E": "0,0", f"$P{number}N": column.name}
        pairs |= {f"$P{number}R": str(column.top)}
        pairs |= {f"$P{number}S": column.label} if column.label else {}
    escaped = (part.replace(_DELIMITER, 2 * _DELIMITER) for pair in pairs.items() for part in pair)
    return f"{_DELIMITER}{_DELIMITER.join(escaped)}{_DELIMITER}".encode()


def interleaved(columns: Iterable[Sequence[float]]) -> bytes:
    """Columns of equal length as little-endian events."""
    held = [array("f", column) for column in columns]
    events = array("f", bytes(4 * sum(map(len, held))))
    for number, column in enumerate(held):
        events[number :: len(held)] = column
    if sys.byteorder == "big":
        events.byteswap()
    return events.tobytes()


class UnreadableError(Exception):
    """The file is no FCS that can be read here."""


def keywords(beginning: bytes) -> dict[str, str]:
    """The primary text segment; nothing if it is not there. Names are in upper case."""
    try:
        text = beginning[int(beginning[10:18]) : int(beginning[18:26]) + 1].decode("utf-8", "replace")
    except ValueError:
        return {}
    parts = text[1:].replace(2 * text[:1], "\0").split(text[:1]) if text else []
    pairs = zip(parts[::2], parts[1::2], strict=False)
    return {key.strip().upper(): value.replace("\0", text[:1]).strip() for key, value in pairs}


def names(beginning: bytes) -> list[tuple[str, str]]:
    """Name and label of each parameter, from the first bytes of a file."""
    pairs = keywords(beginning)
    count = pairs.get("$PAR", "0")
    numbers = range(1, int(count) + 1) if count.isdecimal() else ()
    return [(pairs.get(f"$P{n}N", f"P{n}"), pairs.get(f"$P{n}S", "")) for n in numbers]


def columns(data: bytes) -> dict[str, array[float]]:
    """The values of a file of 32-bit floats by name. Raises UnreadableError for any other."""
    pairs, named = keywords(data), names(data)
    if pairs.get("$DATATYPE") != "F" or pairs.get("$MODE", "L") != "L" or not named:
        raise UnreadableError
    events = array("f")
    start = int(pairs["$BEGINDATA"])
    events.frombytes(data[start : start + 4 * len(named) * int(pairs["$TOT"])])
    if (pairs.get("$BYTEORD", "").startswith("1")) != (sys.byteorder == "little"):
        events.byteswap()
    return {name: events[number :: len(named)] for number, (name, _) in enumerate(named)}
