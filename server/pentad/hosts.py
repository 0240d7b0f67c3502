"""Ready configurations for assistants, with absolute paths, so that they work from anywhere."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pentad import platforms
from pentad.settings import PLATFORMS


def command() -> str:
    """The installed `pentad-mcp` beside this interpreter, else the name to be found on the path."""
    beside = Path(sys.executable).parent / ("pentad-mcp.exe" if sys.platform == "win32" else "pentad-mcp")
    return str(beside.absolute()) if beside.exists() else "pentad-mcp"


def configuration(host: str, *, sandbox: bool = False) -> str:
    """The JSON that a host's configuration file takes; secrets are places to fill in."""
    server: dict[str, object] = {"command": command(), "args": ["serve", *(["--sandbox"] if sandbox else [])]}
    if not sandbox:
        server["env"] = _credentials(host)
    if host != "vscode":
        return json.dumps({"mcpServers": {"pentad": server}}, indent=2)
    whole: dict[str, object] = {"servers": {"pentad": {"type": "stdio", **server}}}
    if not sandbox:
        whole["inputs"] = [
            {"type": "promptString", "id": name.lower(), "description": name, "password": True}
            for name in _credentials(host)
        ]
    return json.dumps(whole, indent=2)


def _credentials(host: str) -> dict[str, str]:
    """One place to fill in per platform: the first secret it takes."""
    names = [platform.credential() for platform in map(platforms.load, PLATFORMS)]
    return {name: f"${{input:{name.lower()}}}" if host == "vscode" else "" for name in names}
