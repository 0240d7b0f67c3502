"""find_operations, as a model calls it: what it ranks first, and that nothing it is asked makes it fail."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from benchmarks.tokens import count
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.app import App
from pentad.index.texts import Texts
from pentad.index.words import likest
from pentad.settings import Settings
from tests.inside import World
from tests.proof import EXAMPLES

FIND = "find_operations"
MOST_TOKENS = 330
OPERATIONS = App(Settings(sandbox=True)).operations


def names(told: Mapping[str, Any]) -> list[str]:
    return [call.partition("(")[0] for call, *_ in told["rows"]]


async def found(world: World, query: str, **arguments: Any) -> list[str]:
    return names(await world.ask(FIND, query=query, **arguments))


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("timbr_read_view", "timbr_read_view"),
        ("read view", "timbr_read_view"),
        ("Get-Data-Source", "claribi_get_data_source"),
        ("list dashboards unversioned", "claribi_list_dashboards_unversioned"),
        ("claribi delete report", "claribi_delete_report"),
        ("query results", "query_results"),
        ("recalculate a board", "claribi_refresh_dashboard"),
        ("knowledge graphs", "timbr_list_ontologies"),
        ("upload contacts", "optimized_create_batch"),
        ("pdf of a report", "claribi_download_report"),
        ("draw a diagram of kept rows", "plot_result"),
        ("refresh dashbaord", "claribi_refresh_dashboard"),
        ("downlaod reprot", "claribi_download_report"),
        ("list ontologys of tmibr", "timbr_list_ontologies"),
    ],
)
async def test_names_synonyms_and_misspelt_words_find_the_operation_first(
    downloads: Path, query: str, name: str
) -> None:
    assert (await found(World(downloads), query))[0] == name


async def test_a_platform_that_is_named_is_preferred_and_one_that_is_given_is_kept_to(world: World) -> None:
    preferred = await found(world, "run a query over the rows in Timbr")
    kept = await found(world, "list everything", platform="optimized")
    own = await found(world, "query rows", platform="results")

    assert preferred[0].startswith("timbr_")
    assert kept
    assert all(name.startswith("optimized_") for name in kept)
    assert own[0] == "query_results"


async def test_an_unknown_platform_is_refused_with_the_valid_ones(world: World) -> None:
    told = await world.refused(FIND, query="files", platform="omik")

    assert told["problems"] == {"platform": ["valid: claribi, omiq, optimibi, optimized, results, timbr"]}


@pytest.mark.parametrize(
    "query", ["", "   ", "the of and please", "17 4", "qwrtz", "Привет, мир", "看板", "🙂"]
)
async def test_what_names_nothing_is_answered_with_a_map_of_areas(world: World, query: str) -> None:
    told = await world.ask(FIND, query=query)

    assert list(told["areas"]) == ["claribi", "omiq", "optimibi", "optimized", "results", "timbr"]
    assert told["areas"]["claribi"]["dashboards"] == 7
    assert "what you want to do" in told["note"]
    assert list((await world.ask(FIND, query=query, platform="timbr"))["areas"]) == ["timbr"]


HOSTILE = [
    '"',
    "'; DROP TABLE texts; --",
    'report" OR "1',
    "name:report* NEAR(a b, 2) AND NOT ^x -y {z} (",
    "x" * 10_000,
    "dashboard " * 1_000,
    "board_" * 2_000,
    " ".join(f"w{number}x" for number in range(2_000)),
    "without " * 1_000,
    "nul\0 and \ud800 half",
    "² ª ß ﬃ İ",
]


@pytest.mark.parametrize("query", HOSTILE, ids=range(len(HOSTILE)))
async def test_hostile_queries_are_answered_like_any_other(world: World, query: str) -> None:
    answer = await world.app.call(FIND, {"query": query})

    assert not answer.is_error
    assert count(answer.text) <= MOST_TOKENS


async def test_what_is_off_says_what_turns_it_on_and_comes_first_only_where_it_is_much_better(
    downloads: Path,
) -> None:
    meant = await World(downloads).ask(FIND, query="delete a dashboard")
    other = await World(downloads).ask(FIND, query="everything about my dashboards")
    call, terms, _ = meant["rows"][0]

    assert call.startswith("claribi_delete_dashboard(")
    assert terms.startswith("destructive")
    assert terms.endswith("; off: PENTAD_ENABLE=claribi_delete_dashboard PENTAD_ALLOW=destructive")
    assert other["rows"][0][1] == "read"


@pytest.mark.parametrize(
    ("query", "name"),
    [("delete a dashboard", "claribi_delete_dashboard"), ("delete the report", "claribi_delete_report")],
)
async def test_what_is_asked_for_by_its_name_in_a_sentence_is_first_though_it_is_off(
    downloads: Path, query: str, name: str
) -> None:
    world = World(downloads, allow=frozenset({"destructive"}))

    assert (await found(world, query))[0] == name


async def test_an_answer_says_how_to_run_what_was_found(world: World) -> None:
    told = await world.ask(FIND, query="refresh a dashboard")

    assert told["columns"] == ["call", "terms", "does"]
    assert told["rows"][0][:2] == [
        "claribi_refresh_dashboard(dashboard_id*, fields: list)",
        "write, spends credits",
    ]
    assert "call_operation(name, arguments)" in told["note"]


@cache
def vocabulary() -> Sequence[str]:
    texts = [Texts.of(operation, OPERATIONS) for operation in OPERATIONS.values()]
    return sorted({word for text in texts for word in f"{text.name} {text.gives} {text.does}".split()})


@pytest.mark.parametrize("tools", [{}, {"read_only": True}], ids=["default", "read-only"])
@settings(max_examples=EXAMPLES, deadline=None)
@given(data=st.data())
async def test_answers_are_short_and_the_same_each_time(
    tools: Mapping[str, Any], data: st.DataObject
) -> None:
    word = st.sampled_from(vocabulary()) | st.text(max_size=9)
    query = " ".join(data.draw(st.lists(word, max_size=12)))
    app = App(Settings(sandbox=True, **tools))
    first = await app.call(FIND, {"query": query})

    assert not first.is_error
    assert count(first.text) <= MOST_TOKENS
    assert len(json.loads(first.text).get("rows", ())) <= 5
    assert await app.call(FIND, {"query": query}) == first
    await app.aclose()


def test_nothing_of_the_search_is_loaded_before_the_first_one() -> None:
    script = (
        "import asyncio, sys\n"
        # What measures the coverage may have loaded some of it.
        "before = set(sys.modules)\n"
        "from pentad.app import App\n"
        "from pentad.protocol import entry\n"
        "from pentad.settings import Settings\n"
        "async def main():\n"
        "    app = App(Settings(sandbox=True, expose='all'))\n"
        "    [entry(operation) for operation in app.tools.values()]\n"
        "    await app.call('claribi_list_reports', {})\n"
        "    new = sys.modules.keys() - before\n"
        "    assert not {'pentad.index', 'pentad.signatures', 'sqlite3'} & new\n"
        "    await app.call('find_operations', {'query': 'reports'})\n"
        "    assert {'pentad.index', 'sqlite3'} <= sys.modules.keys()\n"
        "    await app.aclose()\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("dashbord", "dashboard"),
        ("dashbaord", "dashboard"),
        ("reprot", "report"),
        ("lsit", None),
        ("voice", None),
        ("reporting", None),
    ],
)
def test_a_word_is_only_mended_where_it_is_near_another(word: str, meant: str | None) -> None:
    known = {9: ["dashboard"], 6: ["report", "invoke"], 7: ["invoice"], 4: ["list"]}

    assert likest(word, known) == meant
