"""Results to export, and what became of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pentad.results.record import Origin, Stored
from pentad.session import Session
from tests.answers.given import ask

ROWS = (
    '{"id": 9223372036854775809, "price": 1.10, "of": {"x": [1.0, {"y": 2e5}]}, '
    '"no": null, "t": "a \\"b\\",\\nc"}',
    '{"id":1,"t":"é","yes":true,"deep":[340282366920938463463374607431768211456],"Id":-0.5}',
)
ORIGIN = Origin("claribi_list_reports", {"limit": 2})


def kept(here: Session, *texts: str, kind: str = "rows") -> Stored:
    with here.store.draft((), ORIGIN, here.owner, kind) as draft:
        for text in texts:
            draft.add_text(text)
        return draft.close()


def large(here: Session, rows: int) -> Stored:
    return here.store.put(({"id": i, "text": "long " * 2000} for i in range(rows)), (), ORIGIN, here.owner)


def left(here: Session) -> list[str]:
    """What is in the download folder, and what the worker wrote."""
    folders = (here.folder.path, here.store.scratch.place("answers"))
    return sorted(file.name for folder in folders if folder.exists() for file in folder.iterdir())


async def export(here: Session, stored: Stored, **how: Any) -> tuple[dict[str, Any], Path]:
    told = await ask(here, "export_result", result=stored.handle, **how)
    return told, Path(told["path"])
