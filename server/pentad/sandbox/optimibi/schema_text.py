"""A model's schema as it is stored: XML in the manner of Mondrian 4."""

from __future__ import annotations

import io
import zipfile
from xml.etree import ElementTree as ET

from pentad.sandbox.optimibi.model import Dimension, Level, Model

STAMP = (2026, 2, 1, 8, 0, 0)


def schema_xml(model: Model) -> bytes:
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
