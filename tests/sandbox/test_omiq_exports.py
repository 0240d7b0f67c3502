"""OMIQ: which events an export holds and what it says about them, against the document and the raw events."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.sandbox.omiq.panel import Channel
from pentad.sandbox.omiq.tables import Table, spelt
from tests.proof import EXAMPLES
from tests.sandbox.omiq_desk import Desk, flow_data


def table(rows: list[int], size: int, repeats: int, media: str = "CSV") -> Table:
    return Table(
        name="t",
        media=media,
        numbered=True,
        rows=rows,
        size=size,
        repeats=repeats,
        channels=[Channel("A", "x")],
        columns=[[row / 4 for row in rows]],
        flags=[("in", [row % 2 for row in rows])],
        labels=[],
    )


@given(
    data=st.data(),
    size=st.integers(1, 12),
    repeats=st.integers(1, 120),
    media=st.sampled_from(["CSV", "FCS"]),
)
@settings(max_examples=EXAMPLES)
def test_a_repeated_table_is_the_same_from_any_offset(
    data: st.DataObject, size: int, repeats: int, media: str
) -> None:
    rows = sorted(data.draw(st.sets(st.integers(0, size - 1))))
    content = table(rows, size, repeats, media).content
    everything = b"".join(content.pieces(0))
    assert len(everything) == content.length
    start = data.draw(st.integers(0, len(everything)))
    assert b"".join(content.pieces(start)) == everything[start:]
    if media == "CSV":
        numbers = [int(line.split(b",")[0]) for line in everything.splitlines()[1:]]
        assert numbers == [block * size + row + 1 for block in range(repeats) for row in rows]


def test_numbers_have_five_digits_and_no_exponent() -> None:
    assert [spelt(value) for value in (2.94171, -0.1183, 1_234_567.0, 0.0000012345, 0.0)] == [
        "2.9417",
        "-0.1183",
        "1234600",
        "0.0000012345",
        "0",
    ]


async def test_membership_agrees_with_the_document_and_the_raw_events() -> None:
    desk = Desk()
    node, override = desk.samples["deep_population"], desk.samples["override_file"]
    counts: list[int] = []
    for file in (desk.samples["file"], override):
        rows = await desk.table(2, [node, desk.samples["population"]], fileIds=[file])
        values = desk.state.values(file)
        live = [math.asinh(value / 1500) for value in values["Zombie NIR-A"]]
        cd3 = [math.asinh(value / 1200.5) for value in values["BUV395-A"]]
        lowest = 2.9 if file == override else 1.9
        path = desk.samples["deep_population_path"]
        for row, dead, t in zip(rows, live, cd3, strict=True):
            above = row[desk.samples["population_path"]] == "1"
            assert (row[path] == "1") == (above and -1.1 <= dead < 1.4 and lowest <= t < 6.2)
            assert row["BUV395-A___CD3"] == spelt(t)
        counts.append(sum(row[path] == "1" for row in rows))
    assert all(600 < count < 2_400 for count in counts)


async def test_a_name_column_tells_the_smallest_population_of_an_event() -> None:
    desk = Desk()
    small, large = desk.samples["deep_population"], desk.samples["population"]
    flags = await desk.table(2, [large, small])
    named = await desk.table(2, [large, small, "UNFILTERED"], filterUsageMode="NAMECOL")
    expected = [
        desk.samples["deep_population_path"]
        if row[desk.samples["deep_population_path"]] == "1"
        else desk.samples["population_path"]
        if row[desk.samples["population_path"]] == "1"
        else "UNFILTERED"
        for row in flags
    ]
    assert [row["OmiqFilter"] for row in named] == expected
    text = (await desk.exported(2, [large], filterUsageMode="NAMECOL")).decode()
    header, *lines = text.splitlines()
    assert header == '"Orig_Row_Number","BUV395-A___CD3","OmiqFilter"'
    assert {line.rpartition(",")[2] for line in lines} == {'""', '"Lymphocytes/Singlets"'}


async def test_dropping_leaves_the_events_of_the_filters_with_their_row_numbers() -> None:
    desk = Desk()
    node = desk.samples["population"]
    every, kept = await desk.table(2, [node]), await desk.table(2, [node], dropNotFiltered=True)
    assert kept == [row for row in every if row["Lymphocytes/Singlets"] == "1"]
    assert [row["Orig_Row_Number"] for row in every] == [str(one + 1) for one in range(3_000)]
    assert len(await desk.table(2, [], dropNotFiltered=True)) == 3_000


async def test_undoing_the_scaling_gives_instrument_units_and_subsampling_applies() -> None:
    desk = Desk()
    raw = desk.state.values(desk.samples["file"])["BUV395-A"]
    undone = await desk.table(2, [], reverseTransform=True)
    assert [row["BUV395-A___CD3"] for row in undone] == [spelt(value) for value in raw]
    subset = await desk.table(4, [desk.samples["deep_population"]])
    assert Counter(row["Lymphocytes/Singlets/Live CD3+"] for row in subset) == {"1": 1_000}


@pytest.mark.parametrize(
    ("how", "name"), [("id", ""), ("name", "Singlets"), ("path", "Lymphocytes/Singlets")]
)
async def test_flag_columns_are_called_after_path_id_or_name(how: Any, name: str) -> None:
    desk = Desk()
    desk.state.flag_names = how
    (row, *_) = await desk.table(2, [desk.samples["population"]], addOrigRowIdx=False)
    assert list(row) == ["BUV395-A___CD3", name or desk.samples["population"]]


async def test_a_request_that_cannot_be_right_is_refused() -> None:
    desk = Desk()
    good = await desk.order(2, [])
    config = good["instructions"]["config"]
    sibling = desk.samples["sibling_population"]
    wrong: list[tuple[dict[str, Any], int]] = [
        ({"fileIds": []}, 400),
        ({"fileIds": [desk.samples["file"], desk.samples["spare_file"]]}, 400),
        ({"fileIds": [1]}, 404),
        ({"fileIds": [desk.samples["processing_file"]]}, 400),
        ({"datasetId": desk.samples["small_dataset"], "fileIds": [desk.samples["small_file"]]}, 400),
        ({"format": "XLSX"}, 400),
        ({"featureNames": [1]}, 400),
        ({"instructions": {**good["instructions"], "taskId": desk.samples["export_task"]}}, 400),
        ({"instructions": {**good["instructions"], "taskId": 77}}, 400),
        ({"instructions": {**good["instructions"], "taskId": 4, "filters": [sibling]}}, 400),
        ({"instructions": {**good["instructions"], "config": {**config, "revision": 1}}}, 400),
    ]
    for change, status in wrong:
        refused = await desk.ask("POST", "/export/initiate", {**good, **change})
        assert (refused.status_code, refused.json()["error"] != "") == (status, True)


async def test_a_gate_of_an_unknown_kind_fails_the_export_alone() -> None:
    desk = Desk()
    config = await desk.document("trial_workflow")
    nodes = config["tasks"][0]["gatingTree"]["nodes"]
    told = await desk.send("/export/initiate", await desk.order(1, list(nodes), config=config))
    assert told == {"error": "Gates of type SplineGate cannot be exported"}
    assert len(await desk.table(1, [next(iter(nodes))], config=config)) == 3_000


async def test_an_fcs_export_is_read_by_others_and_holds_numbers_only() -> None:
    desk = Desk()
    nodes = [desk.samples["population"], desk.samples["deep_population"]]
    features = ["APC-A", "BV786-A"]
    named = {"featureNames": features, "format": "FCS", "filterUsageMode": "NAMECOL"}
    read = flow_data(await desk.exported(2, nodes, **named))
    assert (read.event_count, read.text["written_by"]) == (3_000, "OMIQ (www.omiq.ai)")
    assert read.pnn_labels == ["Orig_Row_Number", *features, "OmiqFilter"]
    assert read.pns_labels[1] == "IL-2/TNF-\N{GREEK SMALL LETTER ALPHA}, pooled"
    events = read.as_array(preprocess=False).tolist()
    raw = desk.state.values(desk.samples["file"])
    assert [row[0] for row in events] == list(range(1, 3_001))
    for row, value in zip(events, raw["APC-A"], strict=True):
        assert row[1] == pytest.approx(math.asinh(value / 500), rel=1e-5, abs=1e-6)
    labels = await desk.table(2, nodes, filterUsageMode="NAMECOL")
    codes = {"": 0.0, "Lymphocytes/Singlets": 1.0, "Lymphocytes/Singlets/Live CD3+": 2.0}
    assert [row[3] for row in events] == [codes[row["OmiqFilter"]] for row in labels]
