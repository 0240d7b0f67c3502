"""The twelve global parameters and the dictionaries, with where their values come from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_KEPT = {
    "add_time": "2026-02-01 08:00:00.0",
    "update_time": "2026-02-02 09:00:00.0",
    "update_by": "klind",
}


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

    def shown(self, *, newer: bool) -> dict[str, Any]:
        """Codes differ between the editions: of the datatype, and of where values come from."""
        types = {"text": "2", "number": "5" if newer else "1", "date": "9"}
        listed, selected, free = ("3", "2", "1") if newer else ("1", "2", "3")
        pairs = [{"name": self.name, "value": value} for value in self.values]
        return {
            "id": self.name,
            "name": self.name,
            "desc": self.about,
            "datatype": types[self.kind],
            "type": listed if self.values else selected if self.sql else free,
            "dbconn": self.connection,
            "default": self.default,
            "detail": json.dumps(pairs, ensure_ascii=False) if self.values else self.sql,
            "source": "1",
            **_KEPT,
        }


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
    name: str
    default: str
    connection: str = ""
    sql: str = ""
    pairs: tuple[tuple[str, str], ...] = ()

    def shown(self) -> dict[str, Any]:
        listed = [{"key": key, "value": text} for key, text in self.pairs]
        return {
            "id": self.name,
            "name": self.name,
            "datatype": "2",
            "type": "1" if self.pairs else "2",
            "dbconn": self.connection,
            "default": self.default,
            "detail": json.dumps(listed, ensure_ascii=False) if self.pairs else self.sql,
            "expire": "3600",
            **_KEPT,
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
