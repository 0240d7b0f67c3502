"""Everything that a call can read or change, and the knobs that make it awkward."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pentad.sandbox.dice import Dice
from pentad.sandbox.omiq import cells, documents, fcs, seeding
from pentad.sandbox.omiq.access import (
    Group,
    User,
    made_token,
    seeded_groups,
    seeded_users,
    signing_key,
    user_id,
)
from pentad.sandbox.omiq.cells import Columns
from pentad.sandbox.omiq.longops import Link, LongOp, ticket_of
from pentad.sandbox.omiq.records import DataFile, Dataset, Workflow
from pentad.sandbox.omiq.tables import Table

EVENTS = 3_000


@dataclass(slots=True, weakref_slot=True)
class State:
    """Seeded objects by id, and knobs that tests may turn at any time. Seconds are before `pace`.

    token_life: how long a service account's token is good. displaced_status, forbidden_status: the
    status of an answer with one of the two marked texts. deferred: operationIds that answer with a
    ticket beside exports and the creation of workflows; sign-in and polls never do. at_once:
    operationIds that never do. long_op_seconds: how long such work takes. processing_seconds: from an
    upload to its final status. link_life: how long a signed address is good. ranges: whether the
    storage host honours Range. flag_names: what the columns of BOOLCOLS are called, after the path, the
    node id or the name of the population. events: events of a file, in place of its seeded number.
    repeat: how many times a file's events come in a row, with row numbers running on, in exports and
    originals. merges: tags, file metadata and preferences are merged rather than replaced.

    mails are the notices that sharing sent; calls is the number of long operations started so far.
    """

    dice: Dice
    pace: float
    born: float
    users: dict[int, User]
    groups: dict[int, Group]
    datasets: dict[int, Dataset]
    files: dict[int, DataFile]
    workflows: dict[int, Workflow]
    long_ops: dict[str, LongOp] = field(default_factory=dict[str, LongOp])
    logins: dict[int, int] = field(default_factory=dict[int, int])
    mails: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    token_life: float = 3_600.0
    displaced_status: int = 401
    forbidden_status: int = 403
    deferred: set[str] = field(default_factory=set[str])
    at_once: set[str] = field(default_factory=set[str])
    long_op_seconds: float = 9.0
    processing_seconds: float = 20.0
    link_life: float = 600.0
    ranges: bool = True
    flag_names: Literal["path", "id", "name"] = "path"
    events: dict[int, int] = field(default_factory=dict[int, int])
    repeat: dict[int, int] = field(default_factory=dict[int, int])
    merges: bool = False
    tables: dict[str, Table] = field(default_factory=dict[str, Table])
    drawn: dict[tuple[int, int], Columns] = field(default_factory=dict[tuple[int, int], Columns])
    calls: int = 0
    made: int = 0
    _folder: Path | None = None

    @classmethod
    def seeded(cls, seed: int, pace: float, now: float) -> State:
        dice = Dice(seed)
        datasets, files = seeding.seeded_datasets(dice, now), seeding.seeded_files(dice)
        workflows = documents.seeded_workflows(dice, now)
        users, groups = seeded_users(dice), seeded_groups(dice)
        state = cls(dice, pace, now, users, groups, datasets, files, workflows)
        state.start_sample()
        return state

    @property
    def key(self) -> bytes:
        return signing_key(self.dice)

    def sign_in(self, user: User, now: float) -> str:
        """A new token; whatever the account signed in with before is displaced."""
        login = self.logins[user.id] = self.logins.get(user.id, 0) + 1
        return made_token(self.key, user.id, login, now + self.token_life)

    def start(self, operation: str, owner: int, body: Mapping[str, Any], now: float) -> LongOp:
        self.calls += 1
        ends = now + self.long_op_seconds * self.pace
        made = LongOp(ticket_of(self.calls), operation, owner, ends, body)
        self.long_ops[str(made.ticket)] = made
        return made

    def new_id(self, taken: Mapping[int, object]) -> int:
        """Never one that was given before, even if what had it is gone."""
        self.made += 1
        return max([*taken, 200_000_000_000_000]) + 37 * self.made

    def start_sample(self) -> None:
        """A long operation of the personal account that has ended already."""
        file = seeding.file_id(self.dice, "main", 0)
        body = {"url": Link(f"/raw/{file}/{self.files[file].name}")}
        owner = user_id(self.dice, "analyst")
        ticket = seeding.FINISHED_OP
        self.long_ops[str(ticket)] = LongOp(ticket, "get_file_download_url", owner, self.born, body)

    def folder(self) -> Path:
        """Where uploads are kept; it goes when the state does."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="pentad-sandbox-"))
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        return self._folder

    def count(self, file: DataFile) -> int:
        """Events in one block of the file."""
        return self.events.get(file.id, file.events)

    def raw(self, file: DataFile) -> Columns:
        """The raw values of one block of a file, made when they are first asked for. Raises
        fcs.UnreadableError for an upload whose events cannot be read."""
        if file.uploaded is not None:
            return fcs.columns(file.uploaded.read_bytes())
        key = file.id, self.count(file)
        if key not in self.drawn:
            self.drawn[key] = cells.drawn(self.dice.seed, *key, stimulated=file.stimulated)
        return self.drawn[key]

    def values(self, file_id: int) -> dict[str, list[float]]:
        """Raw values of one block by feature, for tests that compute populations on their own."""
        file = self.files[file_id]
        columns = self.raw(file)
        return {channel.name: list(columns[channel.name]) for channel in file.panel}

    def keep(self, table: Table) -> str:
        """Where on the storage host a finished export lies."""
        path = f"/exports/{len(self.tables) + 1}-{table.name}"
        self.tables[path] = table
        return path

    def repeats(self, file: DataFile) -> int:
        return self.repeat.get(file.id, 1)
