"""The six seeded connections: what their settings say, and how their databases spell things."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pentad.sandbox.dice import Dice


@dataclass(frozen=True, slots=True)
class Connection:
    """`option` is a driver option whose value is a secret; `closed` are schemas that only administrators
    read; `quotes` open and close a name. `owner` alone, beside administrators, may use what he made.
    `written` are the settings as they were sent last, secrets included; the seeded ones have none."""

    name: str
    product: str
    short: str
    port: str
    database: str
    schema: str
    option: str
    quotes: tuple[str, str] = ('"', '"')
    closed: tuple[str, ...] = ()
    staff_only: bool = False
    pool: Mapping[str, str | None] = field(
        default_factory=lambda: {
            "initialSize": "1",
            "maxActive": "20",
            "maxIdle": "4",
            "validationQuery": None,
        }
    )

    owner: str = ""
    written: Mapping[str, Any] | None = None

    @property
    def host(self) -> str:
        if self.written is not None:
            return str(self.written.get("hostname") or "")
        return f"{self.name.replace('_', '-')}.brightwater.example"

    @property
    def behind(self) -> str:
        """The database that is reached under these settings, by the seeded connection; empty for none."""
        asked = (self.host, self.port, self.database)
        found = (one.name for one in CONNECTIONS.values() if (one.host, one.port, one.database) == asked)
        return next(found, "")


CONNECTIONS: Mapping[str, Connection] = {
    one.name: one
    for one in (
        Connection("retail_dw", "PostgreSQL", "POSTGRESQL", "5432", "retail", "sales", "sslpassword"),
        Connection(
            "people_hr",
            "MS SQL Server",
            "MSSQLNATIVE",
            "1433",
            "People",
            "dbo",
            "trustStorePassword",
            ("[", "]"),
            ("payroll",),
            True,
        ),
        Connection(
            "freight", "MySQL", "MYSQL", "3306", "freight", "freight", "clientKeyPassword", ("`", "`")
        ),
        Connection("finance_gl", "Oracle", "ORACLE", "1521", "ORCL", "GL", "walletPassword"),
        Connection(
            "web_clicks", "ClickHouse", "CLICKHOUSE", "8123", "web", "web", "access_token", ("`", "`")
        ),
        Connection("sensors", "PostgreSQL", "POSTGRESQL", "5433", "iot", "iot", "sslpassword"),
    )
}


def secret(dice: Dice, name: str, what: str) -> str:
    """A secret of a connection as its settings show it."""
    return f"{what}-{dice.word(f'{what}:{name}', 18)}"


def stored(dice: Dice, one: Connection) -> dict[str, Any]:
    """The settings as the server holds them, with every secret."""
    if one.written is not None:
        return dict(one.written)
    option = f"{one.short}.{one.option}"
    held: dict[str, Any] = {
        "id": dice.uuid(f"connection:{one.name}"),
        "name": one.name,
        **_address(one),
        "username": "bi_reader",
        "password": secret(dice, one.name, "stored"),
        "extraOptions": {option: secret(dice, one.name, "option")},
        "extraOptionsOrder": {"0": option},
        "connectSql": "",
        "usingConnectionPool": True,
        "connectionPoolingProperties": dict(one.pool),
        "changed": False,
        "SQLServerInstance": None,
    }
    if one.name == "web_clicks":
        held["CUSTOM_URL"] = f"jdbc:clickhouse://{one.host}/web?user=bi&password={secret(dice, 'web', 'url')}"
    return held


def described(dice: Dice, one: Connection, *, listed: bool) -> dict[str, Any]:
    """The settings of a connection. The list shows what is stored of the password, a single one null."""
    held = stored(dice, one)
    password = held.get("password")
    shown = held | {"password": f"Encrypted {password}" if listed and password else None}
    instance = shown.pop("SQLServerInstance", None)
    if listed:
        return shown | {"sqlserverInstance": instance, "isSystem": False, "isUploadDataset": False}
    return shown | {"SQLServerInstance": instance}


def rewritten(dice: Dice, now: Connection | None, body: Mapping[str, Any], owner: str) -> Connection:
    """A connection as settings that were sent make it: nothing stays that they leave out, but for a password
    that is empty or masked."""
    name, kind = str(body.get("name") or ""), body.get("databaseType")
    held: dict[str, Any] = {"id": dice.uuid(f"made:{name}")} if now is None else stored(dice, now)
    password = str(body.get("password") or "").strip("*")
    kept = f"stored-{dice.word(f'sealed:{password}', 18)}" if password else held.get("password")
    told = kind if isinstance(kind, dict) else {}
    made = Connection(
        name,
        str(told.get("name") or ""),
        str(told.get("shortName") or ""),
        str(body.get("databasePort") or ""),
        str(body.get("databaseName") or ""),
        "public",
        "",
        staff_only=now is not None and now.staff_only,
        owner=owner if now is None else now.owner,
        written={**body, "id": held["id"], "password": kept},
    )
    like = CONNECTIONS.get(made.behind)
    return made if like is None else replace(made, schema=like.schema, quotes=like.quotes, closed=like.closed)


def _address(one: Connection) -> dict[str, Any]:
    return {
        "databaseType": {"name": one.product, "shortName": one.short, "defaultDatabasePort": int(one.port)},
        "accessType": "NATIVE",
        "accessTypeValue": "NATIVE",
        "hostname": one.host,
        "databasePort": one.port,
        "databaseName": one.database,
        "attributes": {"PORT_NUMBER": one.port, "driverId": one.short.lower()},
    }


def secrets(dice: Dice) -> list[str]:
    """Every secret text that settings of connections show."""
    named = [secret(dice, name, what) for name in CONNECTIONS for what in ("stored", "option")]
    return [*named, secret(dice, "web", "url")]


def expressions(one: Connection) -> dict[str, Any]:
    first, last = one.quotes
    return {
        "quoteField": f"{first}${{v}}{last}",
        "quoteString": "'${v}'",
        "quoteDate": "DATE '${v}'",
        "quoteTimestamp": "TIMESTAMP '${v}'",
        "allowsBetween": True,
        "specialMap": {"'": "''"},
        "joinTypes": ["inner", "left"],
    }
