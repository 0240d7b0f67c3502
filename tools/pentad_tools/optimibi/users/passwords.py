"""Passwords of accounts, which no model sees."""

from __future__ import annotations

from pentad.consent.plans import Preview
from pentad.errors import Rejected
from pentad.http.encodings import Form
from pentad.models import Id, Record, SecretName
from pentad.operations import administers
from pentad.platforms.optimibi import Optimibi
from pentad.text import quoted
from pentad_tools.optimibi.naming import spelt
from pentad_tools.optimibi.server.session import session_info
from pentad_tools.optimibi.slugs import slug
from pentad_tools.optimibi.users.people import accounts, meant


@administers(
    "POST /plugin/datafor-modeler/api/user/updatePassword",
    reaches="shared",
    check="sign in with the new password",
    example={
        "username": "$technician",
        "old_password_secret": "login",
        "new_password_secret": "next_login",
    },
)
async def change_password(
    optimibi: Optimibi,
    old_password_secret: SecretName,
    new_password_secret: SecretName,
    username: Id | None = None,
) -> Record:
    """Change the password of one's own account, or of another one, whose present password must be known;
    newer servers only."""
    own = (await session_info(optimibi)).username
    login = own if username is None else spelt(username, [own or ""])
    if login is None:
        (login,) = meant("username", "account", [str(username)], list(await accounts(optimibi)))
    old = await optimibi.vault.secret(old_password_secret, optimibi.call)
    new = await optimibi.vault.secret(new_password_secret, optimibi.call)
    if old == new:
        problems = {"new_password_secret": ["holds the same password as the old one"]}
        raise Rejected("Nothing was changed.", problems=problems, outcome="none")
    after = " It is Pentad's own: set PENTAD_OPTIMIBI_PASSWORD to the new one afterwards."
    names = {"oldPwd": f"(secret {old_password_secret})", "newPwd": f"(secret {new_password_secret})"}
    preview = Preview(
        will=f"Change the password of {quoted(str(login))}.{after * (login == own)}",
        slug=slug("change-password", str(login)),
        body={"username": login} | names,
        undo="call this again with the two secrets the other way round",
    )
    await optimibi.change(preview, Form(username=login, oldPwd=old, newPwd=new))
    return Record({"password_changed": login} | ({"next": after.strip()} if login == own else {}))
