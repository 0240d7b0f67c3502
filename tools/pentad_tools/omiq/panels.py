"""Files and features of a dataset, as people name them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pentad.errors import Rejected
from pentad.models import Row
from pentad.platforms.omiq import Omiq
from pentad.text import nearest, plural, several
from pentad_tools.omiq.records import feature_row, file_row, files_lately, metadata_of

_READY = "COMPLETE"
_NAMED = 40


@dataclass(frozen=True)
class File:
    """A file with its channels: `features` maps the name that exports use to the marker, if there is one."""

    id: str
    name: str
    status: str
    features: Mapping[str, str | None]
    metadata: Mapping[str, Any]

    @property
    def ready(self) -> bool:
        return self.status == _READY


async def files(omiq: Omiq, dataset_id: str) -> list[File]:
    """The files of a dataset, as they were lately."""
    return [_file(raw) for raw in await files_lately(omiq, dataset_id)]


def choose_files(there: Sequence[File], words: Sequence[str] | None) -> list[File]:
    """Files by id or name; all that are ready, if none are named. Raises Rejected with all problems."""
    if words is None:
        return [file for file in there if file.ready]
    chosen: list[File] = []
    problems: dict[str, list[str]] = {}
    for at, word in enumerate(words):
        bare = word.strip().removeprefix("F")
        fitting = [file for file in there if bare == file.id] or [file for file in there if word == file.name]
        if len(fitting) != 1:
            problems[f"files.{at}"] = [_unfit(word, fitting, there)]
        elif not fitting[0].ready:
            problems[f"files.{at}"] = [f"is not ready: its status is {fitting[0].status}"]
        elif fitting[0] not in chosen:
            chosen.append(fitting[0])
    if problems:
        raise Rejected(
            f"Nothing was exported: {plural(len(problems), 'problem')} with files.",
            problems=problems,
            outcome="none",
        )
    return chosen


def choose_features(file: File, words: Iterable[str]) -> list[str]:
    """Names of features, given by name, by marker, or as exports write both. Raises Rejected."""
    spellings: dict[str, list[str]] = {}
    for name, marker in file.features.items():
        for word in {name, marker or name, f"{name}___{marker}"}:
            spellings.setdefault(word.casefold(), []).append(name)
    chosen: dict[str, None] = {}
    problems: dict[str, list[str]] = {}
    for at, word in enumerate(words):
        exact = [word] if word in file.features else spellings.get(word.strip().casefold(), [])
        if len(exact) == 1:
            chosen[exact[0]] = None
        else:
            problems[f"features.{at}"] = [_no_feature(word, exact, file, spellings)]
    if problems:
        raise Rejected(
            f"Nothing was exported: {plural(len(problems), 'problem')} with features of {file.name!r}.",
            problems=problems,
            outcome="none",
        )
    return list(chosen)


def _no_feature(word: str, exact: Sequence[str], file: File, spellings: Mapping[str, Sequence[str]]) -> str:
    if exact:
        return f"{word[:80]!r} may mean {', '.join(exact)}"
    near = [spellings[text][0] for text in nearest(word.casefold(), spellings, 3)]
    if near:
        return f"no feature {word[:80]!r}; did you mean {', '.join(dict.fromkeys(near))}?"
    known = [f"{name} ({marker})" if marker else name for name, marker in file.features.items()]
    return f"no feature {word[:80]!r}; there are {several(known, _NAMED)}"


def _unfit(word: str, fitting: Sequence[File], there: Sequence[File]) -> str:
    if fitting:
        return (
            f"{len(fitting)} files have this name: give an id of {', '.join(file.id for file in fitting[:5])}"
        )
    near = nearest(word, {file.name for file in there}, 3)
    hint = f"; did you mean {', '.join(near)}?" if near else "; omiq_list_files lists them"
    return f"the dataset has no file {word[:80]!r}{hint}"


def _file(raw: Row) -> File:
    row = file_row(raw)
    listed = [feature_row(one) for one in row.get("feature_list", ()) if isinstance(one, dict)]
    return File(
        id=str(row["id"]),
        name=str(row.get("name") or row["id"]),
        status=str(row.get("status") or _READY),
        features={str(one["name"]): one.get("marker") for one in listed if one.get("name")},
        metadata=metadata_of(raw),
    )
