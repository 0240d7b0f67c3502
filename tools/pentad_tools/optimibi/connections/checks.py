"""Whether a connection works, as it is stored or otherwise."""
# ruff: noqa: PT028 - no test of ours, though the platform's word for it begins like one

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx2 as httpx

from pentad.errors import Malformed
from pentad.models import Record, SecretName
from pentad.operations import reads
from pentad.platforms.optimibi import Optimibi
from pentad.platforms.optimibi.dialect import code_of, words_of
from pentad_tools.optimibi.connections.connections import Name
from pentad_tools.optimibi.connections.settings import Changes, Text, secret_of, stored_settings
from pentad_tools.optimibi.times import flag


@reads("PUT /plugin/datafor-modeler/api/connection/test", example={"connection": "$connection"})
async def test_connection(
    optimibi: Optimibi,
    connection: Name,
    database: Text = None,
    user: Text = None,
    password_secret: SecretName | None = None,
) -> Record:
    """Try whether a database connection works and can be reached, as it is stored or with another user;
    nothing is stored. Its address is that of the connection."""
    # A password that nobody approved of sending must not go to a host that somebody made up.
    changes = Changes(database=database, user=user)
    now = await stored_settings(optimibi, connection)
    body = changes.on(now, await secret_of(optimibi, password_secret))
    works, reason = await _tried(optimibi, body)
    return Record({"connection": now["name"], "works": works} | ({"why": reason} if reason else {}))


async def _tried(optimibi: Optimibi, body: Mapping[str, Any]) -> tuple[bool, str | None]:
    """Whether it worked: one that does not work is answered like a call that failed."""

    def read(response: httpx.Response) -> tuple[bool, str | None]:
        answer = optimibi.decoded(response)
        works = flag(answer.get("success")) if isinstance(answer, dict) else None
        if works is None:
            raise Malformed(f"{optimibi.label} did not say whether the connection works.")
        if code_of(answer) in (401, 403):
            optimibi.opened(answer)
        return works, None if works else words_of(answer)

    found: tuple[bool, str | None] = await optimibi.ask({"name": body["name"]}, read, body)
    return found
