"""clariBI: lists, generation, dashboards, sources and the manners of its paths."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from typing import Any

import httpx2 as httpx
import pytest

from pentad.sandbox import Sandbox, SandboxPlatform
from tests.clock import ManualClock

REPORTS = "/api/v1/reports"


async def test_reports_come_twenty_at_a_time_and_a_hundred_at_most(reports: httpx.AsyncClient) -> None:
    sizes = {
        size: len((await reports.get(REPORTS, params={"page_size": size})).json()["results"])
        for size in ("", "40", "100", "5000", "0", "many")
    }
    assert sizes == {"": 20, "40": 40, "100": 100, "5000": 100, "0": 20, "many": 20}


async def test_links_name_the_public_host_and_keep_the_query(reports: httpx.AsyncClient) -> None:
    first = (await reports.get(REPORTS, params={"page_size": 50})).json()
    middle = (await reports.get(REPORTS, params={"page_size": 50, "page": 2})).json()
    last = (await reports.get(REPORTS, params={"page_size": 50, "page": 3})).json()
    assert (first["previous"], first["next"]) == (
        None,
        "https://claribi.com/api/v1/reports?page_size=50&page=2",
    )
    assert middle["previous"] == "https://claribi.com/api/v1/reports?page_size=50&page=1"
    assert (last["next"], len(last["results"]), last["count"]) == (None, 20, 120)


@pytest.mark.parametrize(
    ("page", "status", "word"),
    [
        ("7", 404, "not_found"),
        ("0", 400, "bad_request"),
        ("-1", 400, "bad_request"),
        ("x", 400, "bad_request"),
    ],
)
async def test_a_page_that_is_not_there_is_an_error(
    reports: httpx.AsyncClient, page: str, status: int, word: str
) -> None:
    response = await reports.get(REPORTS, params={"page": page})
    assert (response.status_code, response.json()["error"]) == (status, word)
    assert set(response.json()) == {"error", "message", "status"}


async def every(client: httpx.AsyncClient, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    page: int | None = 1
    while page is not None:
        body = (await client.get(path, params={"page": page, "page_size": 100})).json()
        found += body["results"]
        page = page + 1 if body["next"] else None
    return found


async def test_the_reports_are_many_and_varied(reports: httpx.AsyncClient) -> None:
    rows = await every(reports, REPORTS)
    assert len({row["id"] for row in rows}) == 120
    states = Counter(row["status"] for row in rows)
    assert set(states) == {"pending", "generating", "completed", "failed", "cancelled"}
    assert {row["output_format"] for row in rows} == {"pdf", "csv", "xlsx"}
    assert 0 < sum("name" in row for row in rows) < sum("title" in row for row in rows)
    assert all((row["download_url"] is None) == (row["status"] != "completed") for row in rows)
    assert any(not str(row.get("title", "")).isascii() for row in rows)


async def test_numbers_keep_their_digits(reports: httpx.AsyncClient) -> None:
    text = (await reports.get(f"{REPORTS}/9001")).text
    assert '"growth_rate": 1.10' in text
    assert json.loads(text)["metrics"]["rows_scanned"] > 2**53


async def test_an_unknown_report_is_named_in_the_refusal(reports: httpx.AsyncClient) -> None:
    for given in ("424242", "abc", "\u0663"):
        response = await reports.get(f"{REPORTS}/{given}")
        assert response.json() == {
            "error": "not_found",
            "message": f"Report with ID {given} not found",
            "status": 404,
        }


async def test_a_generation_goes_through_its_states_by_the_clock(
    reports: httpx.AsyncClient, clock: ManualClock
) -> None:
    begun = await reports.post(f"{REPORTS}/9010/generate")
    assert (begun.status_code, begun.json()["status"]) == (200, "pending")
    seen: list[str] = []
    for pause in (1.0, 1.0, 2.0, 1.0):
        clock.advance(pause)
        seen.append((await reports.get(f"{REPORTS}/9010")).json()["status"])
    assert seen == ["pending", "generating", "generating", "completed"]
    done = (await reports.get(f"{REPORTS}/9010")).json()
    assert done["download_url"].endswith("/9010/download")
    assert done["summary"]
    assert (await reports.get(f"{REPORTS}/9010/download")).status_code == 200


async def test_the_pace_stretches_a_generation(clock: ManualClock) -> None:
    box = Sandbox(clock=clock, pace=10.0)
    one = box.platforms["claribi"]
    async with httpx.AsyncClient(
        transport=box.transport(), base_url=one.url, headers=one.headers()
    ) as client:
        await client.post(f"{REPORTS}/9010/generate")
        clock.advance(44.0)
        assert (await client.get(f"{REPORTS}/9010")).json()["status"] == "generating"
        clock.advance(1.0)
        assert (await client.get(f"{REPORTS}/9010")).json()["status"] == "completed"


async def test_a_generation_can_fail_with_a_reason(reports: httpx.AsyncClient, clock: ManualClock) -> None:
    await reports.post(f"{REPORTS}/9011/generate")
    clock.advance(10.0)
    body = (await reports.get(f"{REPORTS}/9011")).json()
    assert body["status"] == "failed"
    assert "not reachable" in body["error_message"]
    other = (await reports.get(f"{REPORTS}/9014")).json()
    assert (other["status"], "not reachable" in other["error_message"]) == ("failed", True)


async def test_a_generation_can_take_ten_minutes(reports: httpx.AsyncClient, clock: ManualClock) -> None:
    await reports.post(f"{REPORTS}/9012/generate")
    clock.advance(600.0)
    assert (await reports.get(f"{REPORTS}/9012")).json()["status"] == "generating"
    clock.advance(2.0)
    assert (await reports.get(f"{REPORTS}/9012")).json()["status"] == "completed"


async def test_a_repeated_generation_costs_twice(
    reports: httpx.AsyncClient, claribi: SandboxPlatform
) -> None:
    for _ in range(2):
        assert (await reports.post(f"{REPORTS}/9010/generate", json={})).status_code == 200
    assert [(one.id, one.credits) for one in claribi.state.ledger] == [(9010, 3), (9010, 3)]


async def test_short_credits_refuse_and_change_nothing(
    bare: httpx.AsyncClient, claribi: SandboxPlatform
) -> None:
    broke = {"X-API-Key": claribi.credentials["broke_key"]}
    response = await bare.post(f"{REPORTS}/9010/generate", headers=broke)
    assert (response.status_code, response.json()["error"]) == (403, "insufficient_credits")
    assert response.json()["message"] == "Not enough AI credits: 3 needed, 1 remaining."
    assert (await bare.get(f"{REPORTS}/9010", headers=broke)).json()["status"] == "pending"
    created = await bare.post("/api/v1/reports/generate/", headers=broke, json={"title": "New"})
    assert (created.status_code, len(claribi.state.reports)) == (403, 120)
    assert (await bare.post("/api/v1/dashboards/51/refresh", headers=broke)).status_code == 200


async def test_a_new_report_is_created_and_generated_in_one_call(
    reports: httpx.AsyncClient, clock: ManualClock
) -> None:
    created = await reports.post(
        "/api/v1/reports/generate/", json={"title": "Pipeline", "output_format": "csv", "template_id": "t-1"}
    )
    assert (created.status_code, created.json()["status"]) == (201, "pending")
    clock.advance(5.0)
    body = (await reports.get(f"{REPORTS}/{created.json()['id']}")).json()
    assert (body["title"], body["status"], body["credits_per_run"]) == ("Pipeline", "completed", 5)


async def test_a_report_without_a_template_is_an_empty_shell(
    reports: httpx.AsyncClient, clock: ManualClock
) -> None:
    created = await reports.post("/api/v1/reports/generate/", json={"title": "Bare", "output_format": "csv"})
    clock.advance(5.0)
    file = await reports.get(f"{REPORTS}/{created.json()['id']}/download")
    assert file.text.splitlines() == ["day,region,orders,revenue,note"]


@pytest.mark.parametrize(
    "body", [{}, {"title": " "}, {"title": "x", "output_format": "docx"}, {"title": "x", "rows": 1}]
)
async def test_a_new_report_needs_a_title_and_a_known_format(
    reports: httpx.AsyncClient, body: object
) -> None:
    response = await reports.post("/api/v1/reports/generate/", json=body)
    assert (response.status_code, response.json()["error"]) == (400, "bad_request")


async def test_a_deleted_report_is_gone(reports: httpx.AsyncClient) -> None:
    deleted = await reports.delete(f"{REPORTS}/9001")
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert (await reports.get(f"{REPORTS}/9001")).status_code == 404


async def test_dashboards_list_briefly_and_open_with_widgets(reports: httpx.AsyncClient) -> None:
    rows = await every(reports, "/api/v1/dashboards")
    assert (len(rows), "widgets" in rows[0]) == (25, False)
    kinds: set[str] = set()
    for row in rows:
        widgets = (await reports.get(f"/api/v1/dashboards/{row['id']}")).json()["widgets"]
        assert 3 <= len(widgets) <= 12
        kinds |= {widget["type"] for widget in widgets}
    assert kinds == {"kpi", "line_chart", "table", "bar_chart", "text"}


async def test_a_refresh_moves_the_figures_and_the_time(
    reports: httpx.AsyncClient, clock: ManualClock
) -> None:
    before = (await reports.get("/api/v1/dashboards/51")).json()
    clock.advance(60.0)
    after = (await reports.post("/api/v1/dashboards/51/refresh")).json()
    assert after["updated_at"] > before["updated_at"]
    assert Decimal(str(after["widgets"][0]["value"])) == Decimal(str(before["widgets"][0]["value"])) + 1


async def test_a_dashboard_is_created_changed_and_deleted(reports: httpx.AsyncClient) -> None:
    created = await reports.post("/api/v1/dashboards", json={"name": "Returns", "folder": "ops", "id": 1})
    path = f"/api/v1/dashboards/{created.json()['id']}"
    assert (created.status_code, created.json()["folder"], created.json()["widgets"]) == (201, "ops", [])
    renamed = await reports.patch(path, json={"name": "Depot"})
    retagged = await reports.patch(path, json={"folder": "north"})
    assert (renamed.json()["name"], retagged.json()["name"]) == ("Depot", "Depot")
    assert retagged.json()["folder"] == "north"
    assert (await reports.delete(path)).json()["deleted"] is True
    assert (await reports.get(path)).status_code == 404
    assert (await reports.post("/api/v1/dashboards", json={})).status_code == 400


async def test_the_versioned_list_hides_sources_that_are_not_active(reports: httpx.AsyncClient) -> None:
    active = await every(reports, "/api/v1/data-sources")
    everything = await every(reports, "/api/data-sources/")
    assert (len(active), {row["status"] for row in active}) == (10, {"active"})
    assert len(everything) == 14
    assert (await reports.get("/api/v1/data-sources/11")).status_code == 404
    assert (await reports.get("/api/data-sources/11/")).json()["status"] == "paused"
    assert (await reports.get("/api/v1/data-sources/1")).json()["engine"] == "mysql"


async def test_the_unversioned_list_filters_by_status_and_type(reports: httpx.AsyncClient) -> None:
    path = "/api/data-sources/"
    failing = (await reports.get(path, params={"status": "error"})).json()
    both = (await reports.get(path, params={"status": "paused", "type": "file"})).json()
    assert (failing["count"], both["count"], both["results"][0]["last_synced_at"]) == (2, 1, None)
    assert (await reports.get(path, params={"type": "tape"})).status_code == 400


async def test_the_unversioned_lists_hold_the_same_things(reports: httpx.AsyncClient) -> None:
    for name in ("reports", "dashboards"):
        assert await every(reports, f"/api/{name}/") == await every(reports, f"/api/v1/{name}")


async def test_forecasts_are_listed_except_on_trial(
    reports: httpx.AsyncClient, bare: httpx.AsyncClient, claribi: SandboxPlatform
) -> None:
    assert len(await every(reports, "/api/v1/forecasts/")) == 7
    trial = {"X-API-Key": claribi.credentials["trial_key"]}
    response = await bare.get("/api/v1/forecasts/", headers=trial)
    assert (response.status_code, response.json()["error"]) == (403, "plan_required")


async def test_hostile_text_is_there_to_be_cleaned(
    reports: httpx.AsyncClient, claribi: SandboxPlatform
) -> None:
    body = (await reports.get(f"{REPORTS}/{claribi.samples['hostile_text_report']}")).json()
    assert "\u202e" in body["title"]
    assert "\u2063" in body["summary"]


async def test_every_sample_is_what_it_is_called(
    reports: httpx.AsyncClient, claribi: SandboxPlatform
) -> None:
    for name in ("pending", "failed", "cancelled", "generating", "completed"):
        body = (await reports.get(f"{REPORTS}/{claribi.samples[f'{name}_report']}")).json()
        assert body["status"] == name
