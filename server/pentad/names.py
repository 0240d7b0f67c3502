"""Names of files that others chose: made plain for a disk, and told from those that mean something else."""

from __future__ import annotations

import os
import re
import sys
import unicodedata

from pentad.text import clean

# What Windows takes for a device, whatever follows the name, and reads as more than a name.
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|clock\$|conin\$|conout\$|(com|lpt)[\d¹²³]) *([.:].*)?")
_MARKS = re.compile(r'[<>:"|?*]')
_BREAKS = re.compile(r"[\t\r\n]")
WINDOWS = os.name == "nt"


def safe_name(offered: str | None, fallback: str) -> str:
    """A plain file name: no folders, no hidden or device names, nothing invisible, and no longer than disks
    allow (120 characters, 200 bytes)."""
    return _plain(offered or "") or _plain(fallback) or "download.bin"


def is_strange(name: str, *, windows: bool = WINDOWS) -> bool:
    """Whether a name on the disk is not what it looks like: it has characters that nobody sees, or Windows
    opens a device, a stream of another file, or a file with a shorter name."""
    if clean(name) != name or _BREAKS.search(name):
        return True
    return windows and bool(_DEVICES.fullmatch(name) or _MARKS.search(name) or name != name.rstrip(" ."))


def _plain(text: str) -> str:
    text = clean(unicodedata.normalize("NFC", text))
    text = re.sub(r"\s+", " ", re.split(r"[/\\]", text)[-1])
    disk = sys.getfilesystemencoding()
    text = text.encode(disk, "replace").decode(disk)
    text = _MARKS.sub("_", text).strip(" .")
    if _DEVICES.fullmatch(text):
        return ""
    stem, suffix = os.path.splitext(text)
    suffix = suffix[:16]
    room = 200 - len(suffix.encode())
    stem = stem[: 120 - len(suffix)].encode()[:room].decode(errors="ignore")
    return (stem + suffix).rstrip(" .")
