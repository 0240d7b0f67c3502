"""What a call works with beside its platform: files in and out, results that it keeps, SQL over them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pentad.call import Call
from pentad.files import Folder
from pentad.inbox import Inbox
from pentad.results.draft import Draft
from pentad.results.record import Stored
from pentad.results.store import Store
from pentad.vault import Vault

if TYPE_CHECKING:
    from pentad.results.query import Worker


@dataclass(frozen=True)
class Bench:
    """`folder` is where files go, `inbox` where the user lets files be taken from, `vault` where
    secrets are; results belong to `owner`. `start` gives the worker, whose process only begins with its
    first job."""

    call: Call
    folder: Folder
    inbox: Inbox
    vault: Vault
    store: Store
    owner: str
    start: Callable[[], Worker]

    def draft(self) -> Draft:
        """A new result of this call, for rows that may be more than memory should hold."""
        return self.store.draft((), self.call.origin, self.owner)

    async def adopt(self, file: Path, numbers: Collection[str]) -> Stored:
        """A CSV file as a result, as it lies there; `numbers` are its columns of numbers. Raises Malformed
        and Unavailable, and leaves the file alone."""
        return await self.store.adopt(file, numbers, (), self.call.origin, self.owner, left=self.call.left)

    @property
    def worker(self) -> Worker:
        """Runs SQL over kept results. Raises Unkept."""
        return self.start()
