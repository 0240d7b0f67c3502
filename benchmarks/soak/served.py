"""The real server, which also tells what it holds: `python -m benchmarks.soak.served KEEP IDLE EVERY`.

Its settings come from the environment, as always, except for two that no setting makes short enough for a
run of minutes: results are kept for `KEEP` seconds, and a session of the older protocol may idle for `IDLE`.
The first line on standard output says where it listens; one follows every `EVERY` seconds, and none of it
is in the product.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import sys
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from pentad import logs, settings
from pentad.app import App
from pentad.serving import http_server, listening


class Complaints(logging.Handler):
    """Counts what is logged as a warning or worse, of whichever package, by where it was said."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.places = Counter[str]()

    def emit(self, record: logging.LogRecord) -> None:
        fault = record.exc_info[0] if record.exc_info else None
        what = f", {fault.__name__}" if fault else ""
        self.places[f"{record.name} ({record.filename}:{record.lineno}{what})"] += 1


def held(app: App) -> Mapping[str, int]:
    """How many there are of each, this task not counted."""
    session = app.session
    connections = session.connections.values()
    return {
        "tasks": len(asyncio.all_tasks()) - 1,
        "threads": threading.active_count(),
        "objects": len(gc.get_objects()),
        "results": len(session.store.kept),
        "plans": len(session.plans.kept),
        "remembered": sum(len(each) for one in connections for each in (one.memory, one.pacing.budgets)),
        "halves": len(session.folder.partials) + sum(len(one.tasks) for one in connections),
    }


async def _tell(app: App, every: float, complaints: Complaints) -> None:
    while True:
        print(json.dumps({"held": held(app), "complaints": complaints.places}), flush=True)
        await asyncio.sleep(every)


async def _serve(app: App, idle: float, every: float, complaints: Complaints) -> None:
    listener = listening(0)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/mcp"
    server = http_server(app, address, idle=idle)
    print(json.dumps({"url": address}), flush=True)
    telling = asyncio.create_task(_tell(app, every, complaints))
    try:
        await server.serve(sockets=[listener])
    finally:
        telling.cancel()


def main(keep: float, idle: float, every: float) -> None:
    read = replace(settings.load(), keep=keep / 3600)
    logs.install(read.log)
    complaints = Complaints()
    logging.getLogger().addHandler(complaints)
    app = App(read)
    gc.freeze()
    asyncio.run(_serve(app, idle, every, complaints))


if __name__ == "__main__":
    main(*map(float, sys.argv[1:4]))
