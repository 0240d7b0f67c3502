"""Files of the user's, taken into the repository."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from pentad.consent.plans import Preview
from pentad.http.encodings import Attachment, Parts
from pentad.models import Id, Record
from pentad.operations import writes
from pentad.platforms.optimibi import Optimibi
from pentad.text import plural, quoted
from pentad_tools.optimibi.files.items import Item
from pentad_tools.optimibi.files.locating import listed, located
from pentad_tools.optimibi.files.repository import PUBLIC, inside
from pentad_tools.optimibi.files.selection import refused
from pentad_tools.optimibi.slugs import slug

_ARCHIVE = ".zip"
_MANIFEST = "exportManifest.xml"
# Of the paths that a plan and an answer show.
_FEW = 20


@writes(
    "POST /plugin/datafor-modeler/api/repo/files/import",
    reaches="shared",
    check="optimibi_list_folder shows what is there",
    example={"path": "report.datafor", "folder": "$folder"},
)
async def upload_file(
    optimibi: Optimibi,
    path: Annotated[str, Field(min_length=1, max_length=1000)],
    folder: Id = PUBLIC,
    overwrite: bool = False,
) -> Record:
    """Upload or import a local report file (.datafor), any file, or a zip exported earlier, into a repository
    folder."""
    name, content = optimibi.inbox.read(path)
    target = await located(optimibi, folder, "folder", "folder")
    paths = [f"{target.path.rstrip('/')}/{one}" for one in _names(name, content)]
    known = {item.path: item for item in await inside(optimibi, target.path)}
    there = [known[one] for one in paths if one in known]
    if there and not overwrite:
        raise refused(overwrite=[f"would replace {listed(there)}; set it to true if that is meant"])
    body = Parts(
        {
            "importDir": target.path,
            "smart": "true",
            "overwriteFile": "true" if overwrite else "false",
            "fileUpload": Attachment(name, content),
        }
    )
    await optimibi.change(_upload(name, target, paths, there, len(content)), body)
    told = {"uploaded": name, "folder": target.path, "paths": paths[:_FEW]}
    return Record(told | ({"replaced": [item.path for item in there]} if there else {}))


def _upload(name: str, folder: Item, paths: Sequence[str], there: Sequence[Item], size: int) -> Preview:
    """An archive is taken apart by the platform: where its parts go is as the archive tells it."""
    parts = f", an archive of {plural(len(paths), 'file')}" if name.lower().endswith(_ARCHIVE) else ""
    replaced = f", REPLACING {listed(there)}" if there else ""
    return Preview(
        will=f"Upload {quoted(name, 200)}{parts}, into {quoted(folder.path, 200)}{replaced}.",
        slug=slug("upload", name),
        body={"file": name, "bytes": size, "folder": folder.path, "paths": list(paths[:_FEW])},
        undo="what is replaced cannot be brought back" if there else "optimibi_delete_repository_items",
        now={"there": [{"path": one.path, "changed": one.row()["changed"]} for one in there]}
        if there
        else None,
    )


def _names(name: str, content: bytes) -> list[str]:
    """The names that the file, or what an archive holds, has below the folder. Raises Rejected."""
    if not name.lower().endswith(_ARCHIVE):
        return [name]
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            found = [one for one in archive.namelist() if not one.endswith(("/", _MANIFEST))]
    except zipfile.BadZipFile:
        raise refused(path=["is no zip archive, whatever its name"]) from None
    if not found:
        raise refused(path=["is an archive without files"])
    if strange := [one for one in found if one.startswith("/") or ".." in one.split("/")]:
        raise refused(path=[f"holds {strange[0]!r}, which would leave the folder"])
    return found
