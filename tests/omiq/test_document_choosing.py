"""Populations by what people call them: the one that is meant, or why it cannot be told."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pentad.errors import Rejected
from pentad.platforms.omiq.choosing import choose
from pentad.platforms.omiq.document import Workflow
from tests.omiq.documents import DOCUMENT, DOCUMENTS, gate, gating, node
from tests.proof import EXAMPLES

FOUND = Workflow(DOCUMENT)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("Lv0p", "Lv0p"),
        ("Lymphocytes/Singlets/Live CD3+", "Lv0p"),
        ("Singlets/Live CD3+", "Lv0p"),
        ("Live CD3+", "Lv0p"),
        # The full path of one is the end of another's.
        ("Singlets", "Db1x"),
        ("  lymphocytes / SINGLETS ", "Sg7t"),
        ("lv0P", "Lv0p"),
        ("CD4/CD45RA", "Lm9x"),
    ],
)
def test_a_population_is_found_by_id_path_end_of_path_and_name(word: str, expected: str) -> None:
    (found,) = choose(FOUND, [word]).populations

    assert found.id == expected


def refusal(words: list[str], task: str | None = None, found: Workflow = FOUND) -> dict[str, list[str]]:
    with pytest.raises(Rejected) as caught:
        choose(found, words, found.task(task) if task else None)
    assert caught.value.outcome == "none"
    return {at: list(says) for at, says in (caught.value.problems or {}).items()}


def test_part_of_a_name_is_no_end_of_a_path() -> None:
    (says,) = refusal(["CD45RA"])["populations"]

    assert says.startswith("there is no population 'CD45RA'; did you mean Lm9x (CD4/CD45RA)?")
    assert "the workflow has Db1x (Singlets), Lm3q (Lymphocytes)" in says


def test_every_word_that_cannot_be_told_is_a_problem_of_its_own() -> None:
    assert refusal(["CD8+", "Lv0p", "Monocytes"]) == {
        "populations.0": [
            "'CD8+' may mean any of Q4aa (CD8+) at task 4 (Gates 4), Gr4n (CD8+) at task 7 (Gates 7): give "
            "the id"
        ],
        "populations.2": [
            "there is no population 'Monocytes'; did you mean Lm3q (Lymphocytes)? the workflow has "
            + ", ".join(f"{one.id} ({one.path})" for one in FOUND.populations())
        ],
    }


def test_seen_from_a_task_a_name_means_what_is_available_there() -> None:
    assert [one.id for one in choose(FOUND, ["CD8+"], FOUND.task(9)).populations] == ["Q4aa"]
    assert [one.id for one in choose(FOUND, ["CD8+"], FOUND.task(7)).populations] == ["Gr4n"]


def test_the_point_of_view_is_the_nearest_task_that_has_them_all() -> None:
    assert choose(FOUND, ["Lv0p"]).task.id == "2"
    assert choose(FOUND, ["Lv0p", "Q4aa", "Sg7t", "Lv0p"]).task.id == "4"
    assert [one.id for one in choose(FOUND, ["Lv0p", "Q4aa", "Lv0p"]).populations] == ["Lv0p", "Q4aa"]
    assert choose(FOUND, [], FOUND.task(1)).task.id == "1"


def test_populations_of_sibling_branches_have_no_point_of_view() -> None:
    (says,) = refusal(["Q4aa", "Gr4n"])["populations"]

    assert "Q4aa (CD8+) at task 4 (Gates 4), Gr4n (CD8+) at task 7 (Gates 7)" in says
    assert refusal([]) == {"populations": ["name a population, or give task_id"]}


def test_a_population_that_a_task_does_not_have_is_refused_with_those_it_has() -> None:
    (says,) = refusal(["Gr4n"], "9")["populations"]

    assert says.startswith(
        "'Gr4n' is not available at task 9 (Subset counts), being defined elsewhere: Gr4n (CD8+) at task 7 "
    )
    assert "task 9 (Subset counts) has Db1x (Singlets), " in says
    assert refusal(["Lv0p"], "1")["populations"][0].endswith("task 1 (Scaling) has no populations")


def test_an_export_task_is_no_point_of_view_but_its_parent_is() -> None:
    assert refusal(["Lv0p", "nowhere"], "5") == {
        "populations.1": refusal(["nowhere"], "5")["populations"],
        "task_id": [
            "task 5 (CSV) only writes files, and nothing is computed from there: use its parent, task 4 "
            "(Gates 4), instead"
        ],
    }


def test_a_copy_of_a_task_with_the_same_ids_is_told_apart_by_the_task() -> None:
    copies = [gating(number, number - 1, {"a": node("c")}, {"c": gate("Live")}) for number in (1, 2)]
    found = Workflow({"id": 1, "tasks": copies})

    assert refusal(["a"], found=found)["populations"][0].endswith("give the id and task_id")
    assert choose(found, ["a"], found.task(2)).populations[0].task == "2"
    assert choose(found, ["a"], found.task(1)).populations[0].task == "1"


def test_of_many_populations_only_the_nearest_are_named() -> None:
    nodes = {f"n{number}": node(f"c{number}") for number in range(250)}
    gates = {f"c{number}": gate(f"Cluster {number}" if number < 235 else "Twin") for number in range(250)}
    found = Workflow({"id": 1, "tasks": [gating(1, None, nodes, gates)]})

    (unknown,) = refusal(["Clustr 7"], found=found)["populations"]
    (twins,) = refusal(["twin"], found=found)["populations"]
    assert "did you mean n7 (Cluster 7)" in unknown
    assert unknown.endswith("omiq_describe_workflow lists all 250 of the workflow")
    assert len(unknown) < 300
    assert twins.endswith("n246 (Twin) and 3 more: give the id")


@settings(max_examples=EXAMPLES, deadline=None)
@given(DOCUMENTS, st.data())
def test_any_population_is_found_by_its_id_and_by_a_path_that_is_its_alone(
    document: dict[str, Any], data: st.DataObject
) -> None:
    found = Workflow(document)
    tasks = [task for task in found.tasks if found.populations(task) and not task.exports]
    assume(tasks)
    task = data.draw(st.sampled_from(tasks))
    pool = found.populations(task)
    wanted = data.draw(st.sampled_from(pool))
    nearest = [one for one in pool if one.id == wanted.id][-1]

    assert choose(found, [wanted.id], task).populations == (nearest,)
    if [one for one in pool if wanted.path in (one.path, one.id)] == [wanted]:
        assert choose(found, [wanted.path], task).populations == (wanted,)
    everywhere = [one for one in found.populations() if wanted.id == one.id]
    if len(everywhere) == 1 and not found.task(wanted.task).exports:
        assert choose(found, [wanted.id]).populations == (wanted,)
