"""clariBI: how a finished report's file is handed out."""

from __future__ import annotations

import csv
import io
import zipfile

import httpx2 as httpx
import pytest

from pentad.sandbox import Sandbox, SandboxPlatform
from tests.clock import ManualClock

REPORTS = "/api/v1/reports"


async def test_a_csv_file_parses_with_its_awkward_cells(reports: httpx.AsyncClient) -> None:
    response = await reports.get(f"{REPORTS}/9002/download")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="report-9002.csv"' in response.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(response.text, newline="")))
    assert len(rows) == 40
    assert {row["note"] for row in rows} >= {"late, partial", 'called "final"', "two\nlines", "geprüft", ""}


async def test_a_pdf_file_has_a_valid_cross_reference(reports: httpx.AsyncClient) -> None:
    response = await reports.get(f"{REPORTS}/9001/download")
    body = response.content
    assert response.headers["content-type"] == "application/pdf"
    assert body.startswith(b"%PDF-1.4")
    assert body.endswith(b"%%EOF\n")
    start = int(body.rsplit(b"startxref\n", 1)[1].split()[0])
    assert body[start:].startswith(b"xref")
    first = int(body[start:].splitlines()[3].split()[0])
    assert body[first:].startswith(b"1 0 obj")


async def test_a_workbook_is_a_zip_with_a_sheet(reports: httpx.AsyncClient) -> None:
    first = (await reports.get(f"{REPORTS}/9003/download")).content
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert b"9003" in archive.read("xl/worksheets/sheet1.xml")
    assert (await reports.get(f"{REPORTS}/9003/download")).content == first


async def test_a_big_file_comes_in_pieces(reports: httpx.AsyncClient, claribi: SandboxPlatform) -> None:
    path = f"{REPORTS}/{claribi.samples['big_csv_report']}/download"
    async with reports.stream("GET", path) as response:
        sizes = [len(chunk) async for chunk in response.aiter_raw()]
    assert sum(sizes) == int(response.headers["content-length"]) > 700_000
    assert max(sizes) <= 65_536


async def test_a_file_name_can_try_to_leave_its_folder(
    reports: httpx.AsyncClient, claribi: SandboxPlatform
) -> None:
    response = await reports.get(f"{REPORTS}/{claribi.samples['odd_file_name_report']}/download")
    disposition = response.headers["content-disposition"]
    assert 'filename="../../etc/Gr__e.csv"' in disposition
    assert "filename*=UTF-8''..%2F..%2Fetc%2FGr%C3%B6%C3%9Fe.csv" in disposition


async def test_a_link_leads_to_the_file_host(reports: httpx.AsyncClient, sandbox: Sandbox) -> None:
    link = (await reports.get(f"{REPORTS}/9004/download")).json()["download_url"]
    assert link.startswith("https://files.claribi.sandbox/exports/9004.csv?")
    async with httpx.AsyncClient(transport=sandbox.transport()) as plain:
        file = await plain.get(link)
    assert (file.status_code, file.headers["content-type"]) == (200, "text/csv; charset=utf-8")


async def test_a_redirect_leads_to_the_file_host(reports: httpx.AsyncClient) -> None:
    response = await reports.get(f"{REPORTS}/9005/download")
    assert response.status_code == 302
    assert response.headers["location"].startswith("https://files.claribi.sandbox/exports/9005.csv?")


async def test_the_file_host_refuses_a_credential_beside_the_link(
    reports: httpx.AsyncClient, claribi: SandboxPlatform
) -> None:
    link = (await reports.get(f"{REPORTS}/9004/download")).json()["download_url"]
    response = await reports.get(link)
    assert (response.status_code, "Only one auth mechanism" in response.text) == (400, True)
    assert claribi.log[-1].host == "files.claribi.sandbox"


async def test_a_link_is_good_for_five_minutes_and_one_file(
    reports: httpx.AsyncClient, sandbox: Sandbox, clock: ManualClock
) -> None:
    link = (await reports.get(f"{REPORTS}/9004/download")).json()["download_url"]
    async with httpx.AsyncClient(transport=sandbox.transport()) as plain:
        assert (await plain.get(link.replace("9004", "9005"))).status_code == 403
        assert (await plain.post(link)).status_code == 405
        clock.advance(299.0)
        assert (await plain.get(link)).status_code == 200
        clock.advance(1.0)
        late = await plain.get(link)
    assert (late.status_code, "expired" in late.text) == (403, True)


async def test_a_link_outlives_its_report_in_vain(reports: httpx.AsyncClient, sandbox: Sandbox) -> None:
    link = (await reports.get(f"{REPORTS}/9004/download")).json()["download_url"]
    await reports.delete(f"{REPORTS}/9004")
    async with httpx.AsyncClient(transport=sandbox.transport()) as plain:
        assert (await plain.get(link)).status_code == 404


@pytest.mark.parametrize(
    "sample", ["pending_report", "failed_report", "cancelled_report", "generating_report"]
)
async def test_an_unfinished_report_has_no_file(
    reports: httpx.AsyncClient, claribi: SandboxPlatform, sample: str
) -> None:
    response = await reports.get(f"{REPORTS}/{claribi.samples[sample]}/download")
    assert (response.status_code, response.json()["error"]) == (404, "report_not_ready")
