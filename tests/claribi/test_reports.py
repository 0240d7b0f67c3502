"""clariBI reports, through a real MCP client: the main job and what goes wrong with it."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from pentad.sandbox import Fault
from tests.inside import World

REPORTS = "/api/v1/reports*"


def fail(world: World, **fault: Any) -> None:
    world.sandbox.platforms["claribi"].faults.add(Fault(**fault))


async def test_a_list_shows_few_columns_the_total_and_how_to_get_the_rest(world: World) -> None:
    told = await world.ask("claribi_list_reports", limit=3)

    assert told["columns"] == ["id", "title", "status", "output_format"]
    assert told["total"] == 120
    assert len(told["rows"]) == 3
    assert told["more"]["cursor"]
    assert "owner" in told["more"]["fields"]


async def test_the_default_is_one_page_of_the_platform(world: World) -> None:
    told = await world.ask("claribi_list_reports")

    assert len(told["rows"]) == 20
    assert len(world.sent("claribi")) == 1


async def test_cursors_visit_every_report_once(world: World) -> None:
    seen: list[str] = []
    cursor = None
    while True:
        told = await world.ask("claribi_list_reports", limit=50, cursor=cursor)
        seen += [row[0] for row in told["rows"]]
        cursor = told["more"].get("cursor")
        if cursor is None:
            break

    assert len(seen) == len(set(seen)) == 120


async def test_a_title_is_found_under_either_of_its_names(world: World) -> None:
    told = await world.ask("claribi_list_reports", limit=100, fields=["title"])

    assert all(isinstance(title, str) for (title,) in told["rows"])


async def test_what_does_not_fit_is_read_on_from_the_handle(world: World) -> None:
    told = await world.ask("claribi_list_reports", limit=1000, fields=["id", "title", "owner", "created_at"])
    rows = list(told["rows"])
    cursor = told["more"]["from"]
    while cursor:
        part = await world.ask("read_result", result=told["more"]["result"], cursor=cursor)
        rows += part["rows"]
        cursor = part.get("more", {}).get("cursor")

    assert told["more"]["rows"] == 120 - len(told["rows"])
    assert len({row[0] for row in rows}) == len(rows) == 120


async def test_invisible_and_bidirectional_characters_do_not_arrive(world: World) -> None:
    told = await world.ask("claribi_get_report", report_id=world.sample("claribi", "hostile_text_report"))

    assert not set(str(told)) & set("\u202e\u200b\u2066\ufeff")


async def test_numbers_keep_their_spelling_and_their_digits(world: World) -> None:
    answer = await world.app.call("claribi_get_report", {"report_id": "9001"})

    assert '"growth_rate":1.10' in answer.text
    assert '"rows_scanned":9007199254741091' in answer.text


async def test_generating_waits_until_the_report_is_done(world: World) -> None:
    told = await world.ask("claribi_generate_report", report_id=world.sample("claribi", "pending_report"))

    assert told["status"] == "completed"
    assert len(world.sent("claribi", "POST")) == 1


async def test_a_long_generation_hands_back_the_id_before_the_host_gives_up(world: World) -> None:
    before = world.clock.now
    told = await world.ask("claribi_generate_report", report_id=world.sample("claribi", "slow_report"))

    assert world.clock.now - before <= 45
    assert told["status"] in ("pending", "generating")
    assert "do not generate again" in told["note"]


async def test_a_check_that_fails_in_passing_does_not_end_the_watch(world: World) -> None:
    fail(world, kind="status", status=503, method="GET", path=REPORTS, times=2, skip=1)
    told = await world.ask("claribi_generate_report", report_id=world.sample("claribi", "pending_report"))

    assert told["status"] == "completed"


async def test_a_failed_generation_is_an_error_in_the_vendors_words(world: World) -> None:
    told = await world.refused("claribi_generate_report", report_id=world.sample("claribi", "failing_report"))

    assert told["error"] == "rejected"
    assert "failed" in told["message"]
    assert told["platform_says"]


@pytest.mark.parametrize(
    ("kind", "more"), [("lost_answer", {}), ("status", {"status": 500}), ("truncate_json", {}), ("html", {})]
)
async def test_an_unclear_generation_is_never_repeated_and_says_how_to_check(
    world: World, kind: Any, more: dict[str, Any]
) -> None:
    fail(world, kind=kind, method="POST", path=REPORTS, times=None, **more)
    told = await world.refused("claribi_generate_report", report_id=world.sample("claribi", "pending_report"))

    assert told["outcome"] == "unknown"
    assert "claribi_get_report" in told["message"]
    assert len(world.sent("claribi", "POST")) == 1


async def test_short_credits_are_explained_with_what_is_needed(world: World) -> None:
    world.as_user("claribi", api_key=world.sandbox.platforms["claribi"].credentials["broke_key"])
    told = await world.refused("claribi_generate_report", report_id=world.sample("claribi", "pending_report"))

    assert told["error"] == "rejected"
    assert "outcome" not in told
    assert "credit" in told["platform_says"]


async def test_a_rate_limit_is_waited_for_and_mentioned(world: World) -> None:
    headers = {"retry-after": "7"}
    fail(world, kind="status", status=429, headers=headers, path=REPORTS)
    told = await world.ask("claribi_list_reports", limit=1)

    assert "waited 7 s" in told["note"]


async def test_a_long_rate_limit_is_an_error_that_says_when(world: World) -> None:
    world.as_user("claribi", api_key=world.sandbox.platforms["claribi"].credentials["tiny_key"])
    for _ in range(3):
        await world.ask("claribi_list_reports", limit=1)
    first = await world.refused("claribi_list_reports", limit=1)
    asked = len(world.sent("claribi"))
    second = await world.refused("claribi_list_reports", limit=1)

    assert (first["error"], second["error"]) == ("rate_limited", "rate_limited")
    assert second["retry_after"] > 45
    assert len(world.sent("claribi")) == asked


@pytest.mark.parametrize("sample", ["csv_report", "linked_report", "redirected_report", "big_csv_report"])
async def test_a_table_is_saved_and_its_rows_are_behind_a_handle(
    world: World, sample: str, downloads: Path
) -> None:
    told = await world.ask("claribi_download_report", report_id=world.sample("claribi", sample))
    rows = await world.ask("read_result", result=told["result"], fields=["day"])

    path = Path(told["path"])
    assert path.parent == downloads
    assert path.stat().st_size == told["size"]
    assert rows["rows"]
    with path.open(encoding="utf-8", newline="") as file:
        assert told["row_count"] == len(list(csv.DictReader(file)))


async def test_a_pdf_is_saved_as_it_is(world: World) -> None:
    told = await world.ask("claribi_download_report", report_id=world.sample("claribi", "pdf_report"))

    assert Path(told["path"]).read_bytes().startswith(b"%PDF")
    assert told["type"] == "application/pdf"


async def test_the_credential_never_goes_to_the_file_host(world: World) -> None:
    await world.ask("claribi_download_report", report_id=world.sample("claribi", "linked_report"))

    (fetched,) = [exchange for exchange in world.sent("claribi") if exchange.host.startswith("files.")]
    assert fetched.status == 200
    assert not {"x-api-key", "authorization"} & set(fetched.request_headers)


async def test_a_name_that_tries_to_leave_the_folder_stays_in_it(world: World, downloads: Path) -> None:
    told = await world.ask(
        "claribi_download_report", report_id=world.sample("claribi", "odd_file_name_report")
    )

    # A disk that cannot spell the name gets one that it can.
    assert Path(told["path"]).parent == downloads
    assert Path(told["path"]).name in ("Größe.csv", "Gr__e.csv")


async def test_nothing_is_overwritten(world: World) -> None:
    report = world.sample("claribi", "csv_report")
    first = await world.ask("claribi_download_report", report_id=report)
    second = await world.ask("claribi_download_report", report_id=report)

    assert first["path"] != second["path"]


async def test_a_download_that_breaks_off_is_fetched_again_and_leaves_no_part_behind(
    world: World, downloads: Path
) -> None:
    fail(world, kind="truncate", after_bytes=500, path="*/download")
    told = await world.ask("claribi_download_report", report_id=world.sample("claribi", "csv_report"))

    assert [path.name for path in downloads.iterdir()] == [Path(told["path"]).name]


async def test_a_report_without_a_file_is_not_found(world: World) -> None:
    told = await world.refused(
        "claribi_download_report", report_id=world.sample("claribi", "generating_report")
    )

    assert told["error"] == "not_found"
    assert "generating" in told["platform_says"]


async def test_a_flag_is_no_number(world: World) -> None:
    told = await world.refused("claribi_list_reports", limit=True)

    assert "true or false" in told["problems"]["limit"][0]


@pytest.mark.parametrize("bad", ["..", "a/b", "9001?x=1", "a#b", "."])
async def test_an_id_that_is_a_path_is_refused_before_anything_is_sent(world: World, bad: str) -> None:
    told = await world.refused("claribi_get_report", report_id=bad)

    assert told["problems"] == {"report_id": ["not an id"]}
    assert world.sent("claribi") == []


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("html", "web page"),
        ("empty", "empty body"),
        ("truncate_json", "not complete JSON"),
        ("not_json", "not complete JSON"),
        ("wrong_shape", "another form"),
    ],
)
async def test_a_body_that_cannot_be_read_is_malformed_after_repeats(
    world: World, kind: Any, words: str
) -> None:
    extra = {"status": 200} if kind == "html" else {}
    fail(world, kind=kind, path=REPORTS, times=None, **extra)
    told = await world.refused("claribi_get_report", report_id="9001")

    assert told["error"] == "malformed"
    assert words in told["message"]
    assert len(world.sent("claribi")) == 5


@pytest.mark.parametrize(
    "kind", ["reset", "truncate", "truncate_json", "empty", "delay", "refuse", "not_json"]
)
async def test_a_passing_fault_is_not_noticed(world: World, kind: Any) -> None:
    fail(world, kind=kind, path=REPORTS, times=2, delay=25)

    assert (await world.ask("claribi_get_report", report_id="9001"))["id"] == "9001"


@pytest.mark.parametrize("kind", ["refuse", "reset", "delay", "trickle"])
async def test_a_dead_platform_is_unavailable_in_time_and_the_other_is_unaffected(
    world: World, kind: Any
) -> None:
    fail(world, kind=kind, times=None, delay=30)
    before = world.clock.now
    told = await world.refused("claribi_list_reports")

    assert told["error"] == "unavailable"
    assert world.clock.now - before <= 46
    assert (await world.ask("optimized_list_groups", limit=1))["rows"]
