"""The one font of charts, DejaVu Sans as matplotlib brings it: what it can show and how wide text gets.

Fonts of the system are not looked for: with a thousand of them the first chart would take a second longer,
and on a Mac the search starts a program that takes several. What the font lacks is drawn as a box.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pentad.results.charts.words import name

if TYPE_CHECKING:
    from matplotlib.ft2font import FT2Font

DPI = 100
# Points of names beside an axis and in a legend.
SMALL = 9.5
_BOX = "\u25a1"
_FILES = {"normal": "DejaVuSans.ttf", "bold": "DejaVuSans-Bold.ttf"}


def settle(folder: Path) -> None:
    """Tell matplotlib, before it is imported, where its files go and which fonts there are. A version that
    does not take the list looks for fonts as usual, which is slower but right."""
    place = folder / "matplotlib"
    place.mkdir(exist_ok=True)
    os.environ["MPLCONFIGDIR"] = str(place)
    # Each thread of it would take address space, which is bounded here.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    found = importlib.util.find_spec("matplotlib")
    if found is None or found.origin is None:
        return
    source = Path(found.origin).with_name("font_manager.py").read_text("utf-8")
    if version := re.search(r"^    __version__ = (.+)$", source, re.MULTILINE):
        number = ast.literal_eval(version[1])
        (place / f"fontlist-v{number}.json").write_text(json.dumps(_listing(number)), "utf-8")


def _listing(version: object) -> dict[str, object]:
    fonts = [
        {"__class__": "FontEntry", "fname": f"fonts/ttf/{file}", "name": "DejaVu Sans", "style": "normal"}
        | {"variant": "normal", "weight": weight, "stretch": "normal", "size": "scalable"}
        for weight, file in _FILES.items()
    ]
    return {
        "__class__": "FontManager",
        "_version": version,
        "_FontManager__default_weight": "normal",
        "default_size": None,
        "defaultFamily": {"ttf": "DejaVu Sans", "afm": "DejaVu Sans"},
        "afmlist": [],
        "ttflist": fonts,
    }


class Letters:
    """Text made fit for a chart. `boxed` says whether signs had to be replaced by now."""

    def __init__(self) -> None:
        self.boxed = False

    def fit(self, text: str, pixels: int, points: float = SMALL) -> str:
        """On one line at most so wide in this font size, with signs that the font has."""
        return self._cut(text, pixels, points, ends=False)

    def all(self, texts: Sequence[str], pixels: int) -> list[str]:
        """Names in a row; those that begin the same are cut in the middle, if that tells them apart."""
        shown = [self.fit(text, pixels) for text in texts]
        if len(set(shown)) == len(set(texts)):
            return shown
        return [self._cut(text, pixels, SMALL, ends=True) for text in texts]

    def _cut(self, text: str, pixels: int, points: float, *, ends: bool) -> str:
        shown = self._known(name(text, 200))
        low, high = 1, len(shown)
        while low < high:
            middle = (low + high + 1) // 2
            if _width(_kept(shown, middle, ends=ends), points) <= pixels:
                low = middle
            else:
                high = middle - 1
        return _kept(shown, low, ends=ends)

    def _known(self, text: str) -> str:
        signs = _font().get_charmap()
        if all(ord(sign) in signs for sign in text):
            return text
        self.boxed = True
        return "".join(sign if ord(sign) in signs else _BOX for sign in text)


def _kept(text: str, signs: int, *, ends: bool) -> str:
    if signs >= len(text):
        return text
    tail = signs // 2 if ends else 0
    return f"{text[: signs - tail].rstrip()}…{text[len(text) - tail :]}"


def _width(text: str, points: float) -> float:
    """Pixels."""
    font = _font()
    font.set_size(points, DPI)
    font.set_text(text, 0.0)
    return font.get_width_height()[0] / 64


@cache
def _font() -> FT2Font:
    from matplotlib import font_manager, get_data_path

    return font_manager.get_font(f"{get_data_path()}/fonts/ttf/{_FILES['normal']}")
