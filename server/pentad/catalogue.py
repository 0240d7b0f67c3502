"""Every operation of every platform, callable or not and why: for `pentad operations` and the docs."""

from __future__ import annotations

from typing import Any

from pentad import operations, platforms
from pentad.operations import AnyOperation
from pentad.platforms import Platform
from pentad.settings import PLATFORMS, Settings

_DEFAULTS = Settings()


def catalogue() -> list[dict[str, Any]]:
    """One object per operation, in a stable order: the verbs, then platform by platform."""
    rows = [_row(operation) for operation in operations.in_package("pentad.verbs")]
    for name in PLATFORMS:
        rows += [_row(operation) for operation in operations.in_package(f"pentad_tools.{name}")]
        rows += _unexposed(platforms.load(name))
    return rows


def _row(operation: AnyOperation) -> dict[str, Any]:
    route = operation.route
    reason = _DEFAULTS.forbids(operation)
    return {
        "name": operation.name,
        "platform": operation.platform,
        "operation_ids": list(operation.covers),
        "method": route.method if route else None,
        "path": route.template if route else None,
        "effect": operation.effect,
        "core": operation.core,
        "exposed": reason is None,
        "reason": reason,
        "reaches": operation.reaches,
        "spends": operation.spends,
        "description": operation.description,
    }


def _unexposed(platform: type[Platform]) -> list[dict[str, Any]]:
    return [
        {
            "name": f"{platform.name}_{operation_id}",
            "platform": platform.name,
            "operation_ids": [operation_id],
            "method": route.partition(" ")[0],
            "path": route.partition(" ")[2],
            "effect": None,
            "core": False,
            "exposed": False,
            "reason": reason,
            "reaches": None,
            "spends": None,
            "description": None,
        }
        for operation_id, (route, reason) in sorted(platform.unexposed.items())
    ]
