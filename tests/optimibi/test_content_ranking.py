"""What a query finds among items, without a platform."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad_tools.optimibi.files.items import Item, items_in
from pentad_tools.optimibi.files.ranking import Habits, rank
from tests.proof import EXAMPLES

WORDS = st.lists(
    st.sampled_from(["outlet", "Pulse", "café", "Lager", "2026", "über"]), min_size=1, max_size=4
)


def item(path: str, title: str | None = None, **more: Any) -> Item:
    made = Item.of({"path": path, "title": title, "folder": not path.endswith(".datafor"), **more})
    assert made is not None
    return made


OUTLET = item("/public/Operations/Outlet pulse.datafor", "Outlet pulse")
STAFF = item("/public/HR/Staff outlet survey.datafor", "Staff outlet survey")
CAFE = item("/public/Operations/r17.datafor", "Café Übersicht")
FOLDER = item("/public/Operations", "Operations")
ALL = [OUTLET, STAFF, CAFE, FOLDER]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("outlet pulse", [("Outlet pulse", "exact name")]),
        ("PULSE  outlet", [("Outlet pulse", "all words")]),
        ("cafe ubersicht", [("Café Übersicht", "exact name")]),
        ("operations pulse", [("Outlet pulse", "words of the path")]),
        ("r17", [("Café Übersicht", "exact name")]),
        ("outlet", [("Outlet pulse", "all words"), ("Staff outlet survey", "all words")]),
        ("pulse of nothing", [("Outlet pulse", "some words")]),
        ("outlet pusle", [("Outlet pulse", "some words"), ("Staff outlet survey", "some words")]),
        ("operatoins", [("Operations", "spelt alike")]),
        ("zzzzzz", []),
    ],
)
def test_words_find_items_and_say_why(query: str, found: list[tuple[str, str]]) -> None:
    assert [
        (row["name"], row["why"]) for row in (match.row() for match in rank(query, ALL, Habits()))
    ] == found


def test_favourites_and_then_recent_items_come_first_among_equals() -> None:
    own = Habits(favorites=[STAFF], recent=[OUTLET])
    equal = rank("outlet", ALL, own)

    assert [(match.item, match.row()["why"]) for match in equal] == [
        (STAFF, "all words, favourite"),
        (OUTLET, "all words, recent"),
    ]
    assert rank("outlet pulse", ALL, own)[0].item == OUTLET


def test_without_a_word_favourites_and_recent_items_are_the_answer() -> None:
    found = rank("  ", ALL, Habits(favorites=[CAFE], recent=[STAFF, OUTLET, CAFE]))

    assert [match.item for match in found] == [CAFE, STAFF, OUTLET]
    assert [match.row()["why"] for match in found] == ["favourite", "recent", "recent"]


def test_a_kind_keeps_the_others_out_even_of_guesses() -> None:
    assert [match.item for match in rank("operations", ALL, Habits(), "folder")] == [FOLDER]
    assert rank("operatoins", [FOLDER], Habits(), "report") == []


@settings(max_examples=EXAMPLES)
@given(WORDS, st.permutations(range(4)), st.booleans())
def test_order_case_and_accents_of_a_query_do_not_matter(
    words: list[str], order: list[int], bare: bool
) -> None:
    items = [
        item(f"/public/{number}/{' '.join(words[: number + 1])}.datafor") for number in range(len(words))
    ]
    moved = [words[at] for at in order if at < len(words)]
    text = " ".join(moved).upper()
    if bare:
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    known = {match.item.path for match in rank(" ".join(words), items, Habits())}

    assert {match.item.path for match in rank(text, items, Habits())} == known
    assert items[-1].path in known


@settings(max_examples=EXAMPLES)
@given(st.recursive(st.none(), lambda inner: st.lists(inner, max_size=3), max_leaves=30))
def test_a_tree_a_flat_list_and_an_envelope_hold_the_same_items(shape: Any) -> None:
    flat: list[dict[str, Any]] = []

    def tree(inner: Any) -> dict[str, Any]:
        node = {"path": f"/public/{len(flat)}", "name": str(len(flat)), "folder": inner is not None}
        flat.append(node)
        return {"file": node, "children": [tree(one) for one in inner or ()]}

    whole = tree(shape)

    expected = [Item.of(node) for node in flat]
    assert list(items_in(whole)) == expected
    assert list(items_in(flat)) == list(items_in({"data": flat})) == expected


def test_what_has_no_path_is_no_item() -> None:
    assert list(items_in([{"name": "x"}, {"path": 7}, None, "text", {"file": {}, "children": None}])) == []


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        ({"path": "/public/A.datafor", "folder": False}, "report"),
        ({"path": "/public/A.v2", "folder": True}, "folder"),
        ({"path": "/public/A", "folder": False}, "file"),
        ({"path": "/etc/mondrian/Sales", "folder": True}, "model"),
        ({"fullPath": "/public/Retail"}, "folder"),
        ({"fullPath": "/public/logo.png"}, "file"),
    ],
)
def test_a_kind_is_told_by_the_path_where_nothing_else_tells_it(raw: dict[str, Any], kind: str) -> None:
    made = Item.of(raw)

    assert made is not None
    assert made.kind == kind
