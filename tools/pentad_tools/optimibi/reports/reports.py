"""Reports: addresses for people to open, and reports and folders as files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, get_args

from pydantic import Field, WithJsonSchema

from pentad.errors import AuthFailed, Malformed, NotFound, Rejected
from pentad.http.encodings import Form
from pentad.models import Record, Saved
from pentad.operations import AnyOperation, reads
from pentad.platforms.optimibi import Optimibi
from pentad.platforms.optimibi.paths import url_id
from pentad_tools.optimibi.files.items import Item
from pentad_tools.optimibi.files.locating import located
from pentad_tools.optimibi.files.repository import ItemText
from pentad_tools.optimibi.files.selection import chosen
from pentad_tools.optimibi.parameters.parameters import ranges
from pentad_tools.optimibi.reports.links import address, checked, told
from pentad_tools.optimibi.server.session import get_session_info

Mode = Literal["embed", "open", "edit"]
ShortMode = Annotated[Mode, WithJsonSchema({"enum": get_args(Mode)})]
Values = Annotated[dict[str, str] | None, WithJsonSchema({"type": "object"})]
_RIGHTS = (
    "This account may lack the right: editing takes the user type SYS_Creator or Administrator, and "
    "the right to edit this report."
)
_START = 50_000
_LOGIN = ("j_spring_security_check", "j_password", 'type="password"')


@reads(
    "GET /plugin/datafor/api/integrate/{reportId}",
    core=True,
    covers=("embed_report",),
    example={"report": "$report"},
)
async def get_report_link(
    optimibi: Optimibi, report: ItemText, mode: ShortMode = "embed", parameters: Values = None
) -> Record:
    """A report's address, parameters checked."""
    item = await located(optimibi, report, "report", "report")
    known = await ranges(optimibi)
    chosen = await checked(optimibi, parameters or {}, known)
    made = await _link(optimibi.bound_to(_MODES[mode]), item, chosen)
    rest = len(known) - len(shown := told(known))
    if rest > 0:
        optimibi.call.note(f"{rest} more parameters come with optimibi_list_parameters")
    return Record({**made, "path": item.path, "known_parameters": shown})


@reads("GET /plugin/datafor/api/open/{reportId}", example={"report": "$report"})
async def open_report(optimibi: Optimibi, report: ItemText) -> Record:
    """The address that shows a report to a person, after a look whether it opens; carries no figures. For
    parameters take optimibi_get_report_link."""
    return Record(await _link(optimibi, await located(optimibi, report, "report", "report"), {}))


@reads("GET /plugin/datafor/api/edit/{reportId}", example={"report": "$report"})
async def edit_report(optimibi: Optimibi, report: ItemText) -> Record:
    """The address that opens a report in the designer, after a look whether it opens."""
    return Record(await _link(optimibi, await located(optimibi, report, "report", "report"), {}))


@reads("GET /plugin/datafor/api/createDo", example={})
async def open_blank_report_designer(optimibi: Optimibi) -> Record:
    """The address where a person makes a new, empty report in the designer, after a look whether it opens."""
    if (await optimibi.bound_to(get_session_info).record()).get("canEdit") is False:
        why = "making them takes the user type SYS_Creator or Administrator"
        raise Rejected(f"This account may not make reports: {why}.", outcome="none")
    _judged(optimibi, await optimibi.text(page=True))
    return Record({"url": str(optimibi.connection.address(optimibi.operation.endpoint.template))})


_MODES: Mapping[Mode, AnyOperation] = {"embed": get_report_link, "open": open_report, "edit": edit_report}


async def _link(optimibi: Optimibi, item: Item, chosen: Mapping[str, str]) -> dict[str, object]:
    """The report's address, made here, after one look whether a page comes: no address says so itself."""
    try:
        page = await optimibi.text(page=True, reportId=url_id(item.path))
    except (Rejected, NotFound) as error:
        # The refusal is a page too, whose status alone tells anything.
        raise type(error)(
            f"{optimibi.label} does not open {item.path!r} so. {_RIGHTS}", outcome="none"
        ) from None
    _judged(optimibi, page)
    made = {"url": address(optimibi, optimibi.operation, item.path, chosen), "name": item.name}
    return {**made, "parameters": dict(chosen)} if chosen else {**made}


def _judged(optimibi: Optimibi, page: str) -> None:
    """Raises for anything but the page of a report."""
    start = page[:_START].lower()
    if any(mark in start for mark in _LOGIN):
        raise AuthFailed(f"{optimibi.label} showed its sign-in page in place of the report.")
    if "<html" not in start and "<!doctype html" not in start:
        raise Malformed(f"{optimibi.label} showed no page for this report.")


@reads("GET /plugin/datafor-modeler/api/repo/files/download", example={"item": "$report"})
async def download_repository_item(
    optimibi: Optimibi,
    item: ItemText,
    manifest: Annotated[bool, Field(description="Add what an import needs; the file is a zip then.")] = False,
) -> Saved:
    """Save a report's definition, or a folder as a zip, to the download folder. No call exports a report's
    figures as PDF, Excel or CSV."""
    found = await located(optimibi, item, None, "item")
    flag = "true" if manifest else "false"
    return await optimibi.download(_stem(found), "url", pathId=found.path, withManifest=flag)


@reads(
    "POST /plugin/datafor-modeler/api/repo/files/downloadList",
    example={"items": ["$report", "$folder"]},
)
async def download_repository_items(
    optimibi: Optimibi, items: Annotated[list[ItemText], Field(min_length=1, max_length=100)]
) -> Saved:
    """Save several reports, files and folders (paths, ids or names) as one zip; one that may not be read
    fails them all."""
    paths = [item.path for item in await chosen(optimibi, items)]
    return await optimibi.download("repository", "url", body=Form({"pathList": paths}))


def _stem(item: Item) -> str:
    return item.path.rstrip("/").rpartition("/")[2] or "repository"
