"""From flat rows to the rows of an answer, nested or not.

The vendor's page on nesting could not be read, so the rules are our own. Rows are grouped by `entity_id` at
every level, in the order in which the entities first appear; one key per hop, and hops nest; a relationship's
value is a list, empty where nothing matches; several relationships do not multiply each other; attributes of
a relationship sit in the related object.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pentad.sandbox.timbr.rendering import formatted, plain
from pentad.sandbox.timbr.terms import Flags

ENTITY_ID = "entity_id"
Values = Sequence[Any]
Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """`key` is the name in a flat row, `leaf` that in the object at the end of `steps`.

    `identifies` marks the `entity_id` of its level; `pattern` is the formatting tag of its property.
    """

    key: str
    steps: tuple[str, ...]
    leaf: str
    identifies: bool = False
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What takes effect of the flags. Those after the first two need both of them to be sent."""

    nested: bool = False
    formats: bool = False
    keeps_case: bool = False
    booleans_as_text: bool = False
    drops_ids: bool = False
    minimizes: bool = False

    @classmethod
    def of(cls, flags: Flags) -> Look:
        """Formatting without `nested` is undocumented upstream; here it takes effect on its own."""
        both = flags.nested and flags.format_properties
        return cls(
            flags.nested,
            flags.format_properties,
            both and flags.case_sensitivity,
            both and flags.format_booleans,
            both and flags.ignore_entity_id,
            both and flags.minimize_relationships,
        )

    def name(self, text: str) -> str:
        return text if self.keeps_case else text.lower()

    def value(self, value: object, column: Column) -> Any:
        shown = formatted(value, column.pattern) if self.formats else value
        return plain(shown, booleans_as_text=self.booleans_as_text)


def flat(columns: Sequence[Column], rows: Sequence[Values], look: Look) -> list[Object]:
    kept = [(index, one) for index, one in enumerate(columns) if not (one.identifies and look.drops_ids)]
    return [{look.name(one.key): look.value(row[index], one) for index, one in kept} for row in rows]


def can_nest(columns: Sequence[Column]) -> bool:
    """With the root's `entity_id` and at least one relationship column."""
    return any(one.identifies and not one.steps for one in columns) and any(one.steps for one in columns)


@dataclass(slots=True)
class _Level:
    """`members` are columns by index and the levels below, in the order of the statement."""

    path: tuple[str, ...] = ()
    identity: int | None = None
    members: list[int | _Level] = field(default_factory=list["int | _Level"])
    levels: dict[str, _Level] = field(default_factory=dict[str, "_Level"])

    def below(self, step: str) -> _Level:
        """Steps that differ only in case are the same; the first spelling is shown."""
        key = step.casefold()
        if key not in self.levels:
            self.levels[key] = _Level((*self.path, step))
            self.members.append(self.levels[key])
        return self.levels[key]

    def own(self) -> Iterator[int]:
        return (one for one in self.members if isinstance(one, int))

    def matches(self, row: Values) -> bool:
        """Whether there is an entity at this level: its id tells, or else any value at all."""
        if self.identity is not None:
            return row[self.identity] is not None
        return any(row[one] is not None for one in self.own()) or any(
            one.matches(row) for one in self.levels.values()
        )

    def identify(self, row: Values) -> Hashable:
        """Without an `entity_id` the values of the level stand for it."""
        if self.identity is not None:
            return _hashable(row[self.identity])
        return tuple(_hashable(row[one]) for one in self.own())


def _hashable(value: Any) -> Hashable:
    return value if isinstance(value, Hashable) else str(value)


@dataclass(frozen=True, slots=True)
class Nesting:
    """`becomes_object` says whether the value at the end of a walk is an object instead of a list."""

    columns: Sequence[Column]
    look: Look
    becomes_object: Callable[[tuple[str, ...]], bool]

    def nested(self, rows: Sequence[Values]) -> list[Object]:
        root = _Level()
        for index, column in enumerate(self.columns):
            level = root
            for step in column.steps:
                level = level.below(step)
            level.members.append(index)
            if column.identifies:
                level.identity = index
        return self._objects(root, rows)

    def _objects(self, level: _Level, rows: Sequence[Values]) -> list[Object]:
        groups: dict[Hashable, list[Values]] = {}
        for row in rows:
            groups.setdefault(level.identify(row), []).append(row)
        return [self._object(level, members) for members in groups.values()]

    def _object(self, level: _Level, rows: Sequence[Values]) -> Object:
        made: Object = {}
        for member in level.members:
            if isinstance(member, int):
                self._set_value(made, self.columns[member], rows[0][member])
            else:
                related = self._objects(member, [row for row in rows if member.matches(row)])
                self._set_related(made, member, related)
        return made

    def _set_value(self, made: Object, column: Column, value: Any) -> None:
        if not (column.identifies and self.look.drops_ids):
            made[self.look.name(column.leaf)] = self.look.value(value, column)

    def _set_related(self, made: Object, level: _Level, related: list[Object]) -> None:
        """Two relationships that share a shortened name share its key, and their lists are joined."""
        step = level.path[-1]
        key = self.look.name(step.partition("[")[0] if self.look.minimizes else step)
        if self.becomes_object(level.path) and key not in made:
            made[key] = related[0] if related else None
        else:
            before: Any = made.get(key) or []
            made[key] = [*(before if isinstance(before, list) else [before]), *related]
