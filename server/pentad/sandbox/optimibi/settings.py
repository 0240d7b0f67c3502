"""The server itself: its release, and the picture that tells people from machines."""

from __future__ import annotations

from typing import Any

from pentad.sandbox.asgi import Reply
from pentad.sandbox.optimibi.context import Context


def version(context: Context) -> dict[str, Any]:
    number = "9.20" if context.state.newer else "7.05"
    build = {"version": number, "branch": "commercial", "buildId": f"datafor-{number}-build"}
    return {"success": True, "current": build, "newest": build, "status": 0}


def captcha(_: Context) -> Reply:
    return Reply(200, b"\xff\xd8\xff\xe0", {"content-type": "image/jpeg"})
