"""How the server takes tokens that others sign: configurations with a key, stored whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from pentad.consent.plans import Preview
from pentad.errors import Rejected
from pentad.http.encodings import Form
from pentad.models import NO_FLAG, Id, Record, Row, SecretName, Table
from pentad.operations import administers, destroys
from pentad.platforms.optimibi import Optimibi
from pentad.text import all_quoted, plural, quoted
from pentad_tools.optimibi.naming import spelt
from pentad_tools.optimibi.replacing import replacing
from pentad_tools.optimibi.server.session import session_info
from pentad_tools.optimibi.slugs import slug
from pentad_tools.optimibi.times import flag, told_time
from pentad_tools.optimibi.users.people import meant, role_kinds

_SHOWN = ("name", "algorithm", "enabled", "expire_seconds", "login_claim", "creates_users")
_ENVELOPE = ("success", "msg", "message", "code")
_NOUN = "token configuration"
_END = "Tokens that are signed with"
_NEW: Mapping[str, Any] = {
    "token_name": "token",
    "algorithm": "HS256",
    "expire": 3600,
    "enable": "1",
    "inituser": "0",
    "initroles": [],
}

Algorithm = Literal["HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "ES512"]
Seconds = Annotated[int, Field(ge=1), NO_FLAG]


@administers("GET /plugin/datafor-modeler/api/token/list", retry_safe=True, example={})
async def list_token_configurations(optimibi: Optimibi) -> Table[Row]:
    """Configurations by which the server takes JWTs of portals and other applications for sign-in, without
    their keys."""
    rows = [_told(raw) for raw in await optimibi.rows()]
    return Table(rows, _SHOWN, len(rows))


@administers(
    "GET /plugin/datafor-modeler/api/token/content", retry_safe=True, example={"name": "$token_configuration"}
)
async def get_token_configuration(optimibi: Optimibi, name: Id) -> Record:
    """One configuration for JWT sign-in: algorithm, lifetime, claims, what becomes of unknown users; never
    its key. Newer servers only."""
    (one,) = meant("name", _NOUN, [name], _names(await _listed(optimibi)))
    return Record(_told(await optimibi.record(name=one)))


@administers(
    "POST /plugin/datafor-modeler/api/token/update",
    reaches="shared",
    check="read optimibi_list_token_configurations",
    example={"name": "ops-portal", "login_claim": "login", "signing_secret": "signing"},
)
async def save_token_configuration(
    optimibi: Optimibi,
    name: Id,
    *,
    algorithm: Algorithm | None = None,
    signing_secret: SecretName | None = None,
    public_key: str | None = None,
    expire_seconds: Seconds | None = None,
    login_claim: str | None = None,
    name_claim: str | None = None,
    email_claim: str | None = None,
    token_name: str | None = None,
    enabled: bool | None = None,
    creates_users: bool | None = None,
    initial_roles: list[str] | None = None,
    self_service: bool | None = None,
) -> Record:
    """Create or change a configuration for JWT sign-in, or its signing key; what is not named stays. HS
    algorithms need a secret, others a public key."""
    now = await _stored(optimibi, name)
    claims = {"username": login_claim, "name": name_claim, "email": email_claim}
    flags = {"enable": enabled, "inituser": creates_users, "self_service": self_service}
    given: dict[str, Any] = {"algorithm": algorithm, "expire": expire_seconds, "token_name": token_name}
    given |= {member: None if one is None else "1" if one else "0" for member, one in flags.items()}
    given["initroles"] = await _roles(optimibi, initial_roles)
    then = (now or {"name": name, **_NEW}) | _said(given)
    then["fieldmap"] = dict(then.get("fieldmap") or {}) | _said(claims)
    _require(now, then, signing_secret, public_key)
    preview = await _preview(optimibi, now, then, signing_secret, public_key)
    if signing_secret:
        then["secret"] = await optimibi.vault.secret(signing_secret, optimibi.call)
    then |= {"secret": public_key} if public_key else {}
    await optimibi.change(preview, then)
    return Record({"changed" if now else "created": then["name"], **_told(then)})


async def _preview(
    optimibi: Optimibi,
    now: Mapping[str, Any],
    then: Mapping[str, Any],
    signing_secret: str | None,
    public_key: str | None,
) -> Preview:
    name = then["name"]
    key = f" with the key in the secret {signing_secret}" if signing_secret else ""
    will = f"{'Change' if now else 'Create'} the token configuration {quoted(str(name))}{key}."
    if flag(then.get("inituser")):
        will += " Whoever holds a token that it takes gets an account, if there is none yet."
    keyed = signing_secret is not None or public_key is not None
    if now and (keyed or then["algorithm"] != now.get("algorithm")):
        will += await _ending(optimibi, f"{_END} its present key stop working")
    elif now and flag(now.get("enable")) and not flag(then.get("enable")):
        will += await _ending(optimibi, "Its tokens are no longer taken")
    shown = dict(then) | ({"key": public_key or f"(secret {signing_secret})"} if keyed else {})
    back = "what it was before can be given again, but for its key" if now else None
    undo = back or "optimibi_delete_token_configuration"
    return replacing(now, shown, will=will, slug=slug("save-token-configuration", name), undo=undo)


async def _ending(optimibi: Optimibi, sentence: str) -> str:
    """What stops, and whether Pentad itself may stop with it."""
    own = optimibi.connection.values.get("auth_mode") == "jwt"
    return f" {sentence}.{' Pentad itself signs in with a token, perhaps such a one.' * own}"


def _require(
    now: Mapping[str, Any], then: Mapping[str, Any], signing_secret: str | None, public_key: str | None
) -> None:
    """Raises Rejected for what no configuration can be made of."""
    shared = str(then["algorithm"]).startswith("HS")
    wanted, other = ("signing_secret", "public_key") if shared else ("public_key", "signing_secret")
    held = {"signing_secret": signing_secret, "public_key": public_key}
    problems: dict[str, list[str]] = {}
    if held[other] is not None:
        problems[other] = [f"{then['algorithm']} takes {wanted}"]
    was_shared = str(now.get("algorithm", "")).startswith("HS")
    if held[wanted] is None and (not now or was_shared is not shared):
        problems[wanted] = [f"needed for {then['algorithm']}"]
    if not then["fieldmap"].get("username"):
        problems["login_claim"] = ["needed: the claim that holds the login name"]
    if problems:
        what = "is changed" if now else f"would be new: there is no token configuration {then['name']!r} yet"
        raise Rejected(f"Nothing was saved. {then['name']} {what}.", problems=problems, outcome="none")


@destroys(
    "POST /plugin/datafor-modeler/api/token/delete",
    reaches="shared",
    check="read optimibi_list_token_configurations",
    example={"name": "$token_configuration"},
)
async def delete_token_configuration(optimibi: Optimibi, name: Id) -> Record:
    """Delete a configuration for JWT sign-in: tokens signed with its key stop working. Answers with a plan
    first."""
    (one,), preview = await _deletion(optimibi, "name", [name])
    await optimibi.change(preview, Form(name=one))
    return Record({"deleted": one})


@destroys(
    "POST /plugin/datafor-modeler/api/token/deleteBatch",
    reaches="shared",
    check="read optimibi_list_token_configurations",
    example={"names": ["$token_configuration"]},
)
async def delete_token_configurations(optimibi: Optimibi, names: list[Id]) -> Record:
    """Delete several configurations for JWT sign-in at once: tokens signed with their keys stop working."""
    several, preview = await _deletion(optimibi, "names", names)
    await optimibi.change(preview, several)
    return Record({"deleted": several})


async def _deletion(optimibi: Optimibi, argument: str, words: Sequence[str]) -> tuple[list[str], Preview]:
    listed = await _listed(optimibi)
    names = meant(argument, _NOUN, words, _names(listed))
    end = await _ending(optimibi, f"{_END} {'its key' if len(names) == 1 else 'their keys'} stop working")
    told = {str(row["name"]): _told(row) for row in listed if row.get("name") in names}
    preview = Preview(
        will=f"Delete {plural(len(names), 'token configuration')}: {all_quoted(names)}.{end}",
        slug=slug("delete-token-configuration", *names),
        body={argument: names},
        undo="not from here: it would have to be made anew, with its key",
        now={name: {part: one.get(part) for part in ("algorithm", "enabled")} for name, one in told.items()},
    )
    return names, preview


async def _listed(optimibi: Optimibi) -> Sequence[Row]:
    return await optimibi.bound_to(list_token_configurations).rows()


def _names(listed: Sequence[Row]) -> list[str]:
    return [str(row["name"]) for row in listed if row.get("name")]


async def _stored(optimibi: Optimibi, word: str) -> dict[str, Any]:
    """A configuration as it is to be sent back, its secret masked or not; empty for one that is new."""
    sent = await optimibi.bound_to(list_token_configurations).stored()
    listed = sent.get("data") if isinstance(sent, dict) else None
    held = {str(one["name"]): one for one in listed or () if isinstance(one, dict) and one.get("name")}
    name = spelt(word, held)
    if name is None:
        return {}
    if not (await session_info(optimibi)).newer:
        return dict(held[name])
    whole = await optimibi.bound_to(get_token_configuration).stored(name=name)
    return {member: one for member, one in whole.items() if member not in _ENVELOPE}


async def _roles(optimibi: Optimibi, words: Sequence[str] | None) -> list[str] | None:
    """User type and roles of accounts to be. Raises NotFound for one that is not there."""
    if words is None:
        return None
    return meant("initial_roles", "role or user type", words, list(await role_kinds(optimibi)))


def _said(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one for name, one in members.items() if one is not None}


def _told(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A configuration in words, without its key and passwords."""
    claims = raw.get("fieldmap")
    claims = claims if isinstance(claims, Mapping) else {}
    told = {
        "name": raw.get("name"),
        "algorithm": raw.get("algorithm"),
        "enabled": flag(raw.get("enable")),
        "expire_seconds": raw.get("expire"),
        "token_name": raw.get("token_name"),
        **{f"{'login' if claim == 'username' else claim}_claim": name for claim, name in claims.items()},
        "creates_users": flag(raw.get("inituser")),
        "initial_roles": raw.get("initroles"),
        "self_service": flag(raw.get("self_service")),
        "last_changed": told_time(raw.get("lastModifiedDate")),
    }
    return {name: one for name, one in told.items() if one not in (None, "", [])}
