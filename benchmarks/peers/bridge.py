"""The generated bridge: FastMCP makes a tool of every operation of the five contracts.

Run by the peers' own environment, which has neither Pentad nor its benchmarks. PENTAD_BRIDGE holds, per
platform, `{"contract": path, "url": address, "headers": {...}}` as JSON; its tools are called
`<platform>_<operationId>`.
"""

from __future__ import annotations

import json
import os
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx2
import yaml

# By name, as it is not installed where this module is checked.
FastMCP: Any = import_module("fastmcp").FastMCP

# What holds a schema: FastMCP reads `true` there as an error, although the standard lets it say `{}`.
ONE = ("schema", "items", "contains", "not")
SEVERAL = ("properties", "schemas", "patternProperties")


def spelled(part: Any) -> Any:
    """The same contract with every schema `true` written as `{}`."""
    if isinstance(part, list):
        return [spelled(each) for each in part]
    if not isinstance(part, dict):
        return part
    told = {name: spelled(value) for name, value in part.items()}
    told |= {name: {} for name in ONE if told.get(name) is True}
    for name in SEVERAL:
        if isinstance(told.get(name), dict):
            told[name] = {each: {} if schema is True else schema for each, schema in told[name].items()}
    return told


def bridge(upstreams: dict[str, dict[str, Any]]) -> Any:
    """Plain generation with nothing but defaults, one client for each platform."""
    whole = FastMCP("bridge")
    for platform, upstream in upstreams.items():
        contract = spelled(yaml.safe_load(Path(upstream["contract"]).read_text("utf-8")))
        client = httpx2.AsyncClient(base_url=upstream["url"], headers=upstream["headers"])
        whole.mount(FastMCP.from_openapi(contract, client, name=platform), namespace=platform)
    return whole


if __name__ == "__main__":
    bridge(json.loads(os.environ["PENTAD_BRIDGE"])).run("stdio", show_banner=False)
