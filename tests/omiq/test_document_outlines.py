"""Outlines of gates, against shapes whose points are known otherwise."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.platforms.omiq.gates import outline
from tests.proof import EXAMPLES


def point(x: Any, y: Any) -> dict[str, Any]:
    return {"f1Val": x, "f2Val": y}


@pytest.mark.parametrize(
    ("gate", "expected"),
    [
        (
            {"type": "RectangleGate", "min": point(Decimal("-1.10"), 2), "max": point(1e16, 6.5)},
            [[-1.1, 2], [None, 2], [None, 6.5], [-1.1, 6.5]],
        ),
        (
            {"type": "RangeGate", "f1Min": -(10**16), "f1Max": Decimal("1.9")},
            [[None, None], [1.9, None], [1.9, None], [None, None]],
        ),
        (
            {"type": "PolygonGate", "vertices": [point(1, 2), {"f1Val": 3}, {"f2Val": 4}, {}]},
            [[1, 2], [3, 0], [0, 4], [0, 0]],
        ),
        (
            {"type": "AngleGate", "c": point(1, 1), "v1": point(3, 1), "v2": point(1, 2.5)},
            [[2001, 1], [1, 1], [1, 1501]],
        ),
        ({"type": "HexGate", "f1": "a"}, None),
        ({"type": "NOT", "filterContainerIds": []}, None),
        ({"type": "RectangleGate", "min": point(1, 1)}, None),
        ({"type": "RectangleGate", "min": point("1", 1), "max": point(2, 2)}, None),
        ({"type": "RangeGate", "f1Min": True, "f1Max": 2}, None),
        ({"type": "PolygonGate", "vertices": []}, None),
        ({}, None),
        (None, None),
    ],
)
def test_an_outline_has_the_corners_of_its_gate(gate: dict[str, Any] | None, expected: Any) -> None:
    assert outline(gate) == expected


_UNITS = st.floats(-100, 100, allow_nan=False)


@settings(max_examples=EXAMPLES, deadline=None)
@given(_UNITS, _UNITS, st.floats(0.1, 50), st.floats(0.1, 50), st.floats(0, math.pi))
def test_an_ellipse_goes_round_its_centre_however_it_is_turned(
    x: float, y: float, wide: float, high: float, angle: float
) -> None:
    cos, sin = math.cos(angle), math.sin(angle)

    def turned(along: float, across: float) -> dict[str, Any]:
        return point(x + along * cos - across * sin, y + along * sin + across * cos)

    drawn = outline(
        {
            "type": "EllipseGate",
            "left": turned(-wide, 0),
            "right": turned(wide, 0),
            "top": turned(0, high),
            "bottom": turned(0, -high),
        }
    )

    assert drawn is not None
    assert len(drawn) == 48
    for at, up in drawn:
        assert at is not None
        assert up is not None
        along = (at - x) * cos + (up - y) * sin
        across = -(at - x) * sin + (up - y) * cos
        assert math.isclose((along / wide) ** 2 + (across / high) ** 2, 1, abs_tol=1e-2)
