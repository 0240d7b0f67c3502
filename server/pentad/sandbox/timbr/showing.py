"""The SHOW statements that tell about the model and the platform."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pentad.sandbox.timbr.model import ACTIVE_DATASOURCE, DATASOURCES
from pentad.sandbox.timbr.sources import Catalogue
from pentad.sandbox.timbr.splitting import syntax_error, uncommented
from pentad.sandbox.timbr.system_columns import column_names
from pentad.sandbox.timbr.system_records import ontologies
from pentad.sandbox.timbr.system_rows import Surroundings, tag_rows
from pentad.sandbox.timbr.terms import StatementError

Rows = list[dict[str, Any]]

_TABLES = re.compile(r"SHOW\s+TABLES(?:\s+(?:IN|FROM)\s+`?(\w+)`?)?", re.IGNORECASE)
_TOKEN = re.compile(r"SHOW\s+TOKEN(?:\s+FOR\s+(?:USER\s+)?[`']?([^`';\s]+)[`']?)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Showing:
    """`tokens` are those of other users, by name."""

    about: Surroundings
    catalogue: Catalogue
    version: int
    tokens: Mapping[str, str]


def shown(showing: Showing, statement: str) -> Rows:
    """Raises StatementError for what is not known or not permitted."""
    words = " ".join(uncommented(statement).split())
    tables, token = _TABLES.fullmatch(words), _TOKEN.fullmatch(words)
    if words.upper() in _PLAIN:
        return _PLAIN[words.upper()](showing)
    if tables is not None:
        return _tables(showing, tables[1] or "dtimbr")
    if token is not None:
        return _token(showing, token[1])
    raise syntax_error(statement, [*words.split(" "), "<EOF>"][1])


def _version(showing: Showing) -> Rows:
    return [{"id": showing.version}]


def _concepts(showing: Showing) -> Rows:
    concepts = showing.about.ontology.concepts
    return [{"concept": one.name, "description": one.description} for one in concepts]


def _tables(showing: Showing, text: str) -> Rows:
    schema = showing.catalogue.schema(text)
    showing.catalogue.permit(schema)
    ontology = showing.about.ontology
    kept = ontology.views if schema == "vtimbr" else ontology.concepts
    system = sorted(showing.catalogue.system.names) if schema == "timbr" else []
    return [{"schema": schema, "table_name": name} for name in (*(one.name for one in kept), *system)]


def _datasources(_: Showing) -> Rows:
    active = {name: int(name == ACTIVE_DATASOURCE) for name in DATASOURCES}
    kinds = {name: name.partition("_")[2] for name in DATASOURCES}
    return [{"datasource": name, "type": kinds[name], "is_active": active[name]} for name in DATASOURCES]


def _config(showing: Showing) -> Rows:
    depth = str(showing.about.ontology.default_transitivity)
    settings = {"default_transitivity": depth, "cache_enabled": "true", "timezone": "UTC"}
    return [{"name": name, "value": value} for name, value in settings.items()]


def _tags(showing: Showing) -> Rows:
    names = column_names("sys_tags")
    return [dict(zip(names, row, strict=True)) for row in tag_rows(showing.about)]


def _ontologies(showing: Showing) -> Rows:
    names = column_names("sys_ontologies")
    return [dict(zip(names, row, strict=True)) for row in ontologies(showing.about)]


def _token(showing: Showing, name: str | None) -> Rows:
    """As an ordinary row: the platform guards it by nothing but permissions."""
    user = showing.about.user
    known = {**showing.tokens, user.name: user.token, user.email: user.token}
    if name is not None and name not in known:
        raise StatementError(f"User {name} does not exist")
    return [{"token": known[name or user.name]}]


_PLAIN: Mapping[str, Callable[[Showing], Rows]] = {
    "SHOW VERSION": _version,
    "SHOW CONCEPTS": _concepts,
    "SHOW DATASOURCES": _datasources,
    "SHOW CONFIG": _config,
    "SHOW TAGS": _tags,
    "SHOW ONTOLOGIES": _ontologies,
}
