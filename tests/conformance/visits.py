"""What the inspector's command line is asked to do, and what must come of it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pentad.catalogue import catalogue
from tests.conformance import tree
from tests.conformance.suite import private

Era: TypeAlias = Literal["legacy", "modern"]
Told: TypeAlias = Mapping[str, Any]
ERAS: tuple[Era, ...] = ("legacy", "modern")
EXPOSURES = ("core", "lean", "all")
SERVER = (sys.executable, "-m", "pentad", "serve", "--sandbox")
LISTING = ("--method", "tools/list", "--strict")
CALLING = ("--method", "tools/call", "--tool-name")
# Exit code of a tool that is not listed.
ABSENT = 5


@dataclass(frozen=True)
class Visit:
    """One run of the inspector: against our server over stdio, or at a URL. `sound` looks at the JSON that
    it prints, and `code` is how it must end."""

    what: str
    era: Era
    asked: Sequence[str]
    sound: Callable[[Told], bool]
    expose: str = "core"
    url: str | None = None
    code: int = 0


@dataclass(frozen=True)
class Seen:
    """What a visit came to: the JSON it printed, if it was as it must be."""

    visit: Visit
    told: Told
    code: int
    err: str

    @property
    def good(self) -> bool:
        return self.code == self.visit.code and self.visit.sound(self.told)

    @property
    def faults(self) -> list[tuple[str, str]]:
        """What the schema lint found, errors and warnings alike: the tool, and the rule it breaks."""
        by_tool = self.told.get("schemaFindings", ())
        return [(one["toolName"], fault["rule"]) for one in by_tool for fault in one["findings"]]

    @property
    def tools(self) -> int:
        return len(result(self.told).get("tools", ()))


async def paid(visit: Visit, folder: Path) -> Seen:
    """Run the inspector. Over stdio it starts a server with every operation on, which keeps nothing outside
    of the folder."""
    off = (row["name"] for row in catalogue() if not row["exposed"])
    allowed = {"PENTAD_ALLOW": "destructive,admin", "PENTAD_ENABLE": ",".join(off)}
    own = private(folder, PENTAD_EXPOSE=visit.expose, **allowed)
    kept = [name for name in own if name.startswith(("XDG_", "PENTAD_")) and visit.url is None]
    passed = [word for name in kept for word in ("-e", f"{name}={own[name]}")]
    target = (visit.url,) if visit.url else SERVER
    how = ("--protocol-era", visit.era, "--format", "json", *visit.asked)
    ended = await tree.node(tree.INSPECTOR, "--cli", *target, *passed, *how, environ=own)
    printed = ended.out.strip()
    return Seen(visit, json.loads(printed) if printed else {}, ended.code, ended.err.strip())


def result(told: Told) -> Told:
    """What the inspector wraps; empty where there was none."""
    found: Told = told.get("result", {})
    return found


def text(told: Told) -> Told:
    """The JSON object that a tool answered with; empty for what is no answer."""
    content = result(told).get("content") or [{"text": "{}"}]
    answer: Told = json.loads(content[0]["text"])
    return answer


def listings() -> list[Visit]:
    """Every exposure in both generations, with the schema lint."""
    return [
        Visit(f"tools/list, {expose}", era, LISTING, lambda told: bool(result(told).get("tools")), expose)
        for expose in EXPOSURES
        for era in ERAS
    ]


def others() -> list[Visit]:
    """What else there is to ask a server over stdio."""
    reports = (*CALLING, "claribi_list_reports", "--tool-args-json", '{"limit":2}')
    return [
        *(
            Visit("tools/call", era, reports, lambda told: len(text(told).get("rows", ())) == 2)
            for era in ERAS
        ),
        Visit(
            "a tool that is not there",
            "legacy",
            (*CALLING, "no_such_tool"),
            lambda told: not told,
            code=ABSENT,
        ),
        _listed("resources/list", "legacy", "resources", 0),
        _listed("resources/templates/list", "modern", "resourceTemplates", 2),
        _listed("prompts/list", "modern", "prompts", 0),
    ]


def _listed(method: str, era: Era, member: str, count: int) -> Visit:
    return Visit(method, era, ("--method", method), lambda told: len(result(told).get(member, "?")) == count)


def at(url: str) -> list[Visit]:
    """Over HTTP, where there is something for the lint to find; a result is kept there for `reading`."""
    reports = (*CALLING, "claribi_list_reports", "--tool-args-json", '{"limit":3}')
    return [
        Visit("tools/list with two faults", "modern", LISTING, lambda told: bool(result(told)), url=url),
        Visit("tools/call over HTTP", "modern", reports, lambda told: "more" in text(told), url=url),
    ]


def reading(url: str, handle: str) -> Visit:
    """A kept result whole, as its resource."""
    asked = ("--method", "resources/read", "--uri", f"pentad://results/{handle}")
    return Visit("resources/read over HTTP", "modern", asked, _three_rows, url=url)


def _three_rows(told: Told) -> bool:
    (contents,) = result(told)["contents"]
    return len(json.loads(contents["text"])) == 3
