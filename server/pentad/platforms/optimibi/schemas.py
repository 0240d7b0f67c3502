"""A model's schema as the platform stores it: measures and levels by caption and by bracketed unique name.

Models are XML of the Mondrian kind, of its third or fourth generation: dimensions stand in the cube, are
shared and used there, or hold attributes instead of columns. Names follow the platform's stored queries,
where a hierarchy is `[dimension].[hierarchy]` and a measure `[Measures].[name]`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from xml.parsers import expat

from pentad.errors import Malformed
from pentad.text import clean

# No schema is nested so deeply.
_DEEPEST = 60
_GONE = ("false", "0")


@dataclass(frozen=True)
class Element:
    """An element with its name out of any namespace, its attributes cleaned, and what is inside."""

    tag: str
    attributes: Mapping[str, str]
    inside: list[Element] = field(default_factory=list["Element"])

    def get(self, name: str) -> str:
        return self.attributes.get(name, "")

    def all(self) -> Iterator[Element]:
        """The element and everything in it, in the order of the text."""
        yield self
        for one in self.inside:
            yield from one.all()


@dataclass(frozen=True)
class Measure:
    """A figure of a model."""

    name: str
    caption: str
    unique: str
    calculated: bool = False


@dataclass(frozen=True)
class Level:
    """A step of a hierarchy by which figures are told apart."""

    name: str
    caption: str
    hierarchy: str
    dimension: str

    @property
    def unique(self) -> str:
        return f"{self.hierarchy}.{bracketed(self.name)}"


@dataclass(frozen=True)
class Model:
    """What a model has, in the order of its schema; hidden parts are left out. Tables are those that the
    schema names, as `schema.table` where it tells both."""

    name: str
    caption: str
    cube: str
    measures: tuple[Measure, ...]
    levels: tuple[Level, ...]
    tables: tuple[str, ...] = ()


def model_in(text: str, name: str) -> Model:
    """Read a schema; of several cubes the one called `name`, else the first.

    Raises Malformed for what is no such schema.
    """
    root = _root(text)
    cubes = [one for one in root.all() if one.tag in ("Cube", "VirtualCube")]
    if not cubes:
        raise Malformed("The model's schema holds no cube.")
    cube = next((one for one in cubes if one.get("name") == name), cubes[0])
    shared = {one.get("name"): one for one in root.inside if one.tag == "Dimension"}
    levels = [level for one in cube.all() for level in _levels(one, shared)]
    return Model(
        name,
        _caption(cube),
        cube.get("name"),
        tuple(dict.fromkeys(_measures(cube))),
        tuple(dict.fromkeys(levels)),
        tuple(dict.fromkeys(_tables(root))),
    )


def bracketed(name: str) -> str:
    return f"[{name.replace(']', ']]')}]"


Part = TypeVar("Part", Measure, Level)


def meant(word: str, parts: Sequence[Part]) -> tuple[Part, ...]:
    """The parts that a word may stand for: by unique name, then name or caption, then both with what they
    belong to (`Outlet/Region`), case aside. One is certain, several are not told apart."""
    wanted = word.strip().casefold()
    for spellings in _SPELLINGS:
        found = tuple(part for part in parts if wanted in (one.casefold() for one in spellings(part)))
        if found:
            return found
    return ()


def _unique(part: Measure | Level) -> tuple[str, ...]:
    return (part.unique,)


def _short(part: Measure | Level) -> tuple[str, ...]:
    return (part.name, part.caption)


def _long(part: Measure | Level) -> tuple[str, ...]:
    if isinstance(part, Measure):
        return ()
    inside = part.hierarchy.removeprefix("[").removesuffix("]").split("].[")
    told = [part.hierarchy, *(f"{part.dimension}/{one}" for one in (part.name, part.caption))]
    return (*told, *(f"{inside[0]}/{one}" for one in (part.name, part.caption)))


_SPELLINGS = (_unique, _short, _long)


def _root(text: str) -> Element:
    top = Element("", {})
    path = [top]

    def begin(tag: str, attributes: Mapping[str, str]) -> None:
        if len(path) > _DEEPEST:
            raise Malformed("The model's schema is nested too deeply.")
        told = {name: clean(value) for name, value in attributes.items()}
        path[-1].inside.append(Element(tag.rpartition(":")[2], told))
        path.append(path[-1].inside[-1])

    def end(tag: str) -> None:
        del tag
        path.pop()

    parser = expat.ParserCreate()
    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(text, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Malformed("The model's schema is not complete XML.") from error
    return top.inside[0]


def _refuse(*declared: object) -> None:
    # Entities, which are declared here, can make a small text endless, and no schema has any.
    del declared
    raise Malformed("The model's schema has a document type, which is not read.")


def _caption(element: Element) -> str:
    return element.get("caption") or element.get("name")


def _shown(element: Element) -> bool:
    return element.get("visible").lower() not in _GONE


def _tables(root: Element) -> Iterator[str]:
    for one in root.all():
        if one.tag == "Table" and one.get("name"):
            yield ".".join(part for part in (one.get("schema"), one.get("name")) if part)


def _measures(cube: Element) -> Iterator[Measure]:
    for one in cube.all():
        calculated = one.tag == "CalculatedMember" and one.get("dimension") in ("", "Measures")
        name = one.get("name")
        if (calculated or one.tag == "Measure") and name and _shown(one):
            yield Measure(name, _caption(one), f"[Measures].{bracketed(name)}", calculated)


def _levels(element: Element, shared: Mapping[str, Element]) -> Iterator[Level]:
    """The levels of a dimension, or of the shared one that stands behind its use in a cube."""
    if element.tag not in ("Dimension", "DimensionUsage") or not _shown(element):
        return
    source = shared.get(element.get("source"), element)
    name = element.get("name") or source.get("name")
    caption = element.get("caption") or _caption(source) or name
    hierarchies = [one for one in source.all() if one.tag == "Hierarchy"]
    for hierarchy in hierarchies:
        own = hierarchy.get("name")
        unique = f"{bracketed(name)}.{bracketed(own)}" if own else bracketed(name)
        for step in (one for one in hierarchy.all() if one.tag == "Level"):
            called = step.get("name") or step.get("attribute")
            if called and _shown(step):
                yield Level(called, step.get("caption") or called, unique, caption)
    if not hierarchies:
        yield from _attributes(source, name, caption)


def _attributes(dimension: Element, name: str, caption: str) -> Iterator[Level]:
    """Without hierarchies, each attribute is one of its own."""
    for one in dimension.all():
        own = one.get("name")
        if one.tag == "Attribute" and own and _shown(one):
            yield Level(own, _caption(one), f"{bracketed(name)}.{bracketed(own)}", caption)
