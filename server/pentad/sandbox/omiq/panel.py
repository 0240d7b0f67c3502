"""Which channels the files of a dataset have, and how each is scaled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Channel:
    """`cofactor` is None for scatter and time, which are never scaled."""

    name: str
    marker: str = ""
    cofactor: Decimal | None = None

    @property
    def column(self) -> str:
        """What a column of an export is called: detector and marker, or the bare detector."""
        return f"{self.name}___{self.marker}" if self.marker else self.name

    def described(self) -> dict[str, Any]:
        return {"name": self.name, **({"secondaryName": self.marker} if self.marker else {})}


INTERFERON = "IFN-\N{GREEK SMALL LETTER GAMMA}"
POOLED = "IL-2/TNF-\N{GREEK SMALL LETTER ALPHA}, pooled"
CHANNELS = (
    Channel("Time"),
    Channel("FSC-A"),
    Channel("FSC-H"),
    Channel("SSC-A"),
    Channel("Zombie NIR-A", "Viability", Decimal("1500.0")),
    Channel("BUV395-A", "CD3", Decimal("1200.50")),
    Channel("BUV805-A", "CD8", Decimal(900)),
    Channel("BV421-A", "CD4", Decimal(800)),
    Channel("BV605-A", "CCR7", Decimal("600.0")),
    Channel("FITC-A", "CD45RA", Decimal(2000)),
    Channel("PE-A", INTERFERON, Decimal("450.10")),
    Channel("APC-A", POOLED, Decimal(500)),
    Channel("BV786-A", "", Decimal(6000)),
)


def cofactors(channels: Sequence[Channel]) -> dict[str, Decimal]:
    return {channel.name: channel.cofactor for channel in channels if channel.cofactor is not None}
