"""The caller's own tokens: whether they are allowed, which there are, taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pentad.consent.plans import Preview
from pentad.errors import Rejected
from pentad.models import Id, Record, Row, Table
from pentad.operations import destroys, reads
from pentad.platforms.optimibi import Optimibi
from pentad.text import quoted
from pentad_tools.optimibi.naming import spelt, unknown
from pentad_tools.optimibi.slugs import slug
from pentad_tools.optimibi.times import told_time

_SHOWN = ("token_id", "label", "status", "expires")


@reads("GET /plugin/datafor-modeler/api/token/personal/config", example={})
async def get_personal_token_policy(optimibi: Optimibi) -> Record:
    """Whether users may issue access tokens for themselves, by which configuration, and how long these may
    live at most; newer servers only."""
    told = await optimibi.record()
    return Record(
        {
            "allowed": told.get("enabled"),
            "configuration": told.get("name") or None,
            "longest_seconds": told.get("expire"),
            "signed_in_by_token": told.get("token_session"),
        }
    )


@reads("GET /plugin/datafor-modeler/api/token/personal/list", example={})
async def list_personal_tokens(optimibi: Optimibi) -> Table[Row]:
    """The signed-in user's own access tokens with label, state and end, never their values; newer servers
    only."""
    rows = await _tokens(optimibi)
    return Table(rows, _SHOWN, len(rows))


@destroys(
    "POST /plugin/datafor-modeler/api/token/personal/revoke",
    reaches="shared",
    retry_safe=True,
    check="read optimibi_list_personal_tokens",
    example={"token_id": "$personal_token"},
)
async def revoke_personal_token(optimibi: Optimibi, token_id: Id) -> Record:
    """Revoke one of the user's own access tokens, by id or label: whatever uses it is locked out. Answers
    with a plan first."""
    rows = await _tokens(optimibi.bound_to(list_personal_tokens))
    one = _meant(token_id, rows)
    if one["status"] in ("revoked", "expired"):
        problems = {"token_id": [f"it is {one['status']} already"]}
        raise Rejected("Nothing was revoked.", problems=problems, outcome="none")
    preview = Preview(
        will=f"Revoke the personal token {one['token_id']} ({quoted(str(one['label']))}): whatever signs in "
        "with it no longer can.",
        slug=slug("revoke-token", str(one["token_id"])),
        body={"token_id": one["token_id"], "label": one["label"]},
        undo="no: a new token has to be issued in the web application",
    )
    await optimibi.change(preview, {"jti": one["token_id"]})
    return Record({"revoked": one["token_id"], "label": one["label"]})


async def _tokens(optimibi: Optimibi) -> list[dict[str, Any]]:
    return [
        {
            "token_id": str(row.get("jti")),
            "label": row.get("label"),
            "status": row.get("status"),
            "expires": told_time(row.get("expires_at")),
        }
        for row in await optimibi.rows()
    ]


def _meant(word: str, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The token of an id, or of a label that only one has that is not over. Raises NotFound."""
    named = {str(row["token_id"]): row for row in rows}
    if (found := spelt(word, named)) is not None:
        return named[found]
    alike = [row for row in rows if str(row["label"]).casefold() == word.strip().casefold()]
    working = [row for row in alike if row["status"] == "active"] or alike
    if len(working) == 1:
        return working[0]
    if working:
        ids = ", ".join(str(row["token_id"]) for row in working)
        problems = {"token_id": [f"several tokens have this label: {ids}"]}
        raise Rejected("Nothing was revoked.", problems=problems, outcome="none")
    raise unknown("token_id", "personal token", word, [f"{row['token_id']} ({row['label']})" for row in rows])
