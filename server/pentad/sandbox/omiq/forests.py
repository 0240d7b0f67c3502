"""The gating trees of the seeded workflows. Coordinates are in the scaled units of each axis."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pentad.sandbox.dice import Dice
from pentad.sandbox.omiq import seeding
from pentad.sandbox.omiq.panel import CHANNELS, INTERFERON, POOLED
from pentad.sandbox.omiq.trees import (
    DOWN,
    UP,
    Shape,
    Tree,
    ellipse,
    interval,
    polygon,
    rectangle,
    sector,
)

_BORN = 1_767_600_000_101
_DEAD, _CD3, _CD8, _CD4 = "Zombie NIR-A", "BUV395-A", "BUV805-A", "BV421-A"
_CCR7, _CD45RA, _IFN, _IL2 = "BV605-A", "FITC-A", "PE-A", "APC-A"


def _lymphocytes() -> Shape:
    corners = ((520_000, 60_000), (1_480_000, 100_000), (Decimal("1390000.50"), 430_000), (600_000, 400_000))
    return polygon("FSC-A", "SSC-A", *corners)


def cleaning(dice: Dice, label: str) -> tuple[Tree, str]:
    """The tree, and its node for live T cells; that gate is placed anew for some files, by batch."""
    tree = Tree(dice, f"{label}:cleaning", _BORN)
    cells = tree.add("Lymphocytes", _lymphocytes())
    single = rectangle("FSC-A", "FSC-H", (400_000, 350_000), (1_250_000, UP))
    singlets = tree.add("Singlets", single, cells)
    moved = {
        str(seeding.file_id(dice, "main", index)): _live(Decimal("2.90") if index < 12 else Decimal("3.1"))
        for index in (1, 12, 13)
    }
    live = tree.add("Live CD3+", _live(Decimal("1.90")), singlets, md="Batch", perFileFilters=moved)
    places = ((950_000, 500_000), (1_250_000, 850_000), (1_650_000, 700_000), (1_350_000, 350_000))
    tree.add("Monocytes", ellipse("FSC-A", "SSC-A", *places))
    tree.add("Time, 0-300 s / stable", interval("Time", "SSC-A", 0, 300))
    return tree, live


def _live(lowest: Decimal) -> Shape:
    return rectangle(_DEAD, _CD3, (Decimal("-1.10"), lowest), (Decimal("1.4"), Decimal("6.2")))


def subsets(dice: Dice, label: str) -> Tree:
    """Quadrants, skewed quadrants, a split, a linked gate, and AND/NOT over gates with and without a node."""
    tree = Tree(dice, f"{label}:subsets", _BORN + 100_000)
    x, y = Decimal("1.60"), Decimal("1.7")
    corners: list[tuple[str, Shape]] = [
        ("CD4- CD8+", rectangle(_CD4, _CD8, (DOWN, y), (x, UP))),
        ("CD4+ CD8+", rectangle(_CD4, _CD8, (x, y), (UP, UP))),
        ("CD4+ CD8-", rectangle(_CD4, _CD8, (x, DOWN), (UP, y))),
        ("CD4- CD8-", rectangle(_CD4, _CD8, (DOWN, DOWN), (x, y))),
    ]
    helpers = tree.quadrants("QUAD", "", corners)[2]
    killers = tree.gate("CD8+", interval(_CD8, _CD4, y))
    killer = tree.place(killers)
    tree.quadrants("SKEWEDQUAD", killer, _skewed())
    high = tree.gate("CD45RA high", interval(_CD45RA, _CCR7, Decimal("1.50"), 10_000_000_000_000_000))
    tree.place(high, helpers)
    tree.place(high, killer)
    rest = tree.place(tree.combined("not CD8", "NOT", killers))
    homing = tree.gate("CCR7+", interval(_CCR7, _CD45RA, Decimal("1.4")))
    helper_gate: str = tree.nodes[helpers]["filterContainerId"]
    tree.place(tree.combined("CD4 naïve", "AND", helper_gate, homing, high))
    sides: list[tuple[str, Shape]] = [
        ("CCR7 low", interval(_CCR7, _CD45RA, DOWN, Decimal("1.4"))),
        ("CCR7 high", interval(_CCR7, _CD45RA, Decimal("1.4"), UP)),
    ]
    tree.quadrants("SPLIT", rest, sides)
    return tree


def _skewed() -> list[tuple[str, Shape]]:
    """Four sectors around one centre, counter-clockwise from the right; the rays are not square."""
    centre = (Decimal("1.5"), Decimal("1.40"))
    rays = [
        (Decimal("6.5"), Decimal("1.9")),
        (Decimal("1.2"), Decimal("6.4")),
        (Decimal("-3.5"), Decimal("0.8")),
        (Decimal("1.9"), Decimal("-3.6")),
    ]
    names = ("CCR7+ CD45RA+", "CCR7+ CD45RA-", "CCR7- CD45RA-", "CCR7- CD45RA+")
    return [
        (name, sector(_CD45RA, _CCR7, centre, rays[index], rays[(index + 1) % 4]))
        for index, name in enumerate(names)
    ]


def cytokines(dice: Dice, label: str) -> Tree:
    tree = Tree(dice, f"{label}:cytokines", _BORN + 200_000)
    positive = tree.gate(f"{INTERFERON}+", interval(_IFN, _IL2, Decimal("1.80")))
    corners = ((Decimal("-2"), Decimal("1.6")), (7, Decimal("1.60")), (7, 8), (-2, 8))
    other = tree.gate(f"{POOLED.partition(',')[0]}+", polygon(_IFN, _IL2, *corners))
    tree.place(positive)
    tree.place(other)
    any_ = tree.place(tree.combined("any cytokine", "OR", positive, other))
    tree.place(positive, any_)
    return tree


def viewer(dice: Dice, label: str) -> Tree:
    tree = Tree(dice, f"{label}:viewer", _BORN + 300_000)
    tree.add("Region 1", rectangle(_CD4, _IFN, (Decimal("1.5"), Decimal("1.25")), (UP, UP)))
    return tree


def raw(dice: Dice, label: str) -> Tree:
    """No scaling task lies above, so that coordinates are in instrument units."""
    tree = Tree(dice, f"{label}:raw", _BORN + 400_000)
    cells = tree.add("Lymphocytes", _lymphocytes())
    tree.add("CD3 bright", interval(_CD3, "SSC-A", Decimal("4000.0")), cells)
    return tree


def odd(dice: Dice, label: str) -> Tree:
    """With a gate of a kind that is not known."""
    tree = raw(dice, label)
    knots = [{"f1Val": 1, "f2Val": Decimal("2.50")}, {"f1Val": 3}]
    tree.add("Freehand", {"type": "SplineGate", "f1": "FSC-A", "f2": "SSC-A", "knots": knots})
    return tree


def plain(dice: Dice, label: str) -> Tree:
    tree = Tree(dice, f"{label}:plain", _BORN + 500_000)
    cells = tree.add("Lymphocytes", _lymphocytes())
    tree.add("CD3+", interval(_CD3, _CD4, Decimal("1.9")), cells)
    return tree


def wide(dice: Dice, label: str) -> Tree:
    """Two hundred and fifty nodes, three under each, with positions of their own for many files."""
    tree = Tree(dice, f"{label}:wide", _BORN + 600_000)
    scaled = [channel.name for channel in CHANNELS if channel.cofactor is not None]
    placed: list[str] = []
    for number in range(250):
        f1, f2 = scaled[number % len(scaled)], scaled[(number * 5 + 1) % len(scaled)]
        shift = Decimal(number % 11) / 10
        moved: dict[str, Any] = {
            str(seeding.file_id(dice, "main", index)): _wide_shape(
                number, f1, f2, shift + Decimal(index) / 100
            )
            for index in range(0, 24, 3)
        }
        under = placed[(number - 1) // 3] if number else ""
        name = f"P{number:03d} {f1.removesuffix('-A')}"
        placed.append(tree.add(name, _wide_shape(number, f1, f2, shift), under, perFileFilters=moved))
    return tree


def _wide_shape(number: int, f1: str, f2: str, shift: Decimal) -> Shape:
    """Wide enough that some events are left after several of them, and narrow enough to tell them apart."""
    low, high = Decimal("-0.60") + shift, Decimal("6.50")
    if number % 3 == 0:
        return interval(f1, f2, low)
    if number % 3 == 1:
        return rectangle(f1, f2, (low, Decimal("-2.50")), (high, UP))
    return polygon(f1, f2, (low, -3), (8, -3), (8, 8), (low, 8))
