"""Which operation a method and a raw path lead to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeAlias
from urllib.parse import unquote

from tests.witness.document import Document
from tests.witness.operations import ContractOperation
from tests.witness.values import items_of

Route: TypeAlias = tuple[re.Pattern[str], dict[str, ContractOperation]]


def _template(path: str) -> re.Pattern[str]:
    pieces = re.split(r"(\{[^}]*\})", path)
    return re.compile("".join("([^/]+)" if piece[:1] == "{" else re.escape(piece) for piece in pieces))


def _ordered(entries: Iterable[tuple[str, str, ContractOperation]]) -> list[Route]:
    """One route for each path, those with literal segments further left first."""
    table: dict[str, dict[str, ContractOperation]] = {}
    for method, path, operation in entries:
        table.setdefault(path, {}).setdefault(method, operation)
    ordered = sorted(table, key=lambda path: ["{" in segment for segment in path.split("/")])
    return [(_template(path), table[path]) for path in ordered]


class Routes:
    """The documented paths first, then the alternative ones; both with and without a server's base path."""

    def __init__(self, document: Document, operations: Iterable[ContractOperation]) -> None:
        listed = list(operations)
        own = _ordered((each.method, each.path, each) for each in listed)
        detours = _ordered(
            (method, path, each)
            for each in listed
            for address in items_of(each.node.get("x-alt-paths"))
            for method, path in re.findall(r"^([A-Z]+) (/\S+)$", address)
        )
        self._tables = (own, detours)
        servers = [str(server["url"]) for server in items_of(document.root.get("servers"))]
        self._bases = [_template(re.sub(r"^[^/]*//[^/]*", "", url).rstrip("/")) for url in servers]

    def match(self, method: str, path: str) -> tuple[ContractOperation, dict[str, str]] | None:
        """The operation with its path arguments, decoded. Among paths that fit, the most literal decides."""
        shortened = [path[base.end() :] for pattern in self._bases if (base := pattern.match(path))]
        for routes in self._tables:
            for candidate in dict.fromkeys([path, *shortened]):
                if found := _first(routes, method.upper(), candidate):
                    return found
        return None


def _first(routes: list[Route], method: str, path: str) -> tuple[ContractOperation, dict[str, str]] | None:
    for pattern, methods in routes:
        if hit := pattern.fullmatch(path):
            if (operation := methods.get(method)) is None:
                return None
            names = re.findall(r"\{([^}]*)\}", operation.path)
            return operation, dict(zip(names, map(unquote, hit.groups()), strict=False))
    return None
