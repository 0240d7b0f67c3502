"""Gates as outlines: what a plot draws of a gate, in the scaled units of its two axes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pentad.platforms.omiq.tree import mapping

# The platform writes this, with either sign, for a side without a bound.
UNBOUNDED = 10**16
_CORNERS = 48
# Rays of a sector have no end; this many times their length lies beyond any plot they are drawn in.
_FAR = 1000.0

Point = tuple[float, float]
Outline = list[list[float | None]]


def outline(gate: Mapping[str, Any] | None) -> Outline | None:
    """The corners of a gate as [x, y], to be closed by whoever draws them; None for what has no outline: a
    boolean, a kind that is not known, or one whose numbers are missing.

    A side without a bound is null. Only rectangles and ranges have such sides, and their four corners always
    come in the order left bottom, right bottom, right top, left top, which tells which side is meant.
    """
    if gate is None:
        return None
    draw = _DRAWN.get(str(gate.get("type")))
    try:
        points = draw(gate) if draw else None
    except (TypeError, OverflowError):
        return None
    return [[_plain(x), _plain(y)] for x, y in points] if points else None


def _rectangle(gate: Mapping[str, Any]) -> list[Point]:
    return _box(*_point(_member(gate, "min")), *_point(_member(gate, "max")))


def _range(gate: Mapping[str, Any]) -> list[Point]:
    """A range bounds the first axis alone."""
    return _box(_number(gate.get("f1Min")), -math.inf, _number(gate.get("f1Max")), math.inf)


def _box(left: float, bottom: float, right: float, top: float) -> list[Point]:
    return [(left, bottom), (right, bottom), (right, top), (left, top)]


def _polygon(gate: Mapping[str, Any]) -> list[Point]:
    vertices = gate.get("vertices")
    return [_point(vertex) for vertex in vertices] if isinstance(vertices, list) else []


def _ellipse(gate: Mapping[str, Any]) -> list[Point]:
    """The four points are the ends of its two axes, which may be rotated."""
    left, right = _point(_member(gate, "left")), _point(_member(gate, "right"))
    top, bottom = _point(_member(gate, "top")), _point(_member(gate, "bottom"))
    ends = (left, right, top, bottom)
    centre = (math.fsum(x for x, _ in ends) / 4, math.fsum(y for _, y in ends) / 4)
    across = ((right[0] - left[0]) / 2, (right[1] - left[1]) / 2)
    along = ((top[0] - bottom[0]) / 2, (top[1] - bottom[1]) / 2)
    points: list[Point] = []
    for step in range(_CORNERS):
        cos, sin = math.cos(math.tau * step / _CORNERS), math.sin(math.tau * step / _CORNERS)
        x, y = (centre[axis] + across[axis] * cos + along[axis] * sin for axis in (0, 1))
        points.append((_rounded(x), _rounded(y)))
    return points


def _sector(gate: Mapping[str, Any]) -> list[Point]:
    """Two rays from the centre, so long that their ends and the line between them are out of sight."""
    centre = _point(_member(gate, "c"))
    rays = [_point(_member(gate, name)) for name in ("v1", "v2")]
    ends = [(_away(centre[0], ray[0]), _away(centre[1], ray[1])) for ray in rays]
    return [ends[0], centre, ends[1]]


def _away(start: float, through: float) -> float:
    return _rounded(start + (through - start) * (1.0 if math.isinf(through) else _FAR))


def _member(gate: Mapping[str, Any], name: str) -> Any:
    if name not in gate:
        raise TypeError(name)
    return gate[name]


def _point(value: Any) -> Point:
    point = mapping(value)
    return _number(point.get("f1Val", 0)), _number(point.get("f2Val", 0))


def _number(value: Any) -> float:
    """Infinite for what stands for no bound. Raises TypeError for what is no number."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal) or math.isnan(value):
        raise TypeError(value)
    return math.copysign(math.inf, value) if abs(Decimal(value)) >= UNBOUNDED else float(value)


def _rounded(value: float) -> float:
    return float(f"{value:.7g}")


def _plain(value: float) -> float | None:
    """As it is spelt in JSON: no bound is null, and a whole number has no decimals."""
    if not math.isfinite(value):
        return None
    return int(value) if value.is_integer() else value


_DRAWN = {
    "RectangleGate": _rectangle,
    "RangeGate": _range,
    "PolygonGate": _polygon,
    "EllipseGate": _ellipse,
    "AngleGate": _sector,
}
