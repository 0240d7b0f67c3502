"""The sandbox on a loopback port, for clients that are not in this process."""

from __future__ import annotations

import sys
from typing import TextIO

from pentad.sandbox import Sandbox


async def serve(port: int, *, seed: int = 1, out: TextIO = sys.stdout) -> None:
    """Serve every platform under /<name> until cancelled; port 0 picks a free one.

    One line of JSON is written once requests are accepted: per platform its url, the headers that
    sign a request in, and its credentials. A platform's faults are added with POST <url>/_faults and
    cleared with DELETE.
    """
    from pentad.sandbox.listening import run

    await run(port, Sandbox(seed=seed), out)
