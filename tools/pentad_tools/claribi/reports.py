"""clariBI reports: list, read, generate, download."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import AliasChoices, Field

from pentad.consent.plans import Preview
from pentad.errors import Rejected
from pentad.http.answers import given
from pentad.models import Cursor, Id, Limit, Page, Record, Saved, Wire
from pentad.operations import destroys, reads, writes
from pentad.platforms.claribi import Claribi

# Words of the vendor's own client; others are passed on unchanged and count as finished.
_WAITING = ("pending", "generating")
_LOST = ("failed", "cancelled")
# The most a run takes: 2 for a single metric, 5 for a comprehensive one (the vendor's knowledge base).
_CREDITS = 5


class Report(Wire):
    shown: ClassVar[tuple[str, ...]] = ("id", "title", "status", "output_format")
    id: str
    title: str | None = Field(default=None, validation_alias=AliasChoices("title", "name"))
    status: str | None = None


class Generation(Wire):
    """The answer to a generate call, whose members nobody documents."""

    status: str | None = None


class Gone(Wire):
    """The answer to a deletion: anything or nothing."""


@reads("GET /api/v1/reports", core=True, example={"limit": 5})
async def list_reports(claribi: Claribi, limit: Limit = None, cursor: Cursor = None) -> Page[Report]:
    """AI reports of the organisation with id, title and status, and how many there are. No filter exists."""
    return await claribi.page(Report, limit=limit, cursor=cursor)


@reads("GET /api/v1/reports/{report_id}", core=True, example={"report_id": "$completed_report"})
async def get_report(claribi: Claribi, report_id: Id) -> Report:
    """One report with its status (pending, generating, completed, failed, cancelled) and all its fields."""
    return await claribi.get(Report, report_id=report_id)


@writes(
    "POST /api/v1/reports/{report_id}/generate",
    core=True,
    spends="credits",
    cost=_CREDITS,
    budget="generation",
    check="read the report with claribi_get_report, as a second run would spend credits again,",
    example={"report_id": "$pending_report"},
)
async def generate_report(claribi: Claribi, report_id: Id) -> Report:
    """Run AI generation of an existing report (spends 2 to 5 credits) and wait up to 40 s for it; if it
    takes longer, read it later with claribi_get_report."""
    await claribi.send(Generation, report_id=report_id)
    return await watch(claribi, report_id)


@writes(
    "POST /api/v1/reports/generate/",
    spends="credits",
    cost=_CREDITS,
    budget="generation",
    off="a competing form of claribi_generate_report that one vendor page names; its body is a guess",
    check="look through claribi_list_reports, as a second run would spend credits again,",
    example={"title": "Pipeline health", "output_format": "pdf"},
)
async def create_generated_report(
    claribi: Claribi,
    title: Annotated[str, Field(min_length=1, max_length=300)],
    output_format: Annotated[str | None, Field(description="File kind, such as pdf.")] = None,
    template_id: Id | None = None,
) -> Report:
    """Create a report and generate it in one call. Unproven: prefer claribi_generate_report."""
    body = given({"title": title, "output_format": output_format, "template_id": template_id})
    made = await claribi.send(Report, body=body)
    return made if made.status not in _WAITING else await watch(claribi, made.id)


@reads("GET /api/v1/reports/{report_id}/download", core=True, example={"report_id": "$completed_report"})
async def download_report(claribi: Claribi, report_id: Id) -> Saved:
    """Save a completed report's file to the download folder; answers with path, size and type, and for
    CSV also columns, row count and a handle."""
    return await claribi.download(f"report-{report_id}", "download_url", report_id=report_id)


@destroys(
    "DELETE /api/v1/reports/{report_id}",
    reaches="shared",
    off="its path is inferred from a permission, not documented",
    check="look for it with claribi_get_report",
    example={"report_id": "$failed_report"},
)
async def delete_report(claribi: Claribi, report_id: Id) -> Record:
    """Delete a report for good. Answers with a plan first."""
    found = await get_report(claribi, report_id)
    preview = Preview(
        will=f"Delete report {report_id}, its file included.",
        slug=f"delete-report-{report_id[:20]}",
        body=None,
        undo="no: it is gone for good",
        now={"title": found.title, "status": found.status},
    )
    await claribi.send(Gone, preview=preview, report_id=report_id)
    return Record({"deleted": report_id})


@reads(
    "GET /api/reports/",
    off="a fallback for instances without the v1 address",
    example={"limit": 5},
)
async def list_reports_unversioned(
    claribi: Claribi, limit: Limit = None, cursor: Cursor = None
) -> Page[Report]:
    """The reports through the unversioned address; prefer claribi_list_reports."""
    return await claribi.page(Report, limit=limit, cursor=cursor)


async def watch(claribi: Claribi, report_id: str) -> Report:
    """Follow a generation until it ends or the call's time does.

    Raises Rejected with the vendor's own words when it failed or was cancelled.
    """
    report: Report | None = await claribi.poll(
        lambda: get_report(claribi, report_id), lambda r: r.status if r.status in _WAITING else None
    )
    if report is None or report.status in _WAITING:
        claribi.call.note(
            f"the generation was started and still runs; read it later with claribi_get_report "
            f"{report_id!r} and do not generate again, which would spend credits twice"
        )
        return report or Report.model_validate({"id": report_id, "status": "unknown"})
    if report.status in _LOST:
        words = report.record()
        said = words.get("message") or words.get("error") or words.get("error_message")
        raise Rejected(
            f"The generation of report {report_id} {'was ' * (report.status == 'cancelled')}{report.status}. "
            "Generating again spends credits again; mend the cause first.",
            quote=said if isinstance(said, str) else None,
        )
    return report
