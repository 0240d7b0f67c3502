"""A file in the making: hidden in its folder, this user's only, and never reached through a link.

Others may be able to write in that folder; what they put there is neither written to nor replaced.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pentad.errors import Rejected

_WRITING = os.O_RDWR | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_NEW = _WRITING | os.O_CREAT | os.O_EXCL
# Systems without this name files by their whole paths only.
_FROM_FOLDER = {os.open, os.rename, os.stat, os.unlink} <= os.supports_dir_fd
_VARIANTS = 1000


@dataclass(frozen=True)
class Landing:
    """`path` is where it lies until it has its name; `identity` (device and number) tells it from whatever
    else may stand there."""

    path: Path
    identity: tuple[int, int]

    def reopen(self) -> BinaryIO:
        """For writing, as it was left. Raises OSError."""
        handle = os.open(self.path, _WRITING | getattr(os, "O_NONBLOCK", 0))
        file = os.fdopen(handle, "r+b")
        if _identity(os.fstat(handle)) != self.identity:
            file.close()
            raise _replaced()
        return file

    def settle(self, name: str) -> Path:
        """Give it its name, or the first free variant of it. Raises OSError, and Rejected if none is free."""
        stem, suffix = os.path.splitext(name)
        with _opened(self.path.parent) as folder:
            for attempt in range(1, _VARIANTS):
                final = name if attempt == 1 else f"{stem} ({attempt}){suffix}"
                with suppress(FileExistsError):
                    folder.move(self, final)
                    return self.path.parent / final
        raise Rejected(f"There are too many files named {name!r} in the download folder.")

    def discard(self) -> None:
        self.path.unlink(missing_ok=True)


def begin(folder: Path) -> tuple[Landing, BinaryIO]:
    """A new file, empty and open. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f".{os.urandom(8).hex()}.part"
    handle = os.open(path, _NEW, 0o600)
    return Landing(path, _identity(os.fstat(handle))), os.fdopen(handle, "r+b")


def _identity(told: os.stat_result) -> tuple[int, int]:
    return told.st_dev, told.st_ino


def _replaced() -> OSError:
    return OSError(errno.ESTALE, "it was replaced while it was written")


@dataclass(frozen=True)
class _Folder:
    """A folder that stays the same one, whatever becomes of its path, where the system can hold on to it."""

    path: Path
    handle: int | None

    def move(self, landing: Landing, name: str) -> None:
        """Raises FileExistsError for a name that is taken."""
        final, hidden = self._spelt(name), self._spelt(landing.path.name)
        self._check(landing, hidden)
        os.close(os.open(final, _NEW, 0o600, dir_fd=self.handle))
        try:
            os.replace(hidden, final, src_dir_fd=self.handle, dst_dir_fd=self.handle)
            self._check(landing, final)
        except OSError:
            with suppress(OSError):
                os.unlink(final, dir_fd=self.handle)
            raise

    def _check(self, landing: Landing, name: str) -> None:
        told = os.stat(name, dir_fd=self.handle, follow_symlinks=False)
        if _identity(told) != landing.identity or not stat.S_ISREG(told.st_mode):
            raise _replaced()

    def _spelt(self, name: str) -> str:
        return name if self.handle is not None else str(self.path / name)


@contextmanager
def _opened(path: Path) -> Generator[_Folder]:
    if not _FROM_FOLDER:
        yield _Folder(path, None)
        return
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield _Folder(path, handle)
    finally:
        os.close(handle)
