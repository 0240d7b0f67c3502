"""Rows of a cube's answer chosen by members of levels.

How a query is told of chosen members is not documented. So the levels stand among the rows, and rows are
chosen here: what is left is right whatever the platform makes of the request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pentad.errors import Malformed
from pentad.platforms.optimibi import Optimibi
from pentad.platforms.optimibi.cellsets import Figures
from pentad.platforms.optimibi.schemas import Level, meant
from pentad.text import all_quoted, nearest, quoted

_FEW = 8


def narrowed(
    optimibi: Optimibi, found: Figures, levels: Sequence[Level], filters: Mapping[str, Sequence[str]]
) -> list[dict[str, Any]]:
    """The rows whose members are among the wanted ones, case aside; remarks on members that no row has."""
    rows = found.rows
    for word, wanted in filters.items():
        level = meant(word, levels)[0]
        column = _column(found, levels, level)
        there = {str(row[column]).casefold(): str(row[column]) for row in found.rows}
        if missing := [one for one in wanted if one.strip().casefold() not in there]:
            near = nearest(missing[0], there.values(), 3) or list(there.values())[:_FEW]
            optimibi.call.note(
                f"no row has {quoted(level.caption)} {missing[0]!r}; there is {all_quoted(near)}"
            )
        keep = {one.strip().casefold() for one in wanted}
        rows = [row for row in rows if str(row[column]).casefold() in keep]
    return rows


def _column(found: Figures, levels: Sequence[Level], level: Level) -> str:
    """The column that holds a level's members: by what it is called, else by its place among the levels,
    which come first and in the order they were asked for."""
    spelt = {level.caption.casefold(), level.name.casefold(), level.unique.casefold()}
    called = [column for column in found.columns if column.casefold() in spelt]
    if len(called) == 1:
        return called[0]
    ordered = [
        one
        for hierarchy in dict.fromkeys(x.hierarchy for x in levels)
        for one in levels
        if one.hierarchy == hierarchy
    ]
    if len(found.columns) > len(ordered):
        return found.columns[ordered.index(level)]
    raise Malformed(
        f"The answer has no column that could be {quoted(level.caption)}: it has "
        f"{all_quoted(found.columns)}. Ask without filters."
    )
