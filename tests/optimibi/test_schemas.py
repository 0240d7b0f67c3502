"""Schemas of models: whatever is in them is found, in both generations of their form, and told apart."""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.errors import Malformed
from pentad.platforms.optimibi.schemas import Level, Measure, bracketed, meant, model_in
from pentad.text import clean
from tests.proof import EXAMPLES

NAMES = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=12
).filter(lambda name: clean(name) == name)
MEASURES = st.lists(NAMES, min_size=1, max_size=4, unique=True)
STEPS = st.lists(NAMES, min_size=1, max_size=3, unique=True)


@dataclass(frozen=True)
class Drawn:
    """A dimension as the test wants it: a hierarchy's name and its levels."""

    name: str
    hierarchy: str
    levels: tuple[str, ...]

    @property
    def unique(self) -> str:
        return f"[{self.name.replace(']', ']]')}].[{self.hierarchy.replace(']', ']]')}]"


DIMENSIONS = st.lists(
    st.builds(Drawn, NAMES, NAMES, STEPS.map(tuple)), max_size=4, unique_by=lambda one: one.name
)


def third(measures: list[str], dimensions: list[Drawn]) -> str:
    """Dimensions that are shared and used in the cube, and measures in the cube itself."""
    shared = "".join(
        f"<Dimension name={quoteattr('shared ' + one.name)}>{hierarchy(one)}</Dimension>"
        for one in dimensions
    )
    used = "".join(
        f"<DimensionUsage name={quoteattr(one.name)} source={quoteattr('shared ' + one.name)}/>"
        for one in dimensions
    )
    figures = "".join(f"<Measure name={quoteattr(one)} aggregator='sum'/>" for one in measures)
    return f"<Schema name='m'>{shared}<Cube name='m'>{used}{figures}</Cube></Schema>"


def fourth(measures: list[str], dimensions: list[Drawn]) -> str:
    """Dimensions with attributes in the cube, and measures in a group."""
    own = "".join(
        f"<Dimension name={quoteattr(one.name)}><Attributes>"
        + "".join(f"<Attribute name={quoteattr(level)}/>" for level in one.levels)
        + f"</Attributes><Hierarchies>{hierarchy(one, 'attribute')}</Hierarchies></Dimension>"
        for one in dimensions
    )
    figures = "".join(f"<Measure name={quoteattr(one)}/>" for one in measures)
    groups = f"<MeasureGroups><MeasureGroup><Measures>{figures}</Measures></MeasureGroup></MeasureGroups>"
    return (
        f"<?xml version='1.0'?><Schema><Cube name='m'><Dimensions>{own}</Dimensions>{groups}</Cube></Schema>"
    )


def hierarchy(one: Drawn, called: str = "name") -> str:
    steps = "".join(f"<Level {called}={quoteattr(level)}/>" for level in one.levels)
    return f"<Hierarchy name={quoteattr(one.hierarchy)}>{steps}</Hierarchy>"


@settings(max_examples=EXAMPLES, deadline=None)
@given(MEASURES, DIMENSIONS, st.sampled_from([third, fourth]))
def test_every_measure_and_level_is_found_in_order_with_its_unique_name(
    measures: list[str], dimensions: list[Drawn], form: type
) -> None:
    found = model_in(form(measures, dimensions), "m")

    assert [one.name for one in found.measures] == measures
    assert [one.unique for one in found.measures] == [f"[Measures].{bracketed(one)}" for one in measures]
    assert [(one.hierarchy, one.name) for one in found.levels] == [
        (each.unique, level) for each in dimensions for level in each.levels
    ]


@settings(max_examples=EXAMPLES, deadline=None)
@given(MEASURES, DIMENSIONS)
def test_a_unique_name_means_one_part_and_a_plain_name_never_another(
    measures: list[str], dimensions: list[Drawn]
) -> None:
    found = model_in(third(measures, dimensions), "m")
    for level in found.levels:
        alike = [one for one in found.levels if one.unique.casefold() == level.unique.casefold()]
        assert meant(level.unique, found.levels) == tuple(alike)
        written = bracketed(level.name)[1:-1].casefold()
        assert all(written in one.unique.casefold() for one in meant(level.name, found.levels))
    for measure in found.measures:
        # Some letters are others once they were large.
        large = measure.name.upper()
        assert large.casefold() != measure.name.casefold() or measure in meant(large, found.measures)


REGION = Level("region", "Region", "[outlet].[region]", "Outlet")
CITY = Level("city", "Region", "[customer].[home]", "Customer")
NET = Measure("line.net", "Net amount", "[Measures].[line.net]")


@pytest.mark.parametrize(
    ("word", "names"),
    [
        ("region", ["region", "city"]),
        ("Outlet/Region", ["region"]),
        ("customer/city", ["city"]),
        ("[outlet].[region]", ["region"]),
        (" [outlet].[region].[REGION] ", ["region"]),
        ("CITY", ["city"]),
        ("county", []),
    ],
)
def test_a_level_is_told_by_caption_name_dimension_or_unique_name(word: str, names: list[str]) -> None:
    assert [one.name for one in meant(word, (REGION, CITY))] == names


def test_what_is_hidden_is_left_out_and_captions_are_kept() -> None:
    text = """
        <Schema><Cube name="other"/><Cube name="m" caption="Sales">
          <Dimension name="a" caption="Area"><Hierarchy><Level name="x" caption="Ex"/>
            <Level name="y" visible="false"/></Hierarchy></Dimension>
          <Dimension name="b" visible="false"><Hierarchy><Level name="z"/></Hierarchy></Dimension>
          <Dimension name="c"><Attributes><Attribute name="flag"/></Attributes></Dimension>
          <Measure name="m1" caption="One"/><Measure name="m2" visible="false"/>
          <CalculatedMember name="ratio" dimension="Measures"/><CalculatedMember name="t" dimension="a"/>
        </Cube></Schema>"""
    found = model_in(text, "m")

    assert (found.caption, found.cube) == ("Sales", "m")
    assert [(one.name, one.caption, one.calculated) for one in found.measures] == [
        ("m1", "One", False),
        ("ratio", "ratio", True),
    ]
    assert [one.unique for one in found.levels] == ["[a].[x]", "[c].[flag].[flag]"]
    assert found.levels[0].dimension == "Area"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not complete XML"),
        ("<Schema><Cube name='m'>", "not complete XML"),
        ("<Schema name='m'/>", "holds no cube"),
        ("<!DOCTYPE x [<!ENTITY a 'aaaa'>]><Schema><Cube name='&a;'/></Schema>", "document type"),
        ("<a>" * 100 + "</a>" * 100, "too deeply"),
    ],
)
def test_what_is_no_schema_is_refused(text: str, why: str) -> None:
    with pytest.raises(Malformed, match=why):
        model_in(text, "m")
