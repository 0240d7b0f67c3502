"""Statements that are stored on the platform and run there for whoever asks: one SELECT, and nothing else.

The database behind a connection may be of any make, so that quotes of all kinds are taken for what they are
everywhere, and what one make would read differently is refused. The platform checks it too, and the plan
shows the whole text.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from pentad.errors import Rejected

_QUOTED = re.compile(r"""'(?:[^'\\]|'')*'|"(?:[^"\\]|"")*"|`[^`\\]*`|\[[\w .#$-]*\]""")
_DENIED = frozenset(
    {
        "alter", "attach", "call", "copy", "create", "delete", "do", "drop", "exec", "execute", "grant",
        "insert", "into", "load", "lock", "merge", "outfile", "pragma", "rename", "revoke", "set", "truncate",
        "update", "use", "vacuum",
    }
)  # fmt: skip
_FORBIDDEN = ("SQL_FRAGMENT_FORBIDDEN", "SQL_EXECUTE_FORBIDDEN")


def _select(text: str) -> str:
    sql = text.strip().removesuffix(";").rstrip()
    bare = _QUOTED.sub(" ", sql)
    words = re.findall(r"[^\W\d]\w*", bare.lower())
    if not words or words[0] not in ("select", "with"):
        raise _problem("one SELECT is needed, or WITH and then SELECT")
    if ";" in bare:
        raise _problem("several statements stand here; one SELECT is needed")
    if re.search(r"--|/\*|#", bare):
        raise _problem("comments are not taken; leave them out")
    if re.search(r"[\"'`\\]", bare):
        raise _problem("a quote is never closed, or a backslash stands in it")
    if denied := sorted(_DENIED.intersection(words)):
        raise _problem(f"{denied[0]} is no part of a plain SELECT; a column of that name goes in quotes")
    return sql


def _problem(told: str) -> PydanticCustomError:
    return PydanticCustomError("select", "{told}", {"told": told})


Select = Annotated[str, Field(max_length=20_000), AfterValidator(_select)]


@contextmanager
def explained() -> Generator[None]:
    """Says what it means that the platform takes no statement."""
    try:
        yield
    except Rejected as error:
        if any(word in (error.quote or "") for word in _FORBIDDEN):
            error.message += (
                " This server lets only some accounts store or run SQL; optimibi_get_connection_sensitivity "
                "tells what a connection allows. A list of values needs no SQL."
            )
        raise
