"""The six seeded connections: what their settings say, and how their databases spell things."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pentad.sandbox.dice import Dice


@dataclass(frozen=True, slots=True)
class Connection:
    """`option` is a driver option whose value is a secret; `closed` are schemas that only administrators
    read; `quotes` open and close a name."""

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

    @property
    def host(self) -> str:
        return f"{self.name.replace('_', '-')}.brightwater.example"


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


def described(dice: Dice, one: Connection, *, listed: bool) -> dict[str, Any]:
    """The settings of a connection. The list shows what is stored of the password, a single one null."""
    option = f"{one.short}.{one.option}"
    shown: dict[str, Any] = {
        "id": dice.uuid(f"connection:{one.name}"),
        "name": one.name,
        **_address(one),
        "username": "bi_reader",
        "password": f"Encrypted {secret(dice, one.name, 'stored')}" if listed else None,
        "extraOptions": {option: secret(dice, one.name, "option")},
        "extraOptionsOrder": {"0": option},
        "connectSql": "",
        "usingConnectionPool": True,
        "connectionPoolingProperties": dict(one.pool),
        "changed": False,
        "sqlserverInstance" if listed else "SQLServerInstance": None,
    }
    if one.name == "web_clicks":
        shown["CUSTOM_URL"] = (
            f"jdbc:clickhouse://{one.host}/web?user=bi&password={secret(dice, 'web', 'url')}"
        )
    return shown | ({"isSystem": False, "isUploadDataset": False} if listed else {})


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
