"""A file below a folder, reached one component at a time, so that no link is followed on the way."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Sequence
from pathlib import Path

# A pipe would be waited for without end.
_READING = (
    os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
)
_BY_COMPONENT = os.open in os.supports_dir_fd and hasattr(os, "O_NOFOLLOW")


def opened(folder: Path, parts: Sequence[str]) -> int:
    """A handle to read a regular file from. Raises OSError, for a link among the parts too.

    Systems that cannot open relative to a folder open the whole path, and refuse what is not what lay there.
    """
    path = folder.joinpath(*parts)
    handle = _descended(folder, parts) if _BY_COMPONENT else os.open(path, _READING)
    told = os.fstat(handle)
    if stat.S_ISREG(told.st_mode) and (_BY_COMPONENT or os.path.samestat(told, path.lstat())):
        return handle
    os.close(handle)
    raise OSError(errno.ESTALE, "it was replaced while it was opened")


def _descended(folder: Path, parts: Sequence[str]) -> int:
    inside = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
    at = os.open(folder, inside)
    try:
        for part in parts[:-1]:
            below = os.open(part, inside | os.O_NOFOLLOW, dir_fd=at)
            os.close(at)
            at = below
        return os.open(parts[-1], _READING | os.O_NOFOLLOW, dir_fd=at)
    finally:
        os.close(at)
