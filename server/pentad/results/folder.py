"""The private folder of this process for results that are too large for memory.

Each process has a folder of its own and holds a lock in it for as long as it lives. The lock goes with the
process, however it ends, so a folder whose lock can be taken has no owner any more and is swept.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path

from pentad.errors import Rejected

_PREFIX = "results-"
_LOCK = "lock"


class Unkept(Rejected):
    """A result could not be kept; what was fetched is lost unless it is shown."""


def unkept(error: OSError) -> Unkept:
    """What went wrong with the disk, in words that name no path."""
    return Unkept(
        f"Results cannot be kept on disk here ({error.strerror or 'input/output error'}); "
        "the user can name another folder with PENTAD_RESULTS."
    )


@contextlib.contextmanager
def on_disk() -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise unkept(error) from error


def discard(file: Path) -> None:
    """Remove a file if that is possible; else it goes with its folder."""
    with contextlib.suppress(OSError):
        file.unlink(missing_ok=True)


class Scratch:
    """Nothing is made before the first file is. Only the files in its own folder belong to it."""

    def __init__(self, base: Path) -> None:
        self._base = base
        self._own: Path | None = None
        self._lock = -1
        self._pid = 0

    @contextlib.contextmanager
    def file(self, name: str) -> Generator[Path]:
        """A new file, empty and this user's only, removed again where filling it fails. Raises Unkept."""
        with on_disk():
            path = self._folder() / name
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            try:
                yield path
            except OSError:
                discard(path)
                raise

    def place(self, name: str) -> Path:
        """A folder within, for files that others write. Raises Unkept."""
        with on_disk():
            path = self._folder() / name
            path.mkdir(mode=0o700, exist_ok=True)
            return path

    @contextlib.contextmanager
    def passing(self, suffix: str) -> Generator[Path]:
        """A name for a file that another process makes; it goes when this context ends. Raises Unkept."""
        path = self.place("answers") / f"{secrets.token_hex(8)}{suffix}"
        try:
            yield path
        finally:
            discard(path)

    def close(self) -> None:
        """Remove the folder with all that is in it."""
        own, self._own = self._own, None
        # A forked child must not clear the folder of its parent.
        if own is None or self._pid != os.getpid():
            return
        atexit.unregister(self.close)
        _remove(own)
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def _folder(self) -> Path:
        if self._own is not None and self._own.is_dir():
            return self._own
        self.close()
        if sys.platform == "win32":
            # Without flock nobody can tell whose folder is whose: it is a new one of the system's own.
            own = Path(tempfile.mkdtemp(prefix=f"pentad-{_PREFIX}"))
        else:
            self._base.mkdir(parents=True, exist_ok=True, mode=0o700)
            _sweep(self._base)
            own, self._lock = _made(self._base)
        self._own, self._pid = own, os.getpid()
        atexit.register(self.close)
        return own


if sys.platform != "win32":
    import fcntl

    def _made(base: Path) -> tuple[Path, int]:
        """A new folder whose lock is held. Until it is, another process may sweep the folder away, so it
        counts only if the lock file is still the one that was locked."""
        for _ in range(100):
            folder = base / f"{_PREFIX}{secrets.token_hex(8)}"
            folder.mkdir(mode=0o700)
            with contextlib.suppress(FileNotFoundError, BlockingIOError):
                lock = os.open(folder / _LOCK, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    if (folder / _LOCK).stat().st_ino == os.fstat(lock).st_ino:
                        return folder, lock
                except OSError:
                    os.close(lock)
                    raise
                os.close(lock)
        raise OSError("no folder could be locked")

    def _sweep(base: Path) -> None:
        """Remove the folders of processes that are gone."""
        for folder in base.glob(f"{_PREFIX}*"):
            if folder.is_symlink():
                continue
            with contextlib.suppress(OSError):
                # Left behind between two steps, by one that died while it made or removed the folder.
                if not (folder / _LOCK).exists():
                    folder.rmdir()
                    continue
                lock = os.open(folder / _LOCK, os.O_RDWR | os.O_NOFOLLOW)
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    _remove(folder)
                finally:
                    os.close(lock)


def _remove(folder: Path) -> None:
    """The lock goes last, so that a folder that could not be emptied is swept another time."""
    with contextlib.suppress(OSError):
        for entry in os.scandir(folder):
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path)
            elif entry.name != _LOCK:
                Path(entry.path).unlink(missing_ok=True)
        (folder / _LOCK).unlink(missing_ok=True)
        folder.rmdir()
