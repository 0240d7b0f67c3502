"""The twenty accounts, the eight business roles, and the three user types."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pentad.sandbox.dice import Dice

READER, CREATOR, ADMINISTRATOR = "SYS_Reader", "SYS_Creator", "Administrator"
TYPES = (READER, CREATOR, ADMINISTRATOR)
ROLES = (
    "Store managers",
    "Finance",
    "Logistik Süd",
    "People team",
    "Web & Mobile",
    "Board",
    "Data stewards",
    "Auditors",
)
ADMIN, AUTHOR, VIEWER = "mvega", "klind", "sokafor"
# The one account whose password is known beforehand, so that it can be changed.
TECHNICIAN, FIRST_PASSWORD = "oquinn", "canary-login-0123456789abcdef0123456789"
_DAY = 86_400_000


@dataclass(slots=True)
class User:
    username: str
    name: str
    dept: str
    title: str
    usertype: str
    roles: list[str]
    password: str
    email: str
    enabled: str = "1"
    mobile: str = ""
    company: str = ""
    ai_enabled: str = "0"

    @property
    def admin(self) -> bool:
        return self.usertype == ADMINISTRATOR

    @property
    def authors(self) -> bool:
        return self.usertype in (CREATOR, ADMINISTRATOR)

    @property
    def hash(self) -> str:
        return hashlib.md5(self.password.encode(), usedforsecurity=False).hexdigest()

    def profile(self) -> dict[str, Any]:
        return {
            "username": self.username,
            "name": self.name,
            "email": self.email,
            "dept": self.dept,
            "title": self.title,
            "mobile": self.mobile,
            "enabled": self.enabled,
            **({"company": self.company} if self.company else {}),
        }

    def is_subject(self, name: str, kind: str) -> bool:
        """Whether a grant to a user (0), a role (1) or a user type (2) is meant for this account."""
        return name in {"0": [self.username], "1": self.roles, "2": [self.usertype]}.get(kind, [])


@dataclass(frozen=True, slots=True)
class Invitation:
    """A registration code, when it was mailed and until when it counts."""

    code: str
    sent: float
    ends: float


# The one code that counts for ever, so that somebody can register without a mail.
INVITED = "new.hire@brightwater.example"
INVITATIONS = {INVITED: Invitation("402917", 0.0, math.inf)}


# login name, full name, department, title, user type, roles by position
_PEOPLE = """
mvega|Marisol Vega|Analytics|Platform lead|Administrator|6
klind|Karin Lindgren|Analytics|Analyst|SYS_Creator|0,2
sokafor|Somto Okafor|Stores|Store manager|SYS_Reader|0
anovak|Aneta Nováková|Finance|Controller|SYS_Creator|1
bcosta|Bento Costa|Finance|Accountant|SYS_Reader|1
cdubois|Céline Dubois|Logistics|Planner|SYS_Creator|2
dmeyer|Doris Meyer|Logistics|Dispatcher|SYS_Reader|2
eholm|Erik Holm|People|HR partner|SYS_Creator|3
fzhang|Fang Zhang|Web|Web analyst|SYS_Creator|4
gsilva|Gustavo Silva|Web|Editor|SYS_Reader|4
hpark|Hana Park|Board|CEO|SYS_Reader|5
iberg|Ida Berg|Board|CFO|SYS_Reader|5,1
jrossi|Jacopo Rossi|Stores|Store manager|SYS_Reader|0
kaydin|Kerem Aydin|Stores|Store manager|SYS_Reader|0
lnilsen|Lars Nilsen|Warehouse|Shift lead|SYS_Reader|2
mpetit|Maëlle Petit|Audit|Auditor|SYS_Reader|7
nfoster|Nora Foster|Analytics|Data steward|SYS_Creator|6
oquinn|Owen Quinn|Operations|Technician|SYS_Reader|
pduarte|Paula Duarte|Analytics|Administrator|Administrator|6
zleaver|Zoe Leaver|Stores|Former manager|SYS_Reader|0
"""


def server_secret(dice: Dice, what: str) -> str:
    """A secret text of the server's settings; `jwt` is the key that tokens are signed with."""
    return f"{what}-{dice.word(f'secret:{what}', 22)}"


def seeded_users(dice: Dice) -> dict[str, User]:
    """Passwords hold characters that forms and headers have to encode."""
    made: dict[str, User] = {}
    for line in _PEOPLE.split("\n")[1:-1]:
        login, name, dept, title, kind, places = line.split("|")
        held = [ROLES[int(place)] for place in places.split(",") if place]
        password = f"{dice.word(f'password:{login}', 10)}&%2B=ø {dice.word(f'tail:{login}', 4)}"
        made[login] = User(login, name, dept, title, kind, held, password, f"{login}@brightwater.example")
    made["zleaver"].enabled = "0"
    made[TECHNICIAN].password = FIRST_PASSWORD
    return made


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _signature(key: str, text: str) -> str:
    return _encoded(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest())


def made_jwt(key: str, username: str, expires: float) -> str:
    """A token as a portal would issue it: the claim `login` names the account."""
    head = _encoded(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
    claims = _encoded(json.dumps({"login": username, "exp": int(expires)}).encode())
    return f"{head}.{claims}.{_signature(key, f'{head}.{claims}')}"


def jwt_login(key: str, claim: str, token: str, now: float) -> str | None:
    """Whom a token names in a claim, if it was signed with the key and has not expired."""
    signed, _, signature = token.rpartition(".")
    if not hmac.compare_digest(signature.encode(), _signature(key, signed).encode()):
        return None
    middle = signed.partition(".")[2]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    return str(claims.get(claim, "")) if claims["exp"] > now else None


_PORTAL: dict[str, Any] = {
    "token_name": "token",
    "expire": 28_800,
    "fieldmap": {"username": "login", "name": "name", "email": "email"},
    "algorithm": "HS256",
    "self_service": "1",
}
_KIOSK: dict[str, Any] = {
    "token_name": "bi_ticket",
    "expire": 900,
    "fieldmap": {"username": "sub"},
    "algorithm": "RS256",
}


def seeded_configurations(dice: Dice, now: float) -> dict[str, dict[str, Any]]:
    """How tokens of others are taken: those of a portal, with a shared secret, and those of a kiosk, with a
    public key that nobody here has the other half of."""
    born = int(now) * 1000
    common = {
        "initpwd": server_secret(dice, "initpwd"),
        "enable": "1",
        "inituser": "0",
        "initroles": [READER],
        "createdDate": born - 100 * _DAY,
        "lastModifiedDate": born - 90 * _DAY,
    }
    shared = {"secret": server_secret(dice, "jwt"), "privateKey": server_secret(dice, "private")}
    public = f"-----BEGIN PUBLIC KEY-----\n{dice.word('kiosk', 64)}\n-----END PUBLIC KEY-----"
    return {
        "portal": {"name": "portal", **_PORTAL, **shared, **common},
        "kiosk": {"name": "kiosk", **_KIOSK, "secret": public, **common},
    }


def seeded_personal_tokens(dice: Dice, logins: Iterable[str], now: float) -> dict[str, list[dict[str, Any]]]:
    """A token of each account's own, by login name, without its value."""
    expires = int(now) * 1000 + 10 * _DAY
    return {
        login: [{"jti": dice.word(f"jti:{login}", 8), "label": "notebook", "expires_at": expires}]
        for login in logins
    }


def account_samples(dice: Dice) -> dict[str, Any]:
    """Of accounts, registration and tokens, for examples."""
    return {
        "user": AUTHOR,
        "role": ROLES[0],
        "leaver": "zleaver",
        "technician": TECHNICIAN,
        "invited": INVITED,
        "invitation": INVITATIONS[INVITED].code,
        "token_configuration": "kiosk",
        "personal_token": dice.word(f"jti:{ADMIN}", 8),
    }
