"""What a model is made of: levels and measures over the tables of one connection."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Level:
    """`sql` gives the member's key; in a hierarchy levels go from coarse to fine."""

    name: str
    caption: str
    sql: str


@dataclass(frozen=True, slots=True)
class Hierarchy:
    name: str
    caption: str
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class Dimension:
    name: str
    caption: str
    table: str
    hierarchies: tuple[Hierarchy, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    name: str
    caption: str
    column: str
    aggregator: str
    format: str = "#,##0.00"

    @property
    def unique(self) -> str:
        return f"[Measures].[{self.name}]"

    @property
    def sql(self) -> str:
        if self.aggregator == "distinct-count":
            return f"count(DISTINCT {self.column})"
        return f"{self.aggregator}({self.column})"


@dataclass(frozen=True, slots=True)
class Join:
    table: str
    on: str


@dataclass(frozen=True, slots=True)
class Model:
    """`annotated` models are downloaded as an archive with their annotations. `settings` stand beside the
    connection. `text` is the schema as it was published, `changed` when, in epoch milliseconds; `closed`
    models are their owner's and the administrators' until others are let in."""

    name: str
    caption: str
    connection: str
    schema: str
    fact: str
    joins: tuple[Join, ...]
    dimensions: tuple[Dimension, ...]
    measures: tuple[Measure, ...]
    owner: str
    annotated: bool = False
    settings: tuple[tuple[str, str], ...] = (("EnableXmla", "false"), ("Provider", "mondrian"))
    text: bytes | None = None
    changed: int = 0
    closed: bool = False


def single(name: str, caption: str, table: str, *levels: tuple[str, str, str]) -> Dimension:
    """A dimension whose levels make one hierarchy each."""
    made = (Hierarchy(one[0], one[1], (Level(*one),)) for one in levels)
    return Dimension(name, caption, table, tuple(made))


def drill(name: str, caption: str, table: str, hierarchy: str, *levels: tuple[str, str, str]) -> Dimension:
    """A dimension with one hierarchy of several levels."""
    made = Hierarchy(hierarchy, hierarchy.capitalize(), tuple(Level(*one) for one in levels))
    return Dimension(name, caption, table, (made,))


def calendar(table: str, column: str, caption: str) -> Dimension:
    """Years, quarters, months and days of a date column."""
    at = f'"{table}"."{column}"'
    return drill(
        f"{table}_{column}".lower(),
        caption,
        table,
        "calendar",
        ("year", "Year", f"strftime({at}, '%Y')"),
        ("quarter", "Quarter", f"strftime({at}, '%Y') || '-Q' || quarter({at})"),
        ("month", "Month", f"strftime({at}, '%Y-%m')"),
        ("day", "Day", f"strftime({at}, '%Y-%m-%d')"),
    )


def many(table: str, *named: tuple[str, str, str]) -> tuple[Measure, ...]:
    """Measures of one table, each given by column, caption and aggregator; the first of a column has the
    column's name, others have the aggregator in front of it."""
    seen: set[str] = set()
    made: list[Measure] = []
    for column, caption, aggregator in named:
        name = f"{table}.{column}" if column not in seen else f"{table}.{aggregator}_{column}"
        whole = "#,##0" if "count" in aggregator else "#,##0.00"
        made.append(Measure(name, caption, f'"{table}"."{column}"', aggregator, whole))
        seen.add(column)
    return tuple(made)
