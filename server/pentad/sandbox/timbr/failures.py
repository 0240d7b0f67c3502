"""What the database says, in the words of the platform's engine."""

from __future__ import annotations

import re

from pentad.sandbox.timbr.terms import StatementError

_UNRESOLVED = "Column `{}` could not be resolved"
_NOT_CAST = "Value '{}' cannot be cast to the type of the column"
_TRANSLATIONS = (
    (r'Referenced column "([^"]+)" not found', _UNRESOLVED),
    (r'does not have a column named "([^"]+)"', _UNRESOLVED),
    # Every column of an answer is given its own name as an alias, which the database finds instead.
    (r'Column "([^"]+)" referenced that exists in the SELECT', _UNRESOLVED),
    (r'Alias with name ""([^"]+)"" exists', _UNRESOLVED),
    (r'Column "([^"]+)" in EXCLUDE', _UNRESOLVED),
    (r'Referenced table "([^"]+)" not found', "Table or alias {} could not be resolved"),
    (r'Ambiguous reference to column name "([^"]+)"', "Column `{}` is ambiguous"),
    (r"Function with name (\w+) does not exist", "Function {} does not exist"),
    (r'column "([^"]+)" must appear in the GROUP BY', "Column `{}` is neither grouped nor aggregated"),
    (r"given name and argument types '(\w+)", "Function {} does not take these arguments"),
    (r"Could not convert string ['\"](.*?)['\"] to", _NOT_CAST),
    (r'field (?:format|value)[^"]*"([^"]*)"', _NOT_CAST),
)


def failure(message: str) -> StatementError:
    """Only what comes before the empty line counts: the statement follows, and it is not the user's."""
    said = message.partition("\n\n")[0]
    for pattern, words in _TRANSLATIONS:
        found = re.search(pattern, said, re.DOTALL)
        if found:
            return StatementError(words.format(found[1]))
    first = said.partition("\n")[0].partition("Error: ")[2]
    cause = f"java.sql.SQLException: Error running query: {first}"
    return StatementError(f"{cause}\nCaused by: org.timbr.sql.ExecutionException: {first}")
