"""Ready configurations for assistants, with absolute paths, so that they work from anywhere."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pentad import platforms
from pentad.platforms import Platform
from pentad.settings import PLATFORMS


def command() -> str:
    """The installed `pentad-mcp` beside this interpreter, else the name to be found on the path."""
    beside = Path(sys.executable).parent / ("pentad-mcp.exe" if sys.platform == "win32" else "pentad-mcp")
    return str(beside.absolute()) if beside.exists() else "pentad-mcp"


def places(platform: type[Platform]) -> dict[str, bool]:
    """The variables that set a platform up, and which are secrets: the first credential that it takes, and
    the address of a platform that has none for everybody."""
    address = {} if platform.url else {platform.variable("url"): False}
    return {platform.credential(): True} | address


def configuration(host: str, *, sandbox: bool = False) -> str:
    """The JSON that a host's configuration file takes, with places to fill in."""
    server: dict[str, object] = {"command": command(), "args": ["serve", *(["--sandbox"] if sandbox else [])]}
    asks = host == "vscode"
    empty = {} if sandbox else _all_places()
    if empty:
        server["env"] = {name: f"${{input:{name.lower()}}}" if asks else "" for name in empty}
    if not asks:
        return json.dumps({"mcpServers": {"pentad": server}}, indent=2)
    whole: dict[str, object] = {"servers": {"pentad": {"type": "stdio", **server}}}
    if empty:
        whole["inputs"] = [
            {"type": "promptString", "id": name.lower(), "description": name, "password": secret}
            for name, secret in empty.items()
        ]
    return json.dumps(whole, indent=2)


def _all_places() -> dict[str, bool]:
    found: dict[str, bool] = {}
    for platform in map(platforms.load, PLATFORMS):
        found |= places(platform)
    return found
