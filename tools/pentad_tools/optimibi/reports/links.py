"""Values for the address of a report, checked before anybody opens it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from urllib.parse import quote, urlencode

from pentad.errors import Rejected
from pentad.operations import AnyOperation
from pentad.platforms.optimibi import Optimibi
from pentad.platforms.optimibi.paths import url_id
from pentad.text import all_quoted, nearest, shorten
from pentad_tools.optimibi.naming import spelt
from pentad_tools.optimibi.parameters.parameters import computed
from pentad_tools.optimibi.parameters.ranges import Range

# Of the vendor's guide on report addresses: no parameters of a report, but of the page.
_PAGE = ("__compact", "__clean", "__forceAdjust", "__xdmTimeout")
# What would sign the reader in.
_CREDENTIALS = frozenset({"token", "jwt", "access_token", "password", "j_password", "jsessionid"})
_MOST = 15


async def checked(optimibi: Optimibi, given: Mapping[str, str], known: Mapping[str, Range]) -> dict[str, str]:
    """The values by the names and in the spelling of the platform. Raises Rejected with every problem.

    A name that is like no global parameter may be a parameter of the report's own, which nothing lists: it is
    taken as it is, and remarked.
    """
    names = {name: _named(name, known) for name in given}
    asked = {name: known[found] for name, found in names.items() if found in known}
    whole = dict(
        zip(asked, await asyncio.gather(*(computed(optimibi, one) for one in asked.values())), strict=True)
    )
    problems: dict[str, list[str]] = {}
    chosen: dict[str, str] = {}
    for name, value in given.items():
        wrong, fitting = _judged(optimibi, name, value, whole.get(name), known)
        if wrong:
            problems[f"parameters.{name}"] = [wrong]
        elif names[name] not in chosen:
            chosen[names[name]] = fitting
        else:
            problems[f"parameters.{name}"] = [f"{names[name]!r} is given twice"]
    if problems:
        raise Rejected("No link was made.", problems=problems, outcome="none")
    _remark(optimibi, chosen, whole.values(), known)
    return chosen


def _remark(
    optimibi: Optimibi, chosen: Mapping[str, str], whole: Iterable[Range], known: Mapping[str, Range]
) -> None:
    """What was not checked, and why."""
    if untold := [one.name for one in whole if one.sql and one.values is None]:
        names = all_quoted(untold)
        optimibi.call.note(f"not checked, as this server does not tell the values that SQL yields: {names}")
    if own := [shorten(name, 40) for name in chosen if name not in known and name not in _PAGE]:
        why = "they are no global parameters but may be the report's own"
        optimibi.call.note(f"not checked, as {why}: {all_quoted(own)}")


def _named(name: str, known: Mapping[str, Range]) -> str:
    return spelt(name, known) or spelt(name, _PAGE) or name


def _judged(
    optimibi: Optimibi, name: str, value: str, found: Range | None, known: Mapping[str, Range]
) -> tuple[str | None, str]:
    """What is wrong with a value, if anything, and the value as it is to be sent."""
    if found is not None:
        fitting = found.fitting(value)
        return (found.wrong(value) if fitting is None else None), fitting or value
    signs_in = {*_CREDENTIALS, optimibi.connection.values.get("token_name", "token").casefold()}
    if name.casefold() in signs_in:
        return "is a credential, which never stands in a link: whoever opens it signs in themselves", value
    if _named(name, known) not in _PAGE and (near := nearest(name, known, 3)):
        return f"there is no such parameter; the nearest are {all_quoted(near)}", value
    return None, value


def address(optimibi: Optimibi, operation: AnyOperation, path: str, chosen: Mapping[str, str]) -> str:
    """Where a person opens the report at a path; `operation` says in which way."""
    place = operation.endpoint.template.replace("{reportId}", quote(url_id(path), safe="="))
    query = urlencode(chosen, quote_via=quote)
    made = str(optimibi.connection.address(place))
    return f"{made}?{query}" if query else made


def told(known: Mapping[str, Range]) -> dict[str, list[str] | str]:
    """What a link can carry, the first parameters: each with the first of its values, else its type."""
    return {one.name: _brief(one) for one in list(known.values())[:_MOST]}


def _brief(one: Range) -> list[str] | str:
    if isinstance(one.shown, list):
        return one.shown
    return f"{one.kind} from SQL" if one.sql else one.kind
