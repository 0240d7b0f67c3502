"""Registration, as somebody without an account goes through it: a code by mail, checks, the account."""

from __future__ import annotations

from typing import Annotated, Any

import httpx2 as httpx
from pydantic import Field

from pentad.consent.plans import Preview
from pentad.errors import Malformed, Rejected
from pentad.http.answers import given
from pentad.http.encodings import Form
from pentad.models import Id, Record, SecretName
from pentad.operations import reads, writes
from pentad.platforms.optimibi import Optimibi
from pentad.platforms.optimibi.dialect import code_of
from pentad.text import quoted
from pentad_tools.optimibi.slugs import slug
from pentad_tools.optimibi.users.people import is_address

# Not ids: they are about people, and a code is good for an account.
Given = Annotated[str, Field(min_length=1, max_length=200)]
# What a check answers with for no.
_TAKEN, _WRONG = 409, 412


@writes(
    "POST /plugin/datafor-auth/api/user/sendRegisterCode",
    alt=("POST /plugin/datafor-modeler/api/user/sendRegisterCode",),
    reaches="people",
    check="ask whoever the address belongs to",
    example={"email": "new.colleague@brightwater.example", "locale": "en-US"},
)
async def send_registration_code(optimibi: Optimibi, email: Given, locale: str | None = None) -> Record:
    """E-mail a new user the registration code to sign up with; it lasts 30 minutes, and another can be had
    after a minute."""
    await _require_free(optimibi, email)
    preview = Preview(
        will=f"Mail a registration code to {quoted(email)}.",
        slug=slug("mail-code-to", email),
        body=given({"email": email, "locale": locale}),
        undo="no: a mail cannot be taken back; the code runs out after 30 minutes",
    )
    await optimibi.change(preview, Form(email=email, locale=locale))
    return Record({"mailed_to": email, "minutes": 30, "next": "optimibi_register_user with the code"})


@writes(
    "POST /plugin/datafor-auth/api/user/register",
    alt=("POST /plugin/datafor-modeler/api/user/register",),
    reaches="shared",
    check="ask optimibi_verify_registration_username whether the name is still free",
    example={
        "username": "newhire",
        "name": "New Hire",
        "email": "$invited",
        "code": "$invitation",
        "password_secret": "login",
    },
)
async def register_user(
    optimibi: Optimibi,
    *,
    username: Id,
    name: str,
    email: Given,
    code: Given,
    password_secret: SecretName,
    company: str | None = None,
    dept: str | None = None,
    title: str | None = None,
    mobile: str | None = None,
    born: str | None = None,
    description: str | None = None,
) -> Record:
    """Register an account for somebody with the code that was mailed to them; `born` is YYYY-MM-DD.
    Administrators create accounts with optimibi_save_user."""
    await _require_free(optimibi, email, username)
    profile = {"username": username, "name": name, "email": email, "code": code, "company": company}
    profile |= {"dept": dept, "title": title, "mobile": mobile, "dob": born, "description": description}
    body = given(profile)
    preview = Preview(
        will=f"Register the account {quoted(username)} for {quoted(name)} ({quoted(email)}).",
        slug=slug("register", username),
        body=body | {"password": f"(secret {password_secret})"},
        undo="optimibi_delete_user, by an administrator",
    )
    password = await optimibi.vault.secret(password_secret, optimibi.call)
    await optimibi.change(preview, body | {"password": password})
    return Record({"registered": username, "email": email})


@reads(
    "POST /plugin/datafor-auth/api/user/isRightEmailForAdd",
    alt=("POST /plugin/datafor-modeler/api/user/isRightEmailForAdd",),
    example={"email": "new.colleague@brightwater.example"},
)
async def verify_registration_email(optimibi: Optimibi, email: Given) -> Record:
    """Whether an e-mail address is free for a new account, or has one already."""
    return Record({"email": email, "free": await _allowed(optimibi, Form(email=_address(email)), _TAKEN)})


@reads(
    "POST /plugin/datafor-auth/api/user/isRightUsernameForAdd",
    alt=("POST /plugin/datafor-modeler/api/user/isRightUsernameForAdd",),
    example={"username": "newhire"},
)
async def verify_registration_username(optimibi: Optimibi, username: Id) -> Record:
    """Whether a login name is free for a new account or taken; case does not count."""
    return Record({"username": username, "free": await _allowed(optimibi, Form(username=username), _TAKEN)})


@reads(
    "POST /plugin/datafor-auth/api/user/verifyRegisterCode",
    alt=("POST /plugin/datafor-modeler/api/user/verifyRegisterCode",),
    example={"email": "$invited", "code": "$invitation"},
)
async def verify_registration_code(optimibi: Optimibi, email: Given, code: Given) -> Record:
    """Whether a registration code is right: does it match the one that was sent to an address, and still
    count."""
    body = {"email": _address(email), "code": code}
    return Record({"email": email, "valid": await _allowed(optimibi, body, _WRONG)})


async def _allowed(optimibi: Optimibi, body: Any, refusal: int) -> bool:
    """What a check says. Its no comes as a failure with a code of its own; other failures are raised."""

    def read(response: httpx.Response) -> bool:
        data = optimibi.decoded(response)
        if code_of(data) == refusal:
            return False
        optimibi.opened(data)
        if not isinstance(data, dict) or "success" not in data:
            raise Malformed("Optimibi sent an answer in another form than documented: no member 'success'.")
        return True

    found: bool = await optimibi.ask({}, read, body)
    return found


async def _require_free(optimibi: Optimibi, email: str, username: str | None = None) -> None:
    """Raises Rejected for an address or a login name that an account has already."""
    told = {"email": await verify_registration_email(optimibi, email)}
    if username is not None:
        told["username"] = await verify_registration_username(optimibi, username)
    taken = [name for name, one in told.items() if not one.members["free"]]
    if taken:
        problems = {name: ["an account has it already"] for name in taken}
        raise Rejected("Nothing was sent.", problems=problems, outcome="none")


def _address(text: str) -> str:
    if not is_address(text):
        raise Rejected("Nothing was sent.", problems={"email": ["not an e-mail address"]}, outcome="none")
    return text
