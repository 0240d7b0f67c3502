"""Files that finished tasks left behind: a table of counts, and a picture."""

from __future__ import annotations

import struct
import zlib
from typing import Any

from pentad.sandbox.omiq import documents
from pentad.sandbox.omiq.contents import Content, whole
from pentad.sandbox.omiq.state import State
from pentad.sandbox.omiq.tables import quoted
from pentad.sandbox.omiq.views import View, nodes

_FILES = 4


def artifact(state: State, place: str) -> Content | None:
    """`place` is workflow, task and file name; only seeded artifacts exist, in copies too."""
    workflow, _, rest = place.partition("/")
    found = state.workflows.get(int(workflow))
    listed = found.document.get("taskArtifacts", []) if found else []
    task, _, name = rest.partition("/")
    if found is None or {"taskId": int(task), "file": name} not in listed:
        return None
    if name == documents.FIGURE:
        return whole(_picture())
    return whole(_counts(state, found.dataset, found.document).encode())


def _counts(state: State, dataset: int, document: dict[str, Any]) -> str:
    """The populations of the subset task in the first files."""
    lines = ["file_id,file_name,population,count,percent"]
    own = [one for one in state.files.values() if one.dataset == dataset and one.panel and not one.uploaded]
    for file in own[:_FILES]:
        view = View(document, file.id, state.raw(file))
        task = view.tasks().get(documents.SUBSETS, {})
        rows = view.rows(documents.SUBSETS)
        for node in nodes(task):
            member = view.members(task, node)
            count = sum(member[row] for row in rows)
            cells = (f"F{file.id}", quoted(file.name), quoted(view.path(task, node)), str(count))
            lines.append(f"{','.join(cells)},{100 * count / max(len(rows), 1):.2f}")
    return "\n".join(lines) + "\n"


def _picture() -> bytes:
    """A valid picture of 32 by 32 grey dots."""
    rows = b"".join(b"\0" + bytes((x * y) % 256 for x in range(32)) for y in range(32))
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", 32, 32, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    )
    chunks = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
