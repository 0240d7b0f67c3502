"""Accounts, their tokens and logins. A newer login of an account displaces the older one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any

from pentad.sandbox.dice import Dice

PERSONAL_LIFE = 8 * 3_600
SECRET_LENGTH = 42


@dataclass(slots=True)
class User:
    """`connections` and `requests` are ids of other users; `external` users are of another installation."""

    id: int
    key: str
    name: str
    email: str
    external: bool = False
    service: bool = False
    last_login: str = "2026-03-02T08:14:51Z"
    prefs: dict[str, Any] = field(default_factory=lambda: {"compactView": False})
    connections: list[int] = field(default_factory=list[int])
    requests: list[int] = field(default_factory=list[int])

    def brief(self) -> dict[str, Any]:
        return {"id": self.id, "name": self.name, "email": self.email}

    def full(self) -> dict[str, Any]:
        return {
            **self.brief(),
            "lastLoginTime": self.last_login,
            "prefs": self.prefs,
            "serviceAccount": self.service,
            "connections": self.connections,
            "connectionRequests": self.requests,
        }


@dataclass(slots=True)
class Group:
    id: int
    name: str
    members: list[int]

    def brief(self) -> dict[str, Any]:
        return {"id": self.id, "name": self.name}


# key -> name, address, of another installation, service account
_PEOPLE = {
    "analyst": ("Mirela Okonjo", "m.okonjo@examplelab.example", False, False),
    "colleague": ("Teo Lindqvist", "t.lindqvist@examplelab.example", False, False),
    "reader": ("Aïcha N'Diaye", "a.ndiaye@examplelab.example", False, False),
    "requester": ("Jürgen Ōtsuka", "j.otsuka@examplelab.example", False, False),
    "stranger": ("Okon Jørgensen", "o.jorgensen@elsewhere.example", False, False),
    "visitor": ("Priya Raman", "p.raman@partner.example", True, False),
    "sync": ("instrument-sync", "instrument-sync@examplelab.example", False, True),
    "archive": ("archive-robot", "archive-robot@examplelab.example", False, True),
}


def user_id(dice: Dice, key: str) -> int:
    return dice.number(f"user:{key}", 110_000_000_000_000, 149_999_999_999_999)


def group_id(dice: Dice, key: str) -> int:
    return dice.number(f"group:{key}", 163_000_000_000_000, 163_999_999_999_999)


def service_secret(dice: Dice, key: str) -> dict[str, str]:
    """The content of the secret file that staff would hand out for a service account."""
    secret = (dice.word(f"secret:{key}:1", 32) + dice.word(f"secret:{key}:2", 32)).upper()
    return {"email": _PEOPLE[key][1], "token": secret[:SECRET_LENGTH]}


def seeded_users(dice: Dice) -> dict[int, User]:
    made = {key: User(user_id(dice, key), key, *described) for key, described in _PEOPLE.items()}
    analyst, colleague = made["analyst"], made["colleague"]
    for one, other in ((analyst, colleague), (analyst, made["reader"]), (made["sync"], analyst)):
        one.connections.append(other.id)
        other.connections.append(one.id)
    analyst.requests.append(made["requester"].id)
    return {user.id: user for user in made.values()}


def seeded_groups(dice: Dice) -> dict[int, Group]:
    members = {
        "Vaccine immunology": ("analyst", "colleague", "visitor"),
        "Core facility staff": ("analyst", "reader"),
        "Clinical trials": ("colleague", "stranger"),
    }
    groups = [
        Group(group_id(dice, name), name, [user_id(dice, key) for key in keys])
        for name, keys in members.items()
    ]
    return {group.id: group for group in groups}


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signing_key(dice: Dice) -> bytes:
    return dice.uuid("signing key").encode()


def made_token(key: bytes, user: int, login: int, expires: float) -> str:
    """A signed JWT; besides `exp` it names account and login, and it has no `iat`."""
    head = _encoded(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
    claims = _encoded(json.dumps({"sub": str(user), "login": login, "exp": int(expires)}).encode())
    return f"{head}.{claims}.{_signature(key, f'{head}.{claims}')}"


def _signature(key: bytes, text: str) -> str:
    return _encoded(hmac.new(key, text.encode(), hashlib.sha256).digest())


def claims_of(key: bytes, token: str) -> dict[str, Any] | None:
    """The claims of a token of ours, expired or not; None for anything else."""
    signed, _, signature = token.rpartition(".")
    if not hmac.compare_digest(signature.encode(), _signature(key, signed).encode()):
        return None
    middle = signed.partition(".")[2]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    return claims
