"""Who may call: tokens, JWTs, the service's own bearer, and who may act for whom."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pentad.sandbox.asgi import Call
from pentad.sandbox.dice import Dice
from pentad.sandbox.timbr.refusals import RefusalError
from pentad.sandbox.timbr.terms import User

TENANT = "t7"
ISSUER = "https://login.northwind.test/t7"
AUDIENCE = "timbr-api"
NONCE = "n-40c1"

_SCHEMAS = frozenset({"timbr", "etimbr", "dtimbr", "vtimbr"})
_LONG_GONE, _FAR_AHEAD = 1_600_000_000, 4_000_000_000
# A header of the request, and the claim that it has to agree with.
_CLAIMS = {"x-jwt-issuer": "iss", "x-jwt-client-id": "aud", "x-jwt-nonce": "nonce"}


@dataclass(frozen=True, slots=True)
class Account:
    """`sees` is None where every ontology is seen, later ones included; `acts_for` are names of users."""

    name: str
    email: str
    token: str
    sees: frozenset[str] | None = None
    schemas: frozenset[str] = _SCHEMAS
    admin: bool = False
    acts_for: frozenset[str] = frozenset()

    def user(self, ontologies: tuple[str, ...]) -> User:
        seen = frozenset(ontologies) if self.sees is None else self.sees
        return User(self.name, self.email, self.token, seen, self.schemas)


# Who calls a route that asks for no credential.
NOBODY = Account("", "", "", sees=frozenset(), schemas=frozenset())


@dataclass(frozen=True, slots=True)
class Directory:
    """All who can sign in; `bearer` and `session` are the analyst's."""

    secret: bytes
    accounts: tuple[Account, ...]
    bearer: str
    session: str

    def by_token(self, token: str) -> Account:
        return self._found("token", token)

    def by_name(self, name: str) -> Account:
        return self._found("name", name)

    def _found(self, member: str, value: str) -> Account:
        for account in self.accounts:
            if getattr(account, member) == value:
                return account
        raise RefusalError(401, "Unauthorized")


def seeded_directory(dice: Dice) -> Directory:
    accounts = (
        _account(dice, "analyst", "api_key", admin=True, acts_for=frozenset({"viewer"})),
        _account(dice, "viewer", "viewer_key", schemas=frozenset({"vtimbr"})),
        _account(dice, "fleet", "fleet_key", sees=frozenset({"fleet"})),
        _account(dice, f"{TENANT}/bea", "tenant_key", sees=frozenset({"supply_chain"})),
    )
    held = credentials(dice)
    return Directory(_secret(dice), accounts, held["service_bearer"], held["web_session"])


def _account(dice: Dice, name: str, key: str, **special: Any) -> Account:
    email = f"{name.rpartition('/')[2]}@northwind.test"
    return Account(name, email, _token(dice, key), **special)


def _token(dice: Dice, key: str) -> str:
    return f"tk_{dice.word(f'token {key}', 40)}"


def _secret(dice: Dice) -> bytes:
    return dice.word("signing", 40).encode()


def credentials(dice: Dice) -> dict[str, str]:
    keys = ("api_key", "viewer_key", "fleet_key", "tenant_key", "revoked_key")
    secret = _secret(dice)
    return {
        **{key: _token(dice, key) for key in keys},
        "user_jwt": _jwt(secret, sub="analyst"),
        "expired_jwt": _jwt(secret, sub="analyst", exp=_LONG_GONE),
        "tenant_jwt": _jwt(secret, sub="bea", tid=TENANT),
        "tenant_name": TENANT,
        "second_user": "viewer",
        "second_user_email": "viewer@northwind.test",
        "service_bearer": f"gAAAA{dice.word('bearer', 40)}{dice.word('bearer end', 40)}==",
        "web_session": dice.word("session", 32),
    }


def caller_of(call: Call, directory: Directory, now: float) -> Account:
    """The account whose rows and permissions apply; raises RefusalError 401."""
    token, jwt = call.headers.get("x-api-key"), call.headers.get("x-jwt-token")
    if token is not None and jwt is None:
        account = directory.by_token(token)
    elif jwt is not None and token is None:
        account = directory.by_name(_jwt_user(directory.secret, jwt, call.headers, now))
    else:
        raise RefusalError(401, "Send exactly one of x-api-key and x-jwt-token")
    wanted = call.headers.get("x-api-impersonate-user")
    return account if wanted is None else _acted_for(account, wanted, directory)


def _acted_for(account: Account, wanted: str, directory: Directory) -> Account:
    """A user that does not exist is refused like one that is not granted."""
    for target in directory.accounts:
        if wanted in (target.name, target.email) and target.name in account.acts_for:
            return target
    raise RefusalError(401, f"User {account.name} has no AUTH permission on user {wanted}")


def bearer_account(call: Call, directory: Directory) -> Account:
    """Whose token the service's bearer asks for."""
    scheme, _, given = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or given != directory.bearer:
        raise RefusalError(401, "Unauthorized")
    return directory.by_name("analyst")


def _jwt(secret: bytes, **claims: Any) -> str:
    payload = {"iss": ISSUER, "aud": AUDIENCE, "nonce": NONCE, "exp": _FAR_AHEAD, **claims}
    unsigned = f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{_part(payload)}"
    return f"{unsigned}.{_signature(secret, unsigned)}"


def _jwt_user(secret: bytes, jwt: str, headers: Mapping[str, str], now: float) -> str:
    """The Timbr user of the token; with a tenant, that is the tenant's name, a slash and the user."""
    unsigned, _, signature = jwt.rpartition(".")
    if not hmac.compare_digest(signature.encode(), _signature(secret, unsigned).encode()):
        raise RefusalError(401, "JWT token could not be verified")
    claims = json.loads(base64.urlsafe_b64decode(unsigned.partition(".")[2] + "=="))
    if claims["exp"] <= now:
        raise RefusalError(401, "JWT token has expired")
    tenant = headers.get("x-jwt-tenant-id")
    if claims.get("tid") != tenant:
        raise RefusalError(401, "JWT token was not issued for this tenant")
    if any(name in headers and headers[name] != claims[claim] for name, claim in _CLAIMS.items()):
        raise RefusalError(401, "JWT token was issued by or for somebody else")
    return claims["sub"] if tenant is None else f"{tenant}/{claims['sub']}"


def _part(value: dict[str, Any]) -> str:
    return _text(json.dumps(value, separators=(",", ":")).encode())


def _signature(secret: bytes, unsigned: str) -> str:
    return _text(hmac.new(secret, unsigned.encode(), hashlib.sha256).digest())


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
