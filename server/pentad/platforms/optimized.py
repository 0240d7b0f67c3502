"""Optimized.App: bearer token, Laravel-like pages, 422 with dotted positions, two limits at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import httpx2 as httpx

from pentad.clock import Clock
from pentad.http.answers import Explained
from pentad.http.auth import KeyAuth
from pentad.http.pacing import Budget
from pentad.http.paging import Paging, in_envelope
from pentad.platforms import Platform, Setting


class Optimized(Platform):
    name = "optimized"
    label = "Optimized.App"
    url = "https://api.optimized.app"
    settings = (
        Setting("token", "API token from Organization Settings > Integration > API Tokens", secret=True),
        Setting("url", "address of the API", url),
    )
    probe = "optimized_list_groups"
    # The vendor advises following its links, but its own sample link is malformed: pages are counted.
    paging = Paging(25, 25, in_envelope("data", "next_page_url", None))
    hints: ClassVar[Mapping[int, str]] = {
        401: "The token is missing, malformed or invalid; an organisation administrator can make a new one.",
        403: "The token lacks the right for this.",
        413: "Send fewer profiles in one batch.",
    }
    vocabulary: ClassVar[Mapping[str, str]] = {
        "batch": "import upload campaign bulk contacts leads",
        "profiles": "contacts leads recipients persons people customers members",
        "outreach": "campaign voice call phone sms text message email mail broadcast sequence schedule "
        "reminder",
        "group": "audience segment owner uuid",
    }

    def budgets(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        if self.operation.budget == "group":
            return ("user", f"group:{values['GROUP_ID']}")
        return ("user",)

    def explain(self, status: int, data: Any, text: str) -> Explained:
        del status, text
        if not isinstance(data, dict):
            return Explained()
        message, errors = data.get("message"), data.get("errors")
        quote = message if isinstance(message, str) else None
        return Explained(None, in_order(errors)) if isinstance(errors, dict) and errors else Explained(quote)

    @classmethod
    def lacking(cls, values: Mapping[str, str]) -> list[str]:
        return cls.bad_key("token", values.get("token", ""))

    @classmethod
    def sign_in(cls, values: Mapping[str, str], clock: Clock) -> httpx.Auth:
        del clock
        return KeyAuth(httpx.URL(values["url"]), "Authorization", f"Bearer {values['token']}")

    @classmethod
    def make_budget(cls, name: str) -> Budget:
        # 250 a minute for the user, 10 batches a minute for a group: seed, "Rate and Usage Limits".
        return Budget(limit=250 if name == "user" else 10, window=60.0, horizon=300.0)


def in_order(errors: Mapping[str, Any]) -> dict[str, Sequence[str]]:
    """Problems by dotted position: those without a profile first, then by profile number (2 before 10)."""

    def place(at: str) -> tuple[int, str]:
        found = re.match(r"profiles\.(\d{1,9})(?:\.|$)", at)
        return (int(found[1]) if found else -1, at)

    return {at: _messages(errors[at]) for at in sorted(errors, key=place)}


def _messages(value: Any) -> list[str]:
    return [str(message) for message in value] if isinstance(value, list) else [str(value)]


PLATFORM = Optimized
