"""Who may call: keys, users and tokens, and what each of them is allowed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any

from pentad.sandbox.dice import Dice

DAY = 86_400.0
ACCESS_LIFE = 3_600.0
REFRESH_LIFE = 7 * DAY

PERMISSIONS = (
    "reports:read",
    "reports:generate",
    "reports:delete",
    "dashboards:read",
    "dashboards:create",
    "dashboards:update",
    "dashboards:refresh",
    "dashboards:delete",
    "data_sources:read",
    "usage:read",
)
READING = ("reports:read", "dashboards:read", "data_sources:read")

# Hourly figures of table A in the fact sheet: all requests, then generation requests.
LIMITS = {"trial": (60, 5), "starter": (300, 20), "professional": (1_000, 100), "enterprise": (5_000, 500)}
GRANTS = {"trial": 50, "starter": 500, "professional": 1_500, "enterprise": 5_000}


@dataclass(slots=True)
class Account:
    """What plan a caller is on and what it has left. All accounts see the same reports and dashboards."""

    id: str
    name: str
    tier: str
    credits: int


@dataclass(frozen=True, slots=True)
class User:
    id: str
    email: str
    first_name: str
    last_name: str
    role: str
    password: str
    account: Account
    mfa: bool = False

    @property
    def rights(self) -> tuple[str, ...]:
        return READING if self.role == "viewer" else PERMISSIONS


@dataclass(frozen=True, slots=True)
class ApiKey:
    """`limits` replaces the tier's hourly figures."""

    id: str
    name: str
    secret: str
    user: User
    account: Account
    created: float
    permissions: tuple[str, ...] = PERMISSIONS
    expires: float | None = None
    revoked: bool = False
    limits: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """One signed-in caller; `id` is what the rate limits count by."""

    id: str
    user: User
    account: Account
    rights: tuple[str, ...]
    limits: tuple[int, int]
    key: ApiKey | None = None


@dataclass(slots=True)
class Attempt:
    email: str
    accepted: bool


@dataclass(slots=True)
class Directory:
    """All who can sign in, and every attempt to."""

    secret: bytes
    keys: dict[str, ApiKey]
    users: dict[str, User]
    logins: list[Attempt] = field(default_factory=list[Attempt])
    refreshes: int = 0


def seeded_directory(dice: Dice, now: float) -> Directory:
    users = _users(dice)
    keys = {name: _key(dice, name, users["analyst"], now) for name in _KEYS}
    secret = dice.word("signing", 40).encode()
    return Directory(
        secret,
        {key.secret: key for key in keys.values()},
        {user.email: user for user in users.values()},
    )


# Name: prefix of the secret, tier, credits left, and what differs from an ordinary key.
_KEYS: dict[str, tuple[str, str, int, dict[str, Any]]] = {
    "api_key": ("claribi_key_", "professional", 1_500, {}),
    "read_only_key": ("claribi_key_", "professional", 1_500, {"permissions": READING}),
    "expired_key": ("claribi_key_", "professional", 1_500, {"life": -DAY}),
    "expiring_key": ("claribi_key_", "professional", 1_500, {"life": 30 * DAY}),
    "revoked_key": ("claribi_key_", "professional", 1_500, {"revoked": True}),
    "secret_key": ("claribi_sk_live_", "enterprise", 5_000, {}),
    "starter_key": ("claribi_key_", "starter", 500, {}),
    "trial_key": ("claribi_key_", "trial", 50, {}),
    "tiny_key": ("claribi_key_", "trial", 50, {"limits": (3, 1)}),
    "broke_key": ("claribi_key_", "professional", 1, {}),
    "mcp_key": ("claribi_mcp_", "professional", 1_500, {}),
}


def key_secret(dice: Dice, name: str) -> str:
    return _KEYS[name][0] + dice.word(f"key {name}", 32)


def key_names() -> tuple[str, ...]:
    return tuple(_KEYS)


def _key(dice: Dice, name: str, user: User, now: float) -> ApiKey:
    _, tier, credit, special = _KEYS[name]
    extra = dict(special)
    life: float | None = extra.pop("life", None)
    shared = tier == "professional" and credit == GRANTS[tier]
    account = user.account if shared else Account(dice.uuid(f"org {name}"), f"{name} Ltd", tier, credit)
    expires = None if life is None else now + life
    return ApiKey(
        id=dice.uuid(f"key {name}"),
        name=name,
        secret=key_secret(dice, name),
        user=user,
        account=account,
        created=now - 200 * DAY,
        expires=expires,
        **extra,
    )


def user_password(dice: Dice, name: str) -> str:
    return dice.word(f"password {name}", 20)


USERS = {
    "analyst": ("analyst@northwind.test", "Ilse", "Okafor", "analyst", False),
    "viewer": ("viewer@northwind.test", "José", "Müller", "viewer", False),
    "mfa": ("owner@northwind.test", "Mika", "Sørensen", "owner", True),
}


def _users(dice: Dice) -> dict[str, User]:
    account = Account(dice.uuid("org"), "Northwind Test", "professional", GRANTS["professional"])
    return {
        name: User(
            dice.uuid(f"user {name}"), email, first, last, role, user_password(dice, name), account, mfa
        )
        for name, (email, first, last, role, mfa) in USERS.items()
    }


def token(directory: Directory, user: User, kind: str, now: float) -> str:
    """A signed token of kind access or refresh, in the usual three parts."""
    life = ACCESS_LIFE if kind == "access" else REFRESH_LIFE
    payload = {
        "token_type": kind,
        "iat": int(now),
        "exp": int(now + life),
        "user_id": user.id,
        "sub": user.email,
    }
    unsigned = f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{_part(payload)}"
    return f"{unsigned}.{_signature(directory, unsigned)}"


def token_user(directory: Directory, text: str, kind: str, now: float) -> User | None:
    """Whose token it is, or None when it is not one of ours, of another kind, or over."""
    unsigned, _, signature = text.rpartition(".")
    if not hmac.compare_digest(signature.encode(), _signature(directory, unsigned).encode()):
        return None
    payload = json.loads(base64.urlsafe_b64decode(unsigned.partition(".")[2] + "=="))
    if payload["token_type"] != kind or payload["exp"] <= now:
        return None
    return directory.users[payload["sub"]]


def _part(value: dict[str, Any]) -> str:
    return _text(json.dumps(value, separators=(",", ":")).encode())


def _signature(directory: Directory, unsigned: str) -> str:
    return _text(hmac.new(directory.secret, unsigned.encode(), hashlib.sha256).digest())


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
