"""Which events a gate holds. `x` and `y` are the values of its two features, in the gate's own units.

Lower bounds are inside and upper bounds are not, so that neighbouring gates share no event.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pentad.sandbox.omiq.spelling import member_object, objects

Values = Sequence[float]
Inside = Callable[[float, float], bool]


class UnknownGateError(Exception):
    """The gate is of a kind that cannot be computed."""


def inside(gate: Mapping[str, Any], x: Values, y: Values) -> bytearray:
    """One byte per event, 1 for inside. Raises UnknownGateError."""
    test = _MADE.get(str(gate.get("type")))
    if test is None:
        raise UnknownGateError(f"Gates of type {gate.get('type')} cannot be exported")
    return bytearray(map(test(gate), x, y))


def _point(of: Mapping[str, Any]) -> tuple[float, float]:
    """A missing coordinate is 0."""
    return float(of.get("f1Val", 0)), float(of.get("f2Val", 0))


def _rectangle(gate: Mapping[str, Any]) -> Inside:
    """min <= value < max on both axes."""
    (left, low), (right, high) = (_point(member_object(gate, name)) for name in ("min", "max"))
    return lambda x, y: left <= x < right and low <= y < high


def _range(gate: Mapping[str, Any]) -> Inside:
    """f1Min <= x < f1Max; the second feature does not matter."""
    low, high = float(gate["f1Min"]), float(gate["f1Max"])
    return lambda x, _: low <= x < high


def _polygon(gate: Mapping[str, Any]) -> Inside:
    """Even-odd: a ray to the right crosses the outline an odd number of times. An edge counts for y in
    [lower end, upper end), and if its x at that height is greater than the event's."""
    corners = [_point(vertex) for vertex in objects(gate["vertices"])]
    edges = list(zip(corners, corners[1:] + corners[:1], strict=True))

    def test(x: float, y: float) -> bool:
        odd = False
        for (x1, y1), (x2, y2) in edges:
            if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
                odd = not odd
        return odd

    return test


def _ellipse(gate: Mapping[str, Any]) -> Inside:
    """The centre c lies midway between left and right; u = (right - left) / 2 and v = (top - bottom) / 2
    are the half axes, in any direction. Inside: c + a*u + b*v with a*a + b*b <= 1."""
    places = (_point(member_object(gate, name)) for name in ("left", "right", "top", "bottom"))
    (x1, y1), (x2, y2), (x3, y3), (x4, y4) = places
    cx, cy = (x1 + x2) / 2, (y1 + y2) / 2
    u, v = ((x2 - x1) / 2, (y2 - y1) / 2), ((x3 - x4) / 2, (y3 - y4) / 2)
    parts = _parts(u, v)

    def test(x: float, y: float) -> bool:
        a, b = parts(x - cx, y - cy)
        return a * a + b * b <= 1

    return test


def _angle(gate: Mapping[str, Any]) -> Inside:
    """The sector, smaller than a half turn, between the rays from c through v1 and from c through v2:
    c + a*(v1 - c) + b*(v2 - c) with a > 0 and b >= 0, so that the first ray is inside, the second not."""
    (cx, cy), (x1, y1), (x2, y2) = (_point(member_object(gate, name)) for name in ("c", "v1", "v2"))
    parts = _parts((x1 - cx, y1 - cy), (x2 - cx, y2 - cy))

    def test(x: float, y: float) -> bool:
        a, b = parts(x - cx, y - cy)
        return a > 0 and b >= 0

    return test


def _parts(u: tuple[float, float], v: tuple[float, float]) -> Callable[[float, float], tuple[float, float]]:
    """How much of u and of v a point is made of; nothing is inside where the two are parallel."""
    area = u[0] * v[1] - u[1] * v[0]
    if area == 0:
        return lambda _x, _y: (float("nan"), float("nan"))
    return lambda x, y: ((x * v[1] - y * v[0]) / area, (u[0] * y - u[1] * x) / area)


_MADE: Mapping[str, Callable[[Mapping[str, Any]], Inside]] = {
    "RectangleGate": _rectangle,
    "RangeGate": _range,
    "PolygonGate": _polygon,
    "EllipseGate": _ellipse,
    "AngleGate": _angle,
}
