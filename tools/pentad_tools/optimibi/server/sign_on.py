"""Signing on by other systems: CAS, LDAP, OAuth 2 and SAML, one stored object each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pentad.consent.plans import Preview
from pentad.errors import Malformed
from pentad.jsontext import dumps
from pentad.models import Record, SecretName
from pentad.operations import AnyOperation, administers, reads
from pentad.platforms.optimibi import Optimibi
from pentad.platforms.optimibi.dialect import without_named
from pentad.secrecy import without_secrets
from pentad_tools.optimibi.connections.connections import Name
from pentad_tools.optimibi.replacing import replacing
from pentad_tools.optimibi.server.members import (
    Members,
    alike,
    holds_secret,
    refused,
    require_known,
    switched,
)
from pentad_tools.optimibi.server.session import session_info
from pentad_tools.optimibi.times import flag

_ACCOUNTS = ("enable", "inituser", "initroles", "ignoreList", "includeList")
_FLAGS = ("enable", "inituser")
# Whom LDAP binds as: the name of newer documentation, and that of the older one.
_BOUND_AS = ("dn", "administrator")
_SKEW = "allowed_clock_skew"
_AGAIN = "ask again, as it changes nothing,"
_LOCKED_OUT = (
    "A mistake here can lock everybody out who signs in by it: keep the session of an administrator open "
    "until a second sign-in worked, and save enable=false there if it does not."
)


@dataclass(frozen=True)
class SignOn:
    """One way to sign on. `members` are those that the contract names beside the common ones, except
    secrets."""

    label: str
    plugin: str
    members: tuple[str, ...]


_CAS = SignOn("CAS", "datafor-cas", ("type", "center_url", "login_url", "logout_url"))
_LDAP = SignOn(
    "LDAP", "datafor-ldap", ("url", "initial", "authtype", "user_base", *_BOUND_AS, "config", "desc")
)
_OAUTH2 = SignOn(
    "OAuth 2",
    "datafor-oauth2",
    (
        *("auth_url", "token_url", "info_url", "info_method", "client_id"),
        *("scope", "grant_type", "ticket_key", "token_name", "jsonpath"),
    ),
)
_SAML = SignOn(
    "SAML",
    "datafor-saml",
    (
        "idp_sso_url",
        "idp_entity_id",
        "idp_certificate",
        "sp_entity_id",
        _SKEW,
        "message_lifetime",
        "fieldmap",
    ),
)


@administers("POST /plugin/datafor-cas/api/query", check=_AGAIN, example={})
async def get_cas_config(optimibi: Optimibi) -> Record:
    """CAS single sign-on settings: whether it is on, its addresses, accounts made on first sign-in."""
    return await _told(optimibi, _CAS)


@administers(
    "POST /plugin/datafor-cas/api/update",
    reaches="shared",
    check="read them with optimibi_get_cas_config",
    example={"settings": {"center_url": "https://cas.example.com/cas"}},
)
async def save_cas_config(
    optimibi: Optimibi, settings: Members, initial_password_secret: SecretName | None = None
) -> Record:
    """Change CAS single sign-on: members as optimibi_get_cas_config names them, the others stay; enable turns
    it on or off."""
    secrets = {"initpwd": initial_password_secret}
    return await _save(optimibi, _CAS, get_cas_config, settings, secrets)


@administers("POST /plugin/datafor-ldap/api/application/query", check=_AGAIN, example={})
async def get_ldap_config(optimibi: Optimibi) -> Record:
    """LDAP (directory) sign-in settings: whether it is on, server address, who binds, where users are."""
    return await _told(optimibi, _LDAP)


@administers(
    "POST /plugin/datafor-ldap/api/application/update",
    reaches="shared",
    check="read them with optimibi_get_ldap_config",
    example={"settings": {"url": "ldap://dir2.example.com:389"}, "bind_secret": "bind"},
)
async def save_ldap_config(
    optimibi: Optimibi,
    settings: Members,
    bind_secret: SecretName | None = None,
    initial_password_secret: SecretName | None = None,
) -> Record:
    """Change LDAP (directory) sign-in: members as optimibi_get_ldap_config names them, the others stay;
    try the result with optimibi_verify_ldap_config."""
    secrets = {"secret": bind_secret, "initpwd": initial_password_secret}
    return await _save(optimibi, _LDAP, get_ldap_config, settings, secrets)


@reads("POST /plugin/datafor-ldap/api/application/verifyConfig", example={"bind_secret": "bind"})
async def verify_ldap_config(optimibi: Optimibi, bind_secret: SecretName, dn: Name | None = None) -> Record:
    """Test whether the LDAP directory that is stored takes a bind with this password; nothing changes. To
    test another address, store it switched off first."""
    now = await _stored(optimibi, _LDAP, get_ldap_config)
    bound_as = dn or next((now[name] for name in reversed(_BOUND_AS) if now.get(name)), None)
    # No other address is taken: the secret would go wherever a model is talked into sending it.
    sent = {"dn": bound_as, **{name: now.get(name) for name in ("initial", "url", "authtype")}}
    for name, value in sent.items():
        if not value:
            raise refused("dn" if name == "dn" else "bind_secret", f"the server has no {name} of LDAP stored")
    secret = await optimibi.vault.secret(bind_secret, optimibi.call)
    await optimibi.record(body=sent | {"secret": secret})
    return Record({"bound": True, "dn": bound_as, "url": now["url"]})


@administers("POST /plugin/datafor-oauth2/api/query", check=_AGAIN, example={})
async def get_oauth2_config(optimibi: Optimibi) -> Record:
    """OAuth 2 single sign-on settings: whether it is on, addresses, client id, scope, claims."""
    return await _told(optimibi, _OAUTH2)


@administers(
    "POST /plugin/datafor-oauth2/api/update",
    reaches="shared",
    check="read them with optimibi_get_oauth2_config",
    example={"settings": {"scope": "openid email"}, "client_secret": "signing"},
)
async def save_oauth2_config(
    optimibi: Optimibi,
    settings: Members,
    client_secret: SecretName | None = None,
    initial_password_secret: SecretName | None = None,
) -> Record:
    """Change OAuth 2 single sign-on: members as optimibi_get_oauth2_config names them, the others stay."""
    secrets = {"client_secret": client_secret, "initpwd": initial_password_secret}
    return await _save(optimibi, _OAUTH2, get_oauth2_config, settings, secrets)


@administers("POST /plugin/datafor-saml/api/application/query", check=_AGAIN, example={})
async def get_saml_config(optimibi: Optimibi) -> Record:
    """SAML 2 single sign-on settings: whether it is on, identity provider, audience, attributes."""
    return await _told(optimibi, _SAML)


@administers(
    "POST /plugin/datafor-saml/api/application/update",
    reaches="shared",
    check="read them with optimibi_get_saml_config",
    example={"settings": {"sp_entity_id": "bi-console"}},
)
async def save_saml_config(
    optimibi: Optimibi, settings: Members, initial_password_secret: SecretName | None = None
) -> Record:
    """Change SAML 2 single sign-on (identity provider, certificate): members as optimibi_get_saml_config
    names them, the others stay."""
    secrets = {"initpwd": initial_password_secret}
    return await _save(optimibi, _SAML, get_saml_config, settings, secrets)


async def _told(optimibi: Optimibi, kind: SignOn) -> Record:
    info = await session_info(optimibi)
    info.require(kind.plugin)
    found = _readable(await optimibi.record(body={}))
    if _SKEW in found:
        unit = "minutes" if info.newer else "seconds"
        optimibi.call.note(
            f"{_SKEW} counts {unit} by the documentation of this edition; others say otherwise"
        )
    return Record(found)


async def _stored(optimibi: Optimibi, kind: SignOn, getter: AnyOperation) -> dict[str, Any]:
    """The object as it is stored, secrets included: to be sent back."""
    (await session_info(optimibi)).require(kind.plugin)
    answer = await optimibi.bound_to(getter).stored(body={})
    found = answer.get("data") if isinstance(answer, dict) else None
    if found is not None and not isinstance(found, dict):
        raise Malformed(f"Optimibi sent settings of {kind.label} in another form than documented.")
    return dict(found or {})


async def _save(
    optimibi: Optimibi,
    kind: SignOn,
    getter: AnyOperation,
    settings: Mapping[str, Any],
    secrets: Mapping[str, str | None],
) -> Record:
    """The one way of all four: read, complete, plan, send back whole."""
    now = await _stored(optimibi, kind, getter)
    require_known("settings", settings, now, (*_ACCOUNTS, *kind.members))
    named = {member: name for member, name in secrets.items() if name}
    newer = (await session_info(optimibi)).newer
    then = now | _changes(settings, now, newer=newer)
    then |= {member: await optimibi.vault.secret(name, optimibi.call) for member, name in named.items()}
    if flag(then.get("inituser")) and then.get("initpwd", "") == "":
        raise refused(
            "initial_password_secret", "is needed, as accounts are made on first sign-in (inituser) with it"
        )
    preview = _preview(kind, now, then, named)
    await optimibi.change(preview, then)
    return Record(
        {"saved": kind.label, "enabled": flag(then.get("enable")), "changed": list(preview.body["changes"])}
    )


def _changes(settings: Mapping[str, Any], now: Mapping[str, Any], *, newer: bool) -> dict[str, Any]:
    """What is asked for, in the kinds and under the names that are stored."""
    changes: dict[str, Any] = {}
    for name, value in settings.items():
        for own in _spelt(name, now, newer=newer):
            changes[own] = _one(name, value, now.get(own))
    return changes


def _one(name: str, value: Any, stored: Any) -> Any:
    if name in _FLAGS:
        return switched(value, stored, "settings")
    if name == "config":
        return _config(value, stored)
    return alike(value, stored, "settings")


def _config(value: Any, stored: Any) -> str:
    """Further settings of LDAP, which are JSON text: those stored, completed with an object's members."""
    held: Any = {}
    with suppress(ValueError):
        held = json.loads(stored) if isinstance(stored, str) and stored else {}
    if not isinstance(value, dict) or not isinstance(held, dict):
        raise refused("settings", "config takes an object of those members that are to change")
    if secret := next((name for name in value if holds_secret(name)), None):
        raise refused("settings", f"{secret} is a secret, which must not pass through a model")
    return dumps({**held, **value})


def _spelt(name: str, now: Mapping[str, Any], *, newer: bool) -> tuple[str, ...]:
    """The names that a member is stored under: those there are, else that of the edition."""
    if name not in _BOUND_AS:
        return (name,)
    return tuple(one for one in _BOUND_AS if one in now) or (_BOUND_AS[0 if newer else 1],)


def _preview(
    kind: SignOn, now: Mapping[str, Any], then: Mapping[str, Any], secrets: Mapping[str, str]
) -> Preview:
    """What differs, secrets by the names they were given under."""
    preview = replacing(
        _readable(now),
        _readable(then),
        will=f"Change how users sign on by {kind.label}. {_LOCKED_OUT}",
        slug=f"save-{kind.plugin.removeprefix('datafor-')}-config",
    )
    for member, name in secrets.items():
        if member in preview.body["changes"]:
            preview.body["changes"][member]["to"] = f"(secret {name})"
    return preview


def _readable(told: Mapping[str, Any]) -> dict[str, Any]:
    """The object with its JSON text opened, so that secrets in it are found by their names."""
    config = told.get("config")
    if not isinstance(config, str) or not config:
        return dict(told)
    with suppress(ValueError):
        return {**told, "config": without_secrets(json.loads(config))}
    return {**told, "config": without_named(config)}
