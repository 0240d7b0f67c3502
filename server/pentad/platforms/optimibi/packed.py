"""The XML text in a zip, as the platform packs the schema of a model."""

from __future__ import annotations

import io
import zipfile

# Stands beside the schema in what the platform itself packs.
_NOTES = ".annotated.xml"


def xml_in(content: bytes, most: int) -> bytes | None:
    """The first XML file that is not the platform's notes, cut one byte after `most`; None where there is
    none that can be read."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [name for name in archive.namelist() if name.lower().endswith(".xml")]
            with archive.open(next(name for name in names if not name.lower().endswith(_NOTES))) as file:
                return file.read(most + 1)
    except (zipfile.BadZipFile, StopIteration, OSError, RuntimeError, NotImplementedError, ValueError):
        return None
