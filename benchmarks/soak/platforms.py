"""The sandbox on a port, as `pentad sandbox` serves it, which also tells what it answered: `python -m
benchmarks.soak.platforms EVERY`. It is the witness for refusals, as it does not depend on what Pentad says.

The first line on standard output is the sandbox's own; one follows every `EVERY` seconds, with the number of
answers by platform and status, such as `{"claribi 200": 17}`.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter

from pentad.sandbox import Sandbox
from pentad.sandbox.asgi import App, Message, Receive, Scope, Send
from pentad.sandbox.listening import run


class Counted:
    """An app whose answers are counted by their status."""

    def __init__(self, app: App, name: str, answers: Counter[str]) -> None:
        self._app, self._name, self._answers = app, name, answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._answers[f"{self._name} {message['status']}"] += 1
            await send(message)

        await self._app(scope, receive, told)


async def _tell(answers: Counter[str], every: float) -> None:
    while True:
        await asyncio.sleep(every)
        print(json.dumps(answers), flush=True)


async def _serve(every: float) -> None:
    sandbox, answers = Sandbox(), Counter[str]()
    for name, platform in sandbox.platforms.items():
        platform.hosts = {host: Counted(app, name, answers) for host, app in platform.hosts.items()}
    telling = asyncio.create_task(_tell(answers, every))
    try:
        await run(0, sandbox, sys.stdout)
    finally:
        telling.cancel()


if __name__ == "__main__":
    asyncio.run(_serve(float(sys.argv[1])))
