"""The peers' environments under `.venv-peers/`, made once from exact pins."""

from __future__ import annotations

import subprocess
import sys
import venv
from enum import StrEnum
from pathlib import Path

HERE = Path(__file__).parent
ENVIRONMENTS = HERE.parents[1] / ".venv-peers"
CONSTRAINTS = HERE / "constraints.txt"
PATIENCE = 600.0


class Peer(StrEnum):
    """Each is alone in its environment, as its users install it: what one brings can slow the other.

    The value is the package's version too, so that whoever changes it makes a new environment."""

    BRIDGE = "fastmcp==4.1.2"
    FETCH = "mcp-server-fetch==2026.10.24"
    # Alone, as the SDK's server loads `rich` wherever that is installed, which takes a tenth of a second.
    BARE = "mcp==2.3.0"


def peers_python(peer: Peer = Peer.BRIDGE) -> Path:
    """The interpreter that has this peer, installed now if it is not yet. Raises CalledProcessError or
    TimeoutExpired where its packages cannot be had."""
    folder = ENVIRONMENTS / peer.name.lower()
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    ready, pins = folder / "ready", f"{peer}\n{CONSTRAINTS.read_text('utf-8')}"
    if not ready.is_file() or ready.read_text("utf-8") != pins:
        venv.create(folder, clear=True, with_pip=True)
        command = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        # What pip says must not get into the tables that are printed.
        subprocess.run(
            (*command, "--constraint", CONSTRAINTS, peer), check=True, timeout=PATIENCE, stdout=sys.stderr
        )
        ready.write_text(pins, encoding="utf-8")
    return python
