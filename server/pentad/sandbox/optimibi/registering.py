"""Self-registration: a code by mail, checks, and the account. Nobody has to be signed in."""

from __future__ import annotations

from typing import Any

from pentad.sandbox.optimibi.accounts import READER, Invitation
from pentad.sandbox.optimibi.context import Context
from pentad.sandbox.optimibi.refusals import RefusalError
from pentad.sandbox.optimibi.routing import NEWER, OLDER, A, M, Route
from pentad.sandbox.optimibi.staffing import made_user

_LIFE, _PAUSE = 1_800.0, 60.0
_NEEDED = ("username", "name", "email", "password", "code")


def _allowed(context: Context) -> None:
    if context.state.system.get("allowRegister", "true") != "true":
        raise RefusalError("registration is not allowed", "403")


def _code(context: Context, code: int) -> str | int:
    """Numbers in the older edition, text in the newer one."""
    return str(code) if context.state.newer else code


def _given(context: Context) -> dict[str, Any]:
    """The newer edition takes JSON alone."""
    return context.fields() or ({} if context.state.newer else dict(context.form()))


def send_code(context: Context) -> dict[str, Any]:
    _allowed(context)
    state, address = context.state, context.form().get("email", "")
    if "@" not in address:
        raise RefusalError("email cannot be empty", "400")
    last = state.registration_codes.get(address)
    if last is not None and context.now - last.sent < _PAUSE:
        raise RefusalError("a code was sent less than a minute ago", "send.later")
    state.made += 1
    code = f"{state.dice.number(f'code:{address}:{state.made}', 100_000, 999_999)}"
    state.registration_codes[address] = Invitation(code, context.now, context.now + _LIFE)
    return {"success": True}


def _is_right(context: Context, body: dict[str, Any]) -> bool:
    found = context.state.registration_codes.get(str(body.get("email")))
    return found is not None and context.now < found.ends and str(body.get("code")) == found.code


def verify_code(context: Context) -> dict[str, Any]:
    if not _is_right(context, _given(context)):
        raise RefusalError("Check verify code please", "412")
    return {"success": True}


def _taken(context: Context, member: str, value: str) -> bool:
    return value.casefold() in {getattr(one, member).casefold() for one in context.state.users.values()}


def _verified(context: Context, member: str) -> dict[str, Any]:
    value = context.form().get(member, "")
    if not value:
        raise RefusalError(f"{member} cannot be empty", "400")
    if _taken(context, member, value):
        raise RefusalError(f"{value} already existed", "409")
    return {"success": True}


def verify_email(context: Context) -> dict[str, Any]:
    return _verified(context, "email")


def verify_username(context: Context) -> dict[str, Any]:
    return _verified(context, "username")


def register(context: Context) -> dict[str, Any]:
    """A code counts once. Whoever registers may read."""
    _allowed(context)
    body = _given(context)
    if not all(body.get(name) for name in _NEEDED):
        raise RefusalError("username, name, email, password and code cannot be empty", _code(context, 400))
    login = str(body["username"])
    for member in ("username", "email"):
        if _taken(context, member, str(body[member])):
            raise RefusalError(f"{body[member]} already existed", _code(context, 409))
    if not _is_right(context, body):
        raise RefusalError("Check verify code please", _code(context, 412))
    made = made_user(context.state, login, str(body["password"]))
    made.usertype = READER
    for name in ("name", "email", "dept", "title", "mobile", "company"):
        setattr(made, name, str(body.get(name) or ""))
    del context.state.registration_codes[made.email]
    return {"success": True} | ({"username": login} if context.state.newer else {})


ROUTES = tuple(
    Route("POST", f"{base}/user/{path}", operation, answer, editions, alone="open")
    for base, editions in ((M, NEWER), (A, OLDER))
    for path, operation, answer in (
        ("sendRegisterCode", "send_registration_code", send_code),
        ("register", "register_user", register),
        ("isRightEmailForAdd", "verify_registration_email", verify_email),
        ("verifyRegisterCode", "verify_registration_code", verify_code),
        ("isRightUsernameForAdd", "verify_registration_username", verify_username),
    )
)
