"""The generated bridge as a process, signed in to the sandbox."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

from benchmarks.peers.environment import peers_python
from benchmarks.processes import ROOT, Process, environment, running

CONTRACTS = {"optimized": "optimized_app"}


def bridge_environment(told: Mapping[str, Any], folder: Path) -> dict[str, str]:
    """`told` is the line that `pentad sandbox` prints, or the part of it with the platforms to serve."""
    contracts = ROOT / "tests" / "contracts"
    upstreams = {
        platform: {
            "contract": str(contracts / f"{CONTRACTS.get(platform, platform)}.openapi.yaml"),
            "url": each["url"],
            "headers": each["headers"],
        }
        for platform, each in told.items()
    }
    return environment(folder, PENTAD_BRIDGE=json.dumps(upstreams))


def bridged(told: Mapping[str, Any], folder: Path) -> AbstractAsyncContextManager[Process]:
    """The bridge over what `bridge_environment` takes."""
    environ = bridge_environment(told, folder)
    return running(("benchmarks.peers.bridge",), environ, python=peers_python())
