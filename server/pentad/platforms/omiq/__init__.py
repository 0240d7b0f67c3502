"""OMIQ: JWT sign-in, one envelope per answer, tickets for what takes long, signed links for files."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

import httpx2 as httpx
from pydantic import AfterValidator

from pentad import jsontext
from pentad.clock import Clock
from pentad.errors import AuthFailed, Malformed, Rejected
from pentad.http.answers import Disguised, Explained
from pentad.http.pacing import Budget
from pentad.http.paging import Paging, in_envelope
from pentad.models import Id
from pentad.platforms import Platform, Setting
from pentad.platforms.omiq.signing import DISPLACED, PersonalAuth, SecretAuth
from pentad.platforms.omiq.tickets import Ticketed, pending_in
from pentad.platforms.omiq.vocabulary import VOCABULARY
from pentad.settings import Account

FORBIDDEN = "You do not have permission"
_SHARED = ("app", "api")
_TENANT = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_ANEW = (
    "A personal token belongs to one installation and lasts about 8 hours. For a new one the user signs in "
    "to OMIQ on the web, opens the profile page, adds ?token=true to its address and puts the token shown "
    "there into PENTAD_OMIQ_TOKEN, or into the file that PENTAD_OMIQ_TOKEN_FILE names."
)


def _digits(text: str) -> str:
    """The metadata table of the web application writes file ids with an F before them."""
    bare = text.strip().removeprefix("F")
    if not re.fullmatch(r"[0-9]{1,19}", bare):
        raise ValueError("an OMIQ id is a number of digits, such as 204817563920114")
    return bare


# Ids are integers beyond what every reader of JSON holds exactly, so they are text here.
OmiqId = Annotated[Id, AfterValidator(_digits)]


class Omiq(Ticketed, Platform):
    name = "omiq"
    label = "OMIQ"
    url = "https://api.omiq.ai/api"
    settings = (
        Setting("token", "personal token: the profile page with ?token=true shows it", secret=True),
        Setting("secret", "service account: the content of its JSON secret file", secret=True),
        Setting("tenant", "first label of the web address: `app`, or such as `examplelab`", "app"),
        Setting("url", "address of the API, where the tenant does not tell it", url),
    )
    probe = "omiq_get_current_user"
    # Lists come whole.
    paging = Paging(1000, 1000, in_envelope("", "", None))
    rows_in = ("datasets", "files", "workflows", "users", "groups", "policies", "transfers")
    stops = (DISPLACED, FORBIDDEN)
    unreached = (
        "If it never answered from here, check PENTAD_OMIQ_TENANT: it is the first label of the web address."
    )
    hints: ClassVar[Mapping[int, str]] = {401: _ANEW}
    unexposed: ClassVar[Mapping[str, tuple[str, str]]] = {
        "create_auth_token": ("POST /auth/login", "signs in; the client does it itself"),
        "purge_dataset": (
            "POST /datasets/{datasetId}/forcedelete",
            "deletes a dataset for good, with its files and workflows; the web application can do it",
        ),
    }
    vocabulary = VOCABULARY

    @classmethod
    def values(cls, account: Account) -> dict[str, str]:
        values = super().values(account)
        tenant = values["tenant"].lower().removeprefix("https://").partition("/")[0].removesuffix(".omiq.ai")
        values["tenant"] = tenant
        own = f"https://{tenant.removesuffix('-api')}-api.omiq.ai/api"
        told = own if _TENANT.fullmatch(tenant) and tenant not in _SHARED else cls.url
        return values | {"url": account.values.get("url", told)}

    @classmethod
    def lacking(cls, values: Mapping[str, str]) -> list[str]:
        found = []
        if not _TENANT.fullmatch(values["tenant"]):
            found.append(
                f"{cls.variable('tenant')} is not the first label of a web address, such as app or examplelab"
            )
        token, secret = values.get("token"), values.get("secret")
        if token and secret:
            return [*found, f"only one of {cls.variable('token')}, {cls.variable('secret')} can be used"]
        if secret:
            return found + _bad_secret(cls.variable("secret"), secret)
        if token and not cls.bad_key("token", token) and token.count(".") != 2:
            return [*found, f"{cls.variable('token')} is not a token: three parts with dots between are"]
        return found + cls.bad_key("token", token or "")

    @classmethod
    def sign_in(cls, values: Mapping[str, str], clock: Clock) -> httpx.Auth:
        origin, secret = httpx.URL(values["url"]), values.get("secret")
        if not secret:
            return PersonalAuth(origin, clock, values.get("token", ""), _ANEW)
        login = httpx.URL(f"{values['url'].rstrip('/')}/auth/login")
        return SecretAuth(origin, clock, cls.label, login, json.loads(secret))

    @classmethod
    def make_budget(cls, name: str) -> Budget:
        # No rate limit is documented; what an answer says of one is believed.
        del name
        return Budget()

    @classmethod
    def holder_in(cls, answer: Any) -> str | None:
        told = answer.members if hasattr(answer, "members") else answer.record()
        return str(told.get("email") or told.get("name") or "") or None

    @classmethod
    def pending(cls, connection: Any) -> list[str]:
        return pending_in(connection)

    def explain(self, status: int, data: Any, text: str) -> Explained:
        """No shape of an error is documented, only two sentences that may stand in any of them."""
        del status
        if DISPLACED in text:
            return Explained(
                kind=AuthFailed,
                hint="There is a more recent login for this account, which ends this one. Pentad does not "
                f"sign in again, as the two would displace each other for ever. {self._after_displacement()}",
            )
        if FORBIDDEN in text:
            return Explained(
                kind=Rejected,
                hint="The account has no sufficient role on it: its owner can share it. omiq_list_policies "
                "and omiq_list_dataset_owners tell who that is.",
            )
        quote = data.get("error") or data.get("message") if isinstance(data, dict) else None
        if isinstance(quote, str):
            return Explained(quote)
        return Explained(text if data is None and not text.lstrip().startswith("<") else None)

    def opened(self, data: Any) -> Any:
        """An answer that holds a sentence about an error and nothing else is a failure."""
        if isinstance(data, dict) and list(data) == ["error"] and isinstance(data["error"], str):
            raise Disguised(self.explain(200, data, data["error"]))
        return data

    async def exact(self, body: Any = None, **values: Any) -> dict[str, Any]:
        """An answer as it was sent, neither cleaned nor without secrets: to be sent back, not to be shown."""

        def read(response: httpx.Response) -> Any:
            try:
                found = self.opened(jsontext.exact(response.content))
            except ValueError:
                raise Malformed(f"{self.label} answered with a body that is not complete JSON.") from None
            if not isinstance(found, dict):
                raise Malformed(f"{self.label} answered with something that is not a JSON object.")
            return found

        text = None if body is None else jsontext.dumps(body)
        answer: dict[str, Any] = await self.ask(values, read, text)
        if not self.operation.repeatable:
            self.done = self.operation.name
        return answer

    async def link(self, body: Any = None, **values: Any) -> str:
        """The signed address of a file: a secret, which is never shown and never fetched with the token."""
        url = (await self.exact(body, **values)).get("url")
        if not isinstance(url, str) or not url:
            raise Malformed(f"{self.label} answered without the address of a file.")
        return url

    async def document(self, **values: Any) -> dict[str, Any]:
        """What stands under `config`: a workflow as it was sent."""
        config = (await self.exact(**values)).get("config")
        if not isinstance(config, dict):
            raise Malformed(f"{self.label} answered without the workflow's document.")
        return config

    def _after_displacement(self) -> str:
        if self.connection.values.get("secret"):
            return "Stop what else uses this service account, then restart this server."
        return _ANEW


def _bad_secret(variable: str, text: str) -> list[str]:
    """What is wrong with the content of a secret file; its values are never repeated."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        return [f"{variable} is not the JSON object of a secret file, with the keys email and token"]
    lacking = [key for key in ("email", "token") if not isinstance(found.get(key), str) or not found[key]]
    return [f"{variable} lacks the key {' and '.join(lacking)}"] if lacking else []


PLATFORM = Omiq
