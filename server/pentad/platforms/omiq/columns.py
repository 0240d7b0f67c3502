"""The columns of an exported table of events, told apart: what no source names is found by name or by place.

Known from files that the web application saves: `Orig_Row_Number`, features as `<detector>___<marker>` or the
bare detector, and `OmiqFilter` with paths of populations. What columns of flags are called is not known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pentad.errors import Malformed

ROW_NUMBER = "Orig_Row_Number"
LABEL = "OmiqFilter"
_JOINT = "___"


@dataclass(frozen=True)
class Columns:
    """Column of each feature and of each filter that was asked for, by name and id. `guessed` says that the
    filters' columns are told by their order alone."""

    features: Mapping[str, str]
    flags: Mapping[str, str]
    others: tuple[str, ...]
    guessed: bool

    @property
    def numbers(self) -> tuple[str, ...]:
        """Everything but what holds names of populations or files."""
        row = [name for name in self.others if name == ROW_NUMBER]
        return (*row, *self.features.values(), *self.flags.values())


def told(header: Sequence[str], features: Sequence[str], filters: Mapping[str, Sequence[str]]) -> Columns:
    """The columns of an export of these features with a flag per filter: its id, and what its column may be
    called. Raises Malformed where one that was asked for is not there."""
    left = list(header)
    found = {feature: _taken(left, feature) for feature in features}
    by_name = {filter_: _named(left, names) for filter_, names in filters.items()}
    chosen = [name for name in by_name.values() if name]
    if len(set(chosen)) == len(filters):
        flags, guessed = {filter_: str(name) for filter_, name in by_name.items()}, False
    else:
        rest = [name for name in left if name not in (ROW_NUMBER, LABEL)]
        if len(rest) != len(filters):
            raise Malformed(
                f"OMIQ exported the columns {', '.join(left)[:300]!r} beside the features, and not one for "
                f"each of the {len(filters)} filters."
            )
        flags, guessed = dict(zip(filters, rest, strict=True)), True
    others = tuple(name for name in left if name not in flags.values())
    return Columns(found, flags, others, guessed)


def is_of(column: str, feature: str) -> bool:
    """Whether a column holds this feature."""
    return column == feature or column.startswith(feature + _JOINT)


def _taken(left: list[str], feature: str) -> str:
    """Take the feature's column out of those that are left."""
    fitting = [name for name in left if name == feature] or [name for name in left if is_of(name, feature)]
    if not fitting:
        raise Malformed(f"OMIQ exported no column of the feature {feature[:80]!r}.")
    left.remove(fitting[0])
    return fitting[0]


def _named(left: Sequence[str], names: Sequence[str]) -> str | None:
    """The one column that has any of these names."""
    for name in names:
        if left.count(name) == 1:
            return name
    return None
