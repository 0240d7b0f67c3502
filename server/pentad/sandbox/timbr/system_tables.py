"""The sys_* tables as something that can be selected from."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from pentad.sandbox.timbr.model import SYSTEM
from pentad.sandbox.timbr.system_columns import COLUMNS, PLATFORM_WIDE, column_names, column_types
from pentad.sandbox.timbr.system_records import RECORDS
from pentad.sandbox.timbr.system_rows import MODEL_ROWS, Row, Surroundings

_ROWS = {**MODEL_ROWS, **RECORDS}


class SystemTables:
    def __init__(self, about: Surroundings) -> None:
        self._about = about
        platform = about.ontology.name == SYSTEM
        self.names = PLATFORM_WIDE if platform else frozenset(COLUMNS)

    def query(self, name: str) -> exp.Select:
        """Of one of the names: every row that the user may see, each column under its declared type."""
        names = column_names(name)
        cells = [
            exp.alias_(exp.cast(exp.column(one, quoted=True), type_), one, quoted=True)
            for one, type_ in zip(names, column_types(name), strict=True)
        ]
        rows = list(_ROWS[name](self._about))
        return exp.select(*cells).from_(_values(names, rows)) if rows else _empty(name)


def _values(names: list[str], rows: Sequence[Row]) -> exp.Expr:
    tuples = [exp.Tuple(expressions=[exp.convert(cell) for cell in row]) for row in rows]
    columns = [exp.to_identifier(one, quoted=True) for one in names]
    alias = exp.TableAlias(this=exp.to_identifier("v", quoted=True), columns=columns)
    return exp.Values(expressions=tuples, alias=alias)


def _empty(name: str) -> exp.Select:
    typed = zip(column_names(name), column_types(name), strict=True)
    cells = [exp.alias_(exp.cast(exp.null(), type_), one, quoted=True) for one, type_ in typed]
    return exp.select(*cells).where(exp.false())
