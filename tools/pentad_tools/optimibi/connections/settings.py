"""The settings of a connection, changed in parts: what is not named stays as it was read, secrets too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from pentad.errors import Malformed, Rejected
from pentad.platforms.optimibi import Optimibi
from pentad.platforms.optimibi.dialect import without_named
from pentad.secrecy import named, without_shapes
from pentad_tools.optimibi.connections.connections import connection_named, get_connection, list_connections

Text = Annotated[str | None, Field(min_length=1, max_length=500)]
Port = Annotated[str | None, Field(pattern=r"^[0-9]{1,5}$")]
Members = Annotated[dict[str, str] | None, Field(max_length=100)]
_NATIVE = "NATIVE"


@dataclass(frozen=True)
class Changes:
    """What is to be different; None leaves it. An option or a pool setting that is empty goes."""

    host: str | None = None
    port: str | None = None
    database: str | None = None
    user: str | None = None
    options: Mapping[str, str] | None = None
    pool: Mapping[str, str] | None = None
    url: str | None = None
    name: str | None = None

    @property
    def elsewhere(self) -> list[str]:
        """The arguments that may lead to another server."""
        return [one for one in ("host", "port", "url", "options") if getattr(self, one) is not None]

    def check(self) -> None:
        """Raises Rejected for a secret that would pass through a model."""
        problems: dict[str, list[str]] = {}
        if secret := [name for name in self.options or {} if named([name]) and (self.options or {})[name]]:
            problems["options"] = [f"{', '.join(secret)}: a secret, to be set on the platform itself"]
        if self.url is not None and without_named(without_shapes(self.url)) != self.url:
            problems["url"] = ["holds a secret: leave it out, and name it with password_secret"]
        if problems:
            raise Rejected("Nothing was sent.", problems=problems, outcome="none")

    def on(self, now: Mapping[str, Any], password: str | None) -> dict[str, Any]:
        """The settings with the changes made in them; without a password the stored one is kept."""
        plain = {
            "name": self.name,
            "hostname": self.host,
            "databasePort": self.port,
            "databaseName": self.database,
            "username": self.user,
            "CUSTOM_URL": self.url,
            "password": password,
        }
        then = {**now, **{name: value for name, value in plain.items() if value is not None}}
        if self.port is not None:
            then["attributes"] = {**_mapping(now.get("attributes")), "PORT_NUMBER": self.port}
            then |= {"PORT_NUMBER": self.port} if "PORT_NUMBER" in now else {}
        if self.options:
            then |= _with_options(now, self.options)
        if self.pool:
            held = _changed(_mapping(now.get("connectionPoolingProperties")), self.pool)
            then |= {"usingConnectionPool": True, "connectionPoolingProperties": held}
        return then

    def told(self) -> dict[str, Any]:
        """What was named, for a plan."""
        return {name: value for name, value in vars(self).items() if value is not None}


def _mapping(value: object) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {}


def _changed(now: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, Any]:
    kept = {name: value for name, value in now.items() if name not in given}
    return kept | {name: value for name, value in given.items() if value}


def _with_options(now: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, Any]:
    """Driver options are keyed `SHORTNAME.option`, and stand in an order of their own."""
    short = str(_mapping(now.get("databaseType")).get("shortName") or "")
    keyed = {name if name.startswith(f"{short}.") else f"{short}.{name}": one for name, one in given.items()}
    options = _changed(_mapping(now.get("extraOptions")), keyed)
    before = [str(name) for name in _mapping(now.get("extraOptionsOrder")).values()]
    order = [name for name in dict.fromkeys([*before, *options]) if name in options]
    return {"extraOptions": options, "extraOptionsOrder": {str(at): name for at, name in enumerate(order)}}


async def stored_settings(optimibi: Optimibi, connection: str) -> dict[str, Any]:
    """The settings of a connection with what is secret in them, to be sent back and not to be shown."""
    name = await connection_named(optimibi, connection)
    told = await optimibi.bound_to(get_connection).stored(name=name)
    if not isinstance(told, dict) or told.get("name") != name:
        raise Malformed(f"{optimibi.label} sent the settings of {name} in another form than documented.")
    return told


async def secret_of(optimibi: Optimibi, name: str | None) -> str | None:
    return None if name is None else await optimibi.vault.secret(name, optimibi.call)


async def blank(optimibi: Optimibi, kind: str) -> dict[str, Any]:
    """The settings of a new connection of a type: as the server's own connections spell it, else as it was
    given."""
    told = await optimibi.bound_to(list_connections).rows(within="databaseConnections")
    like = next((row for row in told if _is(kind, _mapping(row.get("databaseType")))), {})
    short = kind.upper().replace(" ", "")
    type_ = _mapping(like.get("databaseType")) or {"name": kind, "shortName": short}
    port = type_.get("defaultDatabasePort")
    driver = _mapping(like.get("attributes")).get("driverId") or str(type_["shortName"]).lower()
    return {
        "id": None,
        "databaseType": type_,
        "accessType": _NATIVE,
        "accessTypeValue": _NATIVE,
        "databasePort": "" if port is None else str(port),
        "password": None,
        "attributes": {"PORT_NUMBER": "" if port is None else str(port), "driverId": str(driver)},
        "extraOptions": {},
        "extraOptionsOrder": {},
        "connectSql": "",
        "usingConnectionPool": True,
        "connectionPoolingProperties": {},
        "changed": False,
        "CUSTOM_URL": None,
        "CUSTOM_DRIVER_CLASS": None,
    }


def _is(word: str, kind: Mapping[str, Any]) -> bool:
    names: Sequence[str] = [str(kind.get(name)).casefold() for name in ("name", "shortName")]
    return word.strip().casefold() in names
