"""Repeatable choices: the same seed and label always give the same value, in any order of asking."""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Dice:
    seed: int

    def _digest(self, label: str) -> bytes:
        return hashlib.sha256(f"{self.seed}:{label}".encode()).digest()

    def number(self, label: str, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int.from_bytes(self._digest(label)[:8], "big") % (high - low + 1)

    def pick(self, label: str, options: Sequence[T]) -> T:
        return options[self.number(label, 0, len(options) - 1)]

    def uuid(self, label: str) -> str:
        return str(uuid.UUID(bytes=self._digest(label)[:16], version=4))

    def word(self, label: str, length: int) -> str:
        """Letters and digits, up to 40 of them."""
        text = base64.b32encode(self._digest(label)).decode().lower().rstrip("=")
        return text[:length]
