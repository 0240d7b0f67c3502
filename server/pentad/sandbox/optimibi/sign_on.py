"""The four sign-on plugins: one stored object each, replaced as a whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pentad.sandbox.optimibi.configuring import plugged
from pentad.sandbox.optimibi.context import Context, done
from pentad.sandbox.optimibi.refusals import RefusalError
from pentad.sandbox.optimibi.routing import Route

_SECRETS = ("initpwd", "secret", "client_secret", "privateKey")
_UNTOLD = (None, "", "************")
_NEEDED = ("initial", "dn", "url", "authtype", "secret")
_DN = "cn=binder,dc=brightwater"


def _accounts(context: Context) -> dict[str, Any]:
    new = {"inituser": "1", "initroles": ["SYS_Reader"], "initpwd": context.state.secret("initpwd")}
    return {"enable": "0", **new, "ignoreList": ["/plugin/datafor-modeler/api"], "includeList": []}


def _cas(context: Context) -> dict[str, Any]:
    base = "https://cas.brightwater.example/cas"
    told = {"type": "jasig", "center_url": base, "login_url": f"{base}/login", "logout_url": f"{base}/logout"}
    return _accounts(context) | told


def _ldap(context: Context) -> dict[str, Any]:
    """Whom it binds as is called otherwise in the older edition."""
    told = {"url": "ldap://dir.brightwater.example:389", "authtype": "simple", "desc": "company directory"}
    more = {
        "initial": "com.sun.jndi.ldap.LdapCtxFactory",
        "user_base": "uid=${username},ou=people,dc=brightwater",
        "config": '{"timeout": "5000", "password": "' + context.state.secret("system") + '"}',
        "secret": context.state.secret("bind"),
    }
    return _accounts(context) | told | more | {"dn" if context.state.newer else "administrator": _DN}


def _oauth2(context: Context) -> dict[str, Any]:
    base = "https://login.brightwater.example"
    told = {
        "auth_url": f"{base}/authorize",
        "token_url": f"{base}/token",
        "info_url": f"{base}/userinfo",
        "info_method": "GET",
        "client_id": "bi-portal",
        "client_secret": context.state.secret("client"),
        "scope": "email profile",
        "grant_type": "authorization_code",
        "jsonpath": {"username": "$.email"},
    }
    return _accounts(context) | told


def _saml(context: Context) -> dict[str, Any]:
    told = {
        "idp_sso_url": "https://idp.brightwater.example/sso",
        "idp_entity_id": "https://idp.brightwater.example/metadata",
        "sp_entity_id": "brightwater-bi",
        "allowed_clock_skew": 2,
        "fieldmap": {"username": "mail"},
        "privateKey": context.state.secret("private"),
    }
    return _accounts(context) | told


def _stored(kind: str, seeded: Callable[[Context], dict[str, Any]]) -> Callable[[Context], Any]:
    def query(context: Context) -> dict[str, Any]:
        return done(context.state.sign_on.get(kind) or seeded(context))

    return plugged(query)


def _replaced(kind: str, seeded: Callable[[Context], dict[str, Any]]) -> Callable[[Context], Any]:
    """A body that is not seen changes nothing; a secret that is null or masked is kept as it is."""

    def update(context: Context) -> dict[str, Any]:
        sent, now = context.fields(), context.state.sign_on.get(kind) or seeded(context)
        if sent:
            kept = {name: now[name] for name in _SECRETS if name in now and sent.get(name) in _UNTOLD}
            if sent.get("inituser") == "1" and not (sent | kept).get("initpwd"):
                raise RefusalError("initpwd is required", "400")
            context.state.sign_on[kind] = sent | kept
        return {"success": True}

    return plugged(update)


def verify_ldap(context: Context) -> dict[str, Any]:
    """The directory takes any secret that does not say itself that it is wrong."""
    sent = context.fields()
    lacking = [name for name in _NEEDED if not sent.get(name)]
    if lacking:
        raise RefusalError(f"{lacking[0]} is required", None)
    if not str(sent["url"]).startswith(("ldap://", "ldaps://")) or "wrong" in str(sent["secret"]):
        raise RefusalError("invalid credentials", None)
    return {"success": True}


_KINDS = (
    ("cas", "/plugin/datafor-cas/api", _cas),
    ("ldap", "/plugin/datafor-ldap/api/application", _ldap),
    ("oauth2", "/plugin/datafor-oauth2/api", _oauth2),
    ("saml", "/plugin/datafor-saml/api/application", _saml),
)
ROUTES = (
    *(
        Route("POST", f"{base}/query", f"get_{kind}_config", _stored(kind, seeded), admin=True)
        for kind, base, seeded in _KINDS
    ),
    *(
        Route("POST", f"{base}/update", f"save_{kind}_config", _replaced(kind, seeded), admin=True)
        for kind, base, seeded in _KINDS
    ),
    Route(
        "POST",
        "/plugin/datafor-ldap/api/application/verifyConfig",
        "verify_ldap_config",
        plugged(verify_ldap),
        admin=True,
    ),
)
