"""What comes off the wire, what goes to the model, and the parameters that mean the same everywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator
from pydantic_core import PydanticCustomError

from pentad.results.record import Stored


def _no_flag(value: Any) -> Any:
    if isinstance(value, bool):
        raise PydanticCustomError("count", "Input should be a number, not true or false")
    return value


# For numbers of things: pydantic alone would take `true` for 1.
NO_FLAG = BeforeValidator(_no_flag)
Id = Annotated[str, Field(min_length=1, max_length=200)]
# Rows to fetch, by default one page of the platform; where to go on, from `more.cursor`; columns to show. The
# instructions of the server say so once for all tools.
Limit = Annotated[int, Field(ge=1, le=1000), NO_FLAG] | None
Cursor = Annotated[str | None, Field(max_length=200)]
Fields = list[str] | None
# What is set on a platform and must not pass through a model is named instead.
SecretName = Annotated[
    str,
    Field(min_length=1, max_length=100, description="A secret by name: a file in the user's PENTAD_SECRETS."),
]


class Wire(BaseModel):
    """An object a platform sends: strict on what is declared, lenient on everything else, which is kept.

    Ids arrive as numbers or text; a field typed `str` takes both. `shown` names the few fields that the
    next step needs; the rest is fetched too and can be asked for.
    """

    # Built when first used: a start reads hundreds of these classes, and a session uses a few.
    model_config = ConfigDict(extra="allow", frozen=True, coerce_numbers_to_str=True, defer_build=True)
    shown: ClassVar[tuple[str, ...]] = ()

    def record(self) -> dict[str, Any]:
        """Every member that was sent, declared ones under their own names."""
        return self.model_dump(exclude_unset=True)


class Tabular(Wire):
    """An answer whose rows may be more than memory should hold: they are on disk then, and read from there.
    Fields that hold them are typed `Rows`."""


# One row of a table whose columns are the caller's own.
Row = Mapping[str, Any]


def _objects(value: Any) -> Any:
    if not isinstance(value, Stored):
        if not isinstance(value, list):
            raise PydanticCustomError("rows", "Input should be a list of objects")
        for index, row in enumerate(value):
            if not isinstance(row, dict):
                raise PydanticCustomError("rows", "row {index} should be an object", {"index": index})
    return value


Rows = Annotated[Sequence[Row], PlainValidator(_objects)]
R = TypeVar("R", bound=Wire | Row)


def record_of(row: Wire | Row) -> Row:
    """A row's members by name."""
    return row.record() if isinstance(row, Wire) else row


@dataclass(frozen=True)
class Page(Generic[R]):
    """Rows of a list. `total` is set only where the platform states it, `cursor` where rows are left there.

    `about` is what the rows belong to, for an object whose substance is a table: a dashboard of widgets.
    `deep` rows hold objects that matter more than further rows do: they are shown whole, if fewer. `once`
    rows cannot be fetched again, so they are kept behind a handle even where all of them are shown.
    """

    rows: Sequence[R]
    shown: tuple[str, ...]
    total: int | None = None
    cursor: str | None = None
    about: Mapping[str, Any] = field(default_factory=dict[str, Any])
    deep: bool = False
    once: bool = False


@dataclass(frozen=True)
class Table(Page[R]):
    """Rows whose columns the caller chose in the request itself, so that no argument `fields` is offered."""


@dataclass(frozen=True)
class Record:
    """One object for the model, shaped by the operation, with what is worth keeping behind a handle."""

    members: Mapping[str, Any]


@dataclass(frozen=True)
class Saved:
    """A file on the user's disk, and its rows where it is a table."""

    path: str
    size: int
    media_type: str
    rows: Stored | None = None
