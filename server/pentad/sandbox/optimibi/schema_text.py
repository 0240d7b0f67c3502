"""A model's schema as it is stored: XML in the manner of Mondrian 4, written and read."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree as ET

from pentad.sandbox.optimibi.model import Dimension, Hierarchy, Join, Level, Measure, Model
from pentad.sandbox.optimibi.warehouse import quoted

STAMP = (2026, 2, 1, 8, 0, 0)


def schema_xml(model: Model) -> bytes:
    """As it was published, else as it is made from a seeded model."""
    return _written(model) if model.text is None else model.text


def _written(model: Model) -> bytes:
    root = ET.Element("Schema", name=model.name, caption=model.caption, metamodelVersion="4.1")
    physical = ET.SubElement(root, "PhysicalSchema")
    for table in (model.fact, *(join.table for join in model.joins)):
        ET.SubElement(physical, "Table", name=table, schema=model.schema, alias=table)
    for join in model.joins:
        ET.SubElement(ET.SubElement(physical, "Link", target=join.table, type="left"), "SQL").text = join.on
    cube = ET.SubElement(root, "Cube", name=model.name, caption=model.caption, visible="true")
    dimensions = ET.SubElement(cube, "Dimensions")
    for dimension in model.dimensions:
        _add_dimension(dimensions, dimension)
    group = ET.SubElement(
        ET.SubElement(cube, "MeasureGroups"), "MeasureGroup", name=model.fact, table=model.fact
    )
    measures = ET.SubElement(group, "Measures")
    for one in model.measures:
        told = {
            "name": one.name,
            "caption": one.caption,
            "aggregator": one.aggregator,
            "formatString": one.format,
        }
        ET.SubElement(measures, "Measure", {**told, "column": one.column.rpartition(".")[2].strip('"')})
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _add_dimension(parent: ET.Element, dimension: Dimension) -> None:
    told = {"name": dimension.name, "caption": dimension.caption, "table": dimension.table}
    node = ET.SubElement(parent, "Dimension", told)
    attributes, hierarchies = ET.SubElement(node, "Attributes"), ET.SubElement(node, "Hierarchies")
    for hierarchy in dimension.hierarchies:
        shown = ET.SubElement(
            hierarchies, "Hierarchy", name=hierarchy.name, caption=hierarchy.caption, hasAll="true"
        )
        for level in hierarchy.levels:
            _add_attribute(attributes, level)
            ET.SubElement(shown, "Level", attribute=level.name, name=level.name, caption=level.caption)


def _add_attribute(parent: ET.Element, level: Level) -> None:
    node = ET.SubElement(parent, "Attribute", name=level.name, caption=level.caption, hasHierarchy="false")
    ET.SubElement(ET.SubElement(node, "Key"), "SQL").text = level.sql


def zipped(files: dict[str, bytes]) -> bytes:
    """An archive with fixed times, so that the same content gives the same bytes."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, STAMP), content, zipfile.ZIP_DEFLATED)
    return held.getvalue()


def annotated(model: Model) -> bytes:
    notes = f"<Annotations><Annotation name='owner'>{model.owner}</Annotation></Annotations>".encode()
    return zipped({f"{model.name}.xml": schema_xml(model), f"{model.name}.annotated.xml": notes})


class SchemaError(Exception):
    """A text that is no schema of a model."""


def published(content: bytes, connection: str, owner: str) -> Model:
    """The model that a file holds, XML or a zip with one; parts of a kind that `schema_xml` does not write
    are left out. Raises SchemaError."""
    text = _xml_in(content)
    root = _root(text)
    cube = root.find(".//Cube")
    if cube is None:
        raise SchemaError("the schema has no cube")
    group = cube.find(".//MeasureGroup")
    fact = _of(cube if group is None else group, "table")
    return Model(
        _of(root, "name") or _of(cube, "name"),
        _of(root, "caption") or _of(root, "name"),
        connection,
        next((schema for schema, table in _tables(root) if table), ""),
        fact,
        tuple(Join(_of(one, "target"), one.findtext("SQL") or "") for one in root.iter("Link")),
        tuple(_dimension(one) for one in cube.iter("Dimension")),
        tuple(one for one in (_measure(node, fact) for node in cube.iter("Measure")) if one is not None),
        owner,
        text=text,
        closed=True,
    )


def schema_tables(text: bytes) -> list[tuple[str, str]]:
    """The tables that a schema names, with their database schemas. Raises SchemaError."""
    return _tables(_root(text))


def _tables(root: ET.Element) -> list[tuple[str, str]]:
    return [(_of(one, "schema"), _of(one, "name")) for one in root.iter("Table")]


def _xml_in(content: bytes) -> bytes:
    if not content.startswith(b"PK"):
        return content
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [name for name in archive.namelist() if name.endswith(".xml")]
            plain = [name for name in names if not name.endswith(".annotated.xml")]
            return archive.read(plain[0])
    except (zipfile.BadZipFile, IndexError) as error:
        raise SchemaError("the archive holds no schema") from error


def _root(text: bytes) -> ET.Element:
    try:
        return ET.fromstring(text)  # noqa: S314 - the sandbox reads its own tests' text
    except ET.ParseError as error:
        raise SchemaError(f"schema cannot be read: {error}") from error


def _of(node: ET.Element, name: str) -> str:
    return node.get(name) or ""


def _measure(node: ET.Element, fact: str) -> Measure | None:
    name, column = _of(node, "name"), _of(node, "column")
    if not name or not column:
        return None
    shown = (_of(node, "caption") or name, quoted(fact, column), _of(node, "aggregator") or "sum")
    return Measure(name, *shown, _of(node, "formatString") or "#,##0.00")


def _dimension(node: ET.Element) -> Dimension:
    keys = {_of(one, "name"): one.findtext("Key/SQL") or "" for one in node.iter("Attribute")}
    hierarchies = (
        Hierarchy(_of(one, "name"), _of(one, "caption"), tuple(_levels(one, keys)))
        for one in node.iter("Hierarchy")
    )
    return Dimension(_of(node, "name"), _of(node, "caption"), _of(node, "table"), tuple(hierarchies))


def _levels(node: ET.Element, keys: Mapping[str, str]) -> Iterator[Level]:
    for one in node.iter("Level"):
        key = keys.get(_of(one, "attribute"))
        if key:
            yield Level(_of(one, "name"), _of(one, "caption"), key)
