"""Cut a statement into tokens that every dialect cuts the same way; refuse what any of them reads otherwise.

What dialects disagree about is refused rather than interpreted: backslashes and runs of quotes within
quoted text (escapes, triple quotes), prefixed quotes (`q'..'`, `e'..'`, `_utf8'..'`), nested, executable and
unusual comments, dollar quotes, variables, parameters, stages, links, and templates (`${..}`, `{{..}}`),
which some engines fill in before they look for quotes.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal, NamedTuple

from pentad.errors import Rejected

LONGEST = 20_000

Kind = Literal["blank", "comment", "word", "number", "text", "double", "name", "sign"]

# Characters that some layer may turn into a quote, a backslash or a semicolon: by Unicode normalization, or
# by "best fit" where text is squeezed into a smaller character set.
LOOKALIKES = frozenset(
    "\u02b9\u02ba\u02bb\u02bc\u02c8\u02cb\u02f4\u02f5\u02f6\u037e\u1fef\u2032\u2033\u2034\u2035\u2036\u2037"
    "\u2057\u2216\u29f5\u29f9\u275b\u275c\u275d\u275e\u3003\ufe14\ufe54\ufe68\uff02\uff07\uff1b\uff3c\uff40"
)
SIGNS = frozenset(["<=>", "<=", ">=", "<>", "!=", "==", "||", "::", *"(),.;+-*/%=<>"])

_TOKEN = re.compile(
    r"""(?P<blank>[ \t\r\n]++)
    |(?P<comment>--(?=[ \t\r\n]|\Z)[^\r\n]*+|/\*(?![!+])(?:(?!/\*|\*/)[\s\S])*+\*/)
    |(?P<word>[A-Za-z_][A-Za-z0-9_]*+)
    |(?P<number>[0-9]++(?:\.[0-9]++)?+(?:[eE][+-]?[0-9]++)?+(?![A-Za-z0-9_.]))
    |(?P<text>'(?:[^']|'')*+')
    |(?P<double>"(?:[^"]|"")*+")
    |(?P<name>`[^`]*+`)
    |(?P<sign>[(),.;]|(?:(?!--|/\*)[-+*/%=<>!|:])++)""",
    re.VERBOSE,
)
_QUOTED = frozenset(["text", "double", "name"])
_GLUE = re.compile(r"[A-Za-z0-9_'\"`]")
_TEMPLATE = re.compile(r"\$\{|\{[{%#]")
_UNNAMABLE = re.compile(r"['\";\r\n]|--|/\*")
_CHARACTERS = "Use letters, digits, blanks and the usual SQL signs outside quotes."
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


class Token(NamedTuple):
    """A piece of the text, `text` exactly as it stands there from `start` on."""

    kind: Kind
    text: str
    start: int

    @property
    def word(self) -> str:
        """The word in capitals; empty for every other kind, so that quoted text never looks like a word."""
        return self.text.upper() if self.kind == "word" else ""

    @property
    def inner(self) -> str:
        """What stands between the quotes of quoted text; else the text."""
        return self.text[1:-1] if self.kind in _QUOTED else self.text


def refusal(reason: str, instead: str) -> Rejected:
    """The error for a statement that is not sent: why, and what to write instead (a whole sentence)."""
    return Rejected(
        f"The statement was not sent: {reason}. {instead}", problems={"sql": [reason]}, outcome="none"
    )


def plain(sql: str) -> str:
    """The statement with every comment replaced by one blank, trimmed."""
    parts = [" " if token.kind == "comment" else token.text for token in _cut(sql)]
    return "".join(parts).strip(" \t\r\n")


def lex(text: str) -> list[Token]:
    """The tokens of a text, without the blanks. Raises Rejected for what cannot be cut with certainty."""
    return [token for token in _cut(text) if token.kind != "blank"]


def _cut(sql: str) -> list[Token]:
    """All of the text in pieces."""
    if len(sql) > LONGEST:
        raise refusal(f"it is longer than {LONGEST:,} characters", "Ask for less in one statement.")
    if found := _CONTROLS.search(sql):
        raise refusal(
            f"it holds the control character or half character U+{ord(found[0]):04X}",
            "Leave it out; only blanks, tabs and line ends may stand between words.",
        )
    tokens: list[Token] = []
    at = 0
    while at < len(sql):
        found = _TOKEN.match(sql, at)
        if found is None:
            raise _unreadable(sql, at)
        tokens.append(_token(found, sql[at - 1 : at]))
        at = found.end()
    return tokens


def _token(found: re.Match[str], before: str) -> Token:
    text, start = found[0], found.start()
    match found.lastgroup:
        case "text" | "double" | "name" as kind:
            if _GLUE.match(before):
                raise refusal(
                    f"a quote follows {before} without a blank, as after a prefix or within an escape",
                    "Leave the prefix out, or put a blank before the quote.",
                )
            _check_quoted(kind, text)
            return Token(kind, text, start)
        case "comment":
            _check_comment(text)
            return Token("comment", text, start)
        case "sign":
            if text not in SIGNS:
                raise _unknown_sign(text)
            return Token("sign", text, start)
        case "word" | "number" as kind:
            return Token(kind, text, start)
    return Token("blank", text, start)


def _check_quoted(kind: Literal["text", "double", "name"], text: str) -> None:
    inner = text[1:-1]
    if "\\" in text:
        reason = "there is a backslash within quotes, which dialects read differently"
        raise refusal(reason, "Leave it out: write [0-9] instead of an escape in a pattern, or CHR(92).")
    if text[0] * 3 in text:
        raise refusal(
            "there are three quotes in a row, which dialects read differently",
            "Keep doubled quotes away from the ends of the text, or use CHR(39).",
        )
    if found := _TEMPLATE.search(text):
        reason = f"{found[0]} within quotes is a template that some engines fill in before they read quotes"
        raise refusal(reason, "Leave it out, or put the two characters together with CONCAT.")
    if alike := LOOKALIKES.intersection(text):
        raise refusal(
            f"the character U+{ord(min(alike)):04X} within quotes may be turned into a quote or separator",
            "Write a plain quote, doubled, or a typographic one.",
        )
    if kind == "name" and (not inner.strip() or _UNNAMABLE.search(inner)):
        raise refusal(
            "a name in backticks is empty or holds a quote, a semicolon, a comment sign or a line break",
            "Write the name of a concept, a property or a path, such as `has_line[po_line].sku`.",
        )


def _check_comment(text: str) -> None:
    for char in text:
        if not char.isascii() and unicodedata.category(char) in ("Cf", "Zl", "Zp"):
            raise _odd(char)


def _unreadable(sql: str, at: int) -> Rejected:
    """Why no token starts here."""
    char, pair = sql[at], sql[at : at + 2]
    if char in "'\"`":
        return refusal(
            f"the quote {char} is never closed",
            "Close it. A quote within the text is doubled, without a backslash.",
        )
    if pair == "/*":
        return refusal(
            "a block comment is never closed, holds another one, or is a hint (/*+) or executable (/*!)",
            "Leave the comment out.",
        )
    if pair == "--":
        return refusal(
            "-- stands without a blank after it", "Write `-- ` for a comment, `- -` for two signs."
        )
    if char.isdigit() and char.isascii():
        return refusal(
            "a number runs into a word or a point",
            "Put a blank after the number; names that begin with a digit go in backticks.",
        )
    return _odd(char)


def _odd(char: str) -> Rejected:
    if char in "[]~":
        return refusal(
            f"{char} stands outside backticks",
            "Put a whole path between one pair of backticks: `has_line[po_line].sku`.",
        )
    if char.isascii():
        return refusal(f"the sign {char} is not allowed outside quotes", _CHARACTERS)
    if unicodedata.category(char) in ("Cf", "Zl", "Zp", "Zs"):
        return refusal(f"the unseen character U+{ord(char):04X} stands outside quotes", _CHARACTERS)
    return refusal(
        f"the character {char} (U+{ord(char):04X}) stands outside quotes",
        "Put names in backticks and text in single quotes; look for a letter of another alphabet.",
    )


def _unknown_sign(text: str) -> Rejected:
    if text[0] == ":":
        return refusal(f"{text} reads as a parameter", "Write the value itself.")
    return refusal(
        f"the sign {text} is not among those that every dialect reads alike",
        "Put a blank between two signs; leave out hints, assignments, arrows and other slashes.",
    )
