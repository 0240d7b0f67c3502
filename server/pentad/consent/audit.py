"""What was changed, by whose approval and with what outcome, in files that never leave this machine.

A write has a line before it is sent (`begun`) and one after it, with the same id. So one whose process died
in between is not missing: it reads as unknown. Nothing is ever removed from the folder.
"""

from __future__ import annotations

import json
import logging
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, get_type_hints

from pentad.clock import Clock
from pentad.text import clean_json, shorten

if TYPE_CHECKING:
    from pydantic import TypeAdapter

    from pentad.operations import AnyOperation

Approved = Literal["plan id", "asked", "not needed", "switched off"]
Outcome = Literal["begun", "done", "refused", "unknown"]
# Every call is answered within this many seconds; one that has no end by then will get none.
PATIENCE = 60.0
ENDED = "the process ended"
_FILE = re.compile(r"\d{8}T\d{6}Z-\d+-[0-9a-f]+\.jsonl")
_LONGEST = 200

logger = logging.getLogger("pentad")


@dataclass(frozen=True)
class Entry:
    """One write. `at` is when it began, UTC in milliseconds, `account` a key such as `claribi/eu`, `call` the
    id of the call in the log and at the platform. `target` holds ids alone. `error` is the kind of the error
    that the caller was told."""

    id: str
    at: str
    owner: str
    account: str
    operation: str
    effect: str
    reaches: str | None
    spends: str | None
    target: Mapping[str, str]
    plan: str | None
    approved: Approved
    outcome: Outcome = "begun"
    error: str | None = None
    seconds: float | None = None
    call: str | None = None


def state_folder(environ: Mapping[str, str]) -> Path:
    """Where the audit goes unless a setting names another folder."""
    home = Path(environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    return home / "pentad" / "audit"


class Audit:
    """The file of this process, made with the first line. `failed` says that lines were lost; without a
    folder nothing is recorded."""

    def __init__(self, folder: Path | None, clock: Clock) -> None:
        self.failed = False
        self._folder = folder
        self._clock = clock
        self._file = -1
        self._cut = False

    def entry(
        self,
        operation: AnyOperation,
        arguments: Mapping[str, Any],
        *,
        owner: str,
        account: str,
        approved: Approved,
        plan: str | None = None,
        call: str | None = None,
    ) -> Entry:
        """A write that begins now; nothing is recorded yet."""
        return Entry(
            id=secrets.token_hex(8),
            at=stamp(self._clock.time()),
            owner=owner,
            account=account,
            operation=operation.name,
            effect=operation.effect,
            reaches=operation.reaches,
            spends=operation.spends,
            target=target(operation, arguments),
            plan=plan,
            approved=approved,
            call=call,
        )

    def record(self, entry: Entry) -> None:
        """Append the entry as one line. Raises nothing: a disk that fails must not fail the call."""
        if self._folder is None:
            return
        line = json.dumps(clean_json(asdict(entry)), separators=(",", ":")).encode() + b"\n"
        try:
            self._append(self._folder, line)
        except OSError as error:
            if not self.failed:
                logger.error(  # noqa: TRY400 - a traceback would name the path
                    "the audit cannot be written (%s); calls go on without it", error.strerror or "no reason"
                )
            self.failed = True

    def end(self, entry: Entry, outcome: Outcome, error: str | None = None) -> None:
        """Record what came of an entry, begun or refused before it was."""
        began = datetime.fromisoformat(entry.at).timestamp()
        seconds = round(max(0.0, self._clock.time() - began), 3)
        self.record(replace(entry, outcome=outcome, error=error, seconds=seconds))

    def close(self) -> None:
        """Let go of the file; a later line makes a new one."""
        if self._file >= 0:
            os.close(self._file)
        self._file = -1

    def _append(self, folder: Path, line: bytes) -> None:
        """In one write, so that a killed process leaves whole lines. The rest of one that the disk took only
        in part is not sent after it; the next one begins on a line of its own."""
        self._open(folder)
        line = b"\n" * self._cut + line
        self._cut = True
        if os.write(self._file, line) != len(line):
            raise OSError(0, "only a part was written")
        self._cut = False

    def _open(self, folder: Path) -> None:
        # A file that was removed would take lines and keep none.
        if self._file >= 0 and os.fstat(self._file).st_nlink > 0:
            return
        self.close()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        began = f"{datetime.fromtimestamp(self._clock.time(), UTC):%Y%m%dT%H%M%SZ}"
        path = folder / f"{began}-{os.getpid()}-{secrets.token_hex(4)}.jsonl"
        self._file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_WRONLY, 0o600)
        self._cut = False


def stamp(seconds: float) -> str:
    """`2026-11-01T10:15:00.250Z`: times of equal length, so that their texts sort as they do."""
    at = datetime.fromtimestamp(round(seconds, 3), UTC).isoformat(timespec="milliseconds")
    return at.replace("+00:00", "Z")


def target(operation: AnyOperation, arguments: Mapping[str, Any]) -> dict[str, str]:
    """What a call is about: the arguments that fill its path, and those declared as ids. Nothing else is
    told, because anything else may be content or about people."""
    from pentad.models import Id

    mark = get_args(Id)[1]

    def is_id(hint: Any) -> bool:
        return hint is mark or any(map(is_id, get_args(hint)))

    hints = get_type_hints(operation.fn, include_extras=True)
    places = operation.route.places if operation.route else ()
    names = {name for name, hint in hints.items() if is_id(hint)}
    names |= {_filling(place.lower(), arguments) for place in places}
    told = {name: _told(arguments[name]) for name in arguments if name in names}
    return {name: text for name, text in told.items() if text}


def _filling(place: str, arguments: Mapping[str, Any]) -> str:
    """The argument that a place of the path is filled with: `ontology` is enough for `ontology_name`."""
    if place in arguments:
        return place
    parts = (name for name in arguments if place.startswith(f"{name}_") or place.endswith(f"_{name}"))
    return next(parts, place)


def _told(value: object) -> str:
    if isinstance(value, list | tuple):
        return shorten(", ".join(filter(None, map(_told, value))), _LONGEST)
    return shorten(str(value), _LONGEST) if isinstance(value, str | int) else ""


def read(folder: Path, since: float | None = None, now: float | None = None) -> Iterator[Entry]:
    """The entries of all files, the oldest first, begin and end joined. What is no whole line of an audit is
    passed over. Without an end, an entry is unknown, unless it began just before `now`. Raises OSError."""
    from pydantic import TypeAdapter

    found: dict[str, Entry] = {}
    adapter = TypeAdapter(Entry)
    for file in _files(folder):
        for entry in _entries(file, adapter):
            if entry.outcome != "begun" or entry.id not in found:
                found[entry.id] = entry
    after = "" if since is None else stamp(since)
    open_after = None if now is None else stamp(now - PATIENCE)
    for entry in sorted(found.values(), key=lambda entry: entry.at):
        if entry.at < after:
            continue
        lost = entry.outcome == "begun" and (open_after is None or entry.at < open_after)
        yield replace(entry, outcome="unknown", error=ENDED) if lost else entry


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if _FILE.fullmatch(path.name) and path.is_file())


def _entries(file: Path, adapter: TypeAdapter[Entry]) -> Iterator[Entry]:
    from pydantic import ValidationError

    with file.open("rb") as lines:
        for line in lines:
            try:
                yield adapter.validate_json(line)
            except ValidationError:
                continue
