"""Files of the user's that may leave this machine: only what lies in folders that the user named."""

from __future__ import annotations

import builtins
import contextlib
import stat
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pentad.descent import opened
from pentad.errors import Rejected
from pentad.names import is_strange
from pentad.text import shorten

# Bytes of a file that is sent in one piece.
LARGEST = 64 * 2**20


@dataclass(frozen=True)
class Inbox:
    """`folders` are the ones that files may be taken from; a relative path begins at the first."""

    folders: Sequence[Path]

    @contextlib.contextmanager
    def open(self, path: str) -> Generator[BinaryIO]:
        """A regular file in one of the folders, links followed first. Raises Rejected."""
        told = shorten(repr(path), 120)
        try:
            found = (self.folders[0] / Path(path).expanduser()).resolve(strict=True)
            folder, parts = self._place(found, told)
            handle = opened(folder, parts) if stat.S_ISREG(found.lstat().st_mode) else None
        except (OSError, RuntimeError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "no such file"
            raise _refusal(f"The file {told} cannot be read: {reason}.") from None
        if handle is None:
            raise _refusal(f"{told} is not a file.")
        with builtins.open(found, "rb", opener=lambda *_: handle) as file:
            yield file

    def read(self, path: str, most: int = LARGEST) -> tuple[str, bytes]:
        """Name and content of a file that is sent in one piece. Raises Rejected."""
        with self.open(path) as file:
            content = file.read(most + 1)
            name = Path(file.name).name
        if len(content) > most:
            raise _refusal(f"The file {shorten(repr(path), 120)} has more than {most >> 20} MiB.")
        return name, content

    def _place(self, found: Path, told: str) -> tuple[Path, Sequence[str]]:
        """The folder that a file lies in and its way down from there."""
        homes = [home for folder in self.folders if found.is_relative_to(home := folder.resolve())]
        if not homes:
            raise _refusal(
                f"The file {told} lies in no folder that files may be taken from; the user can name such "
                "folders with PENTAD_UPLOADS."
            )
        parts = found.relative_to(homes[0]).parts
        if any(part.startswith(".") for part in parts):
            raise _refusal(f"The file {told} is hidden, and hidden files are not taken.")
        if any(map(is_strange, parts)):
            raise _refusal(f"The file {told} has a name that is not what it looks like; rename it first.")
        return homes[0], parts


def _refusal(sentence: str) -> Rejected:
    return Rejected(sentence, outcome="none")
