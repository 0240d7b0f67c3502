"""The twelve global parameters and the dictionaries, with where their values come from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pentad.sandbox.optimibi.accounts import AUTHOR

_ADDED = "2026-02-01 08:00:00.0"
_TYPES = {"text": "2", "number": "1", "date": "9"}
_NEWER_TYPES = _TYPES | {"number": "5"}
_SOURCES = {"list": "1", "sql": "2", "any": "3"}
_NEWER_SOURCES = {"any": "1", "sql": "2", "list": "3"}


def types(*, newer: bool) -> Mapping[str, str]:
    """Codes of what values are, which differ between the editions."""
    return _NEWER_TYPES if newer else _TYPES


def sources(*, newer: bool) -> Mapping[str, str]:
    """Codes of where values come from, which differ too."""
    return _NEWER_SOURCES if newer else _SOURCES


@dataclass(frozen=True, slots=True)
class Parameter:
    """`values` is a list, or a SELECT over `connection`; neither means that any value is taken."""

    name: str
    about: str
    kind: str
    default: str
    values: tuple[str, ...] = ()
    connection: str = ""
    sql: str = ""
    schema: str = ""
    by: str = AUTHOR
    changed: str = "2026-02-02 09:00:00.0"

    def shown(self, *, newer: bool) -> dict[str, Any]:
        pairs = [{"name": self.name, "value": value} for value in self.values]
        return {
            "id": self.name,
            "name": self.name,
            "desc": self.about,
            "datatype": types(newer=newer)[self.kind],
            "type": sources(newer=newer)["list" if self.values else "sql" if self.sql else "any"],
            "dbconn": self.connection,
            "default": self.default,
            "detail": json.dumps(pairs, ensure_ascii=False) if self.values else self.sql,
            "source": "1",
            **({"schema": self.schema} if self.schema else {}),
            **_kept(self.by, self.changed),
        }


def _kept(by: str, changed: str) -> dict[str, str]:
    return {"add_time": _ADDED, "update_time": changed, "update_by": by}


PARAMETERS: Mapping[str, Parameter] = {
    one.name: one
    for one in (
        Parameter("sales_region", "Sales region", "text", "North", ("North", "South", "Coast")),
        Parameter("channel", "Channel code", "text", "W", ("W", "S", "P")),
        Parameter("fiscal_year", "Fiscal year", "text", "FY2025", ("FY2025", "FY2026")),
        Parameter("country", "Land / country", "text", "DE", ("DE", "DK", "FR", "NO", "PT")),
        Parameter("top_n", "How many to show", "number", "10", ("5", "10", "25")),
        Parameter(
            "store",
            "Store",
            "text",
            "Oslo 1",
            connection="retail_dw",
            sql="select store_name from sales.store order by store_name",
        ),
        Parameter(
            "carrier",
            "Carrier",
            "text",
            "Kystfrakt",
            connection="freight",
            sql="select carrier_name from freight.carrier order by carrier_id",
        ),
        Parameter(
            "cost_center",
            "Cost centre",
            "text",
            "Head office",
            connection="finance_gl",
            sql='select "COST_CENTER_NAME" from "GL"."COST_CENTER" order by 1',
        ),
        Parameter(
            "site",
            "Site",
            "text",
            "Roof",
            connection="sensors",
            sql="select site_name from iot.site order by 1",
        ),
        Parameter("from_date", "First day", "date", "2026-01-01"),
        Parameter("to_date", "Last day", "date", "2026-02-28"),
        Parameter("note", "Free text on the cover page", "text", ""),
    )
}


@dataclass(frozen=True, slots=True)
class Dictionary:
    """`by` is whoever made it, who may change it."""

    name: str
    default: str
    connection: str = ""
    sql: str = ""
    pairs: tuple[tuple[str, str], ...] = ()
    numeric: bool = False
    expire: str = "3600"
    by: str = AUTHOR
    changed: str = "2026-02-02 09:00:00.0"

    def shown(self) -> dict[str, Any]:
        listed = [{"key": key, "value": text} for key, text in self.pairs]
        return {
            "id": self.name,
            "name": self.name,
            "datatype": "1" if self.numeric else "2",
            "type": "2" if self.sql else "1",
            "dbconn": self.connection,
            "default": self.default,
            "detail": self.sql or json.dumps(listed, ensure_ascii=False),
            "expire": self.expire,
            **_kept(self.by, self.changed),
        }


DICTIONARIES: Mapping[str, Dictionary] = {
    one.name: one
    for one in (
        Dictionary(
            "channel_names",
            "Unknown channel",
            "retail_dw",
            "select channel_code, channel_text from sales.channel_name order by 1",
        ),
        Dictionary(
            "account_names",
            "?",
            "finance_gl",
            'select "ACCOUNT_NO", "ACCOUNT_NAME" from "GL"."ACCOUNT" order by 1',
        ),
        Dictionary(
            "absence_kinds", "other", pairs=(("sick", "Krank"), ("holiday", "Ferias"), ("training", "訓練"))
        ),
        Dictionary("flags", "", pairs=(("0", "no"), ("1", "yes"))),
    )
}


def system_values(username: str, token: str) -> list[dict[str, Any]]:
    """The built-in parameters of the caller; the session's token is one of them."""
    told = {"system.username": username, "system.locale": "en", "system.token": token}
    common = {"datatype": "2", "type": "1", "source": "3"}
    return [{"id": name, "name": name, "default": value, **common} for name, value in told.items()]
