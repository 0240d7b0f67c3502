"""Users, tokens, groups and the batches that were stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pentad.sandbox.dice import Dice
from pentad.sandbox.optimized.limits import Limits

GROUPS = 60
BEGAN = 1_737_536_642.0
DEFINED_ATTRIBUTES = ("city", "plan", "renewal_month")
TAKEN_IDS = ("crm-1000", "crm-1001", "crm-1002")

_REGIONS = ("North", "South", "Île-de-France", "Köln", "Åland", "Tōkyō")
_THEMES = ("reminders", "renewals", "surveys", "onboarding")


def stamp(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@dataclass(frozen=True, slots=True)
class Token:
    """`user` is what the general limit counts by; `spent` means that the plan's allowance is gone."""

    text: str
    user: str
    batches: bool = True
    groups: bool = True
    spent: bool = False
    valid: bool = True


@dataclass(slots=True)
class Group:
    uuid: str
    name: str
    created: float
    metadata: Any
    taken: set[str] = field(default_factory=lambda: set(TAKEN_IDS))

    def as_json(self) -> dict[str, Any]:
        return {
            "uuid": self.uuid,
            "metadata": self.metadata,
            "name": self.name,
            "created_at": stamp(self.created),
            "updated_at": stamp(self.created + 4_321.5),
            "deleted_at": None,
        }


@dataclass(frozen=True, slots=True)
class Batch:
    """`body` is the request as it came, unknown members included."""

    uuid: str
    group: str
    created: float
    user: str
    body: dict[str, Any]

    @property
    def profiles(self) -> list[dict[str, Any]]:
        profiles: list[dict[str, Any]] = self.body["profiles"]
        return profiles


@dataclass(slots=True)
class State:
    dice: Dice
    tokens: dict[str, Token]
    groups: dict[str, Group]
    limits: Limits = field(default_factory=Limits)
    batches: list[Batch] = field(default_factory=list[Batch])

    @classmethod
    def seeded(cls, seed: int) -> State:
        dice = Dice(seed)
        tokens = {one.text: one for one in _tokens(dice).values()}
        return cls(dice, tokens, {group.uuid: group for group in map(_group(dice), range(GROUPS))})

    def store(self, group: Group, token: Token, body: dict[str, Any], now: float) -> Batch:
        batch = Batch(self.dice.uuid(f"batch {len(self.batches)}"), group.uuid, now, token.user, body)
        self.batches.append(batch)
        group.taken.update(one["external_id"] for one in batch.profiles if "external_id" in one)
        return batch


def token_texts(dice: Dice) -> dict[str, str]:
    return {name: token.text for name, token in _tokens(dice).items()}


def group_uuid(dice: Dice, number: int) -> str:
    return dice.uuid(f"group {number}")


def _tokens(dice: Dice) -> dict[str, Token]:
    special: dict[str, dict[str, Any]] = {
        "token": {"user": "main"},
        "second_token": {"user": "main"},
        "other_user_token": {"user": "other"},
        "read_only_token": {"user": "reader", "batches": False},
        "no_groups_token": {"user": "newcomer", "groups": False},
        "spent_token": {"user": "spender", "spent": True},
        "revoked_token": {"user": "gone", "valid": False},
    }
    return {
        name: Token(f"{17 + number}|{dice.word(f'token {name}', 40)}", **members)
        for number, (name, members) in enumerate(special.items())
    }


def _group(dice: Dice) -> Any:
    def made(number: int) -> Group:
        name = (
            f"{dice.pick(f'region {number}', _REGIONS)} {dice.pick(f'theme {number}', _THEMES)} {number:02d}"
        )
        # An empty map and an empty list look the same on this platform.
        metadata: Any = {"cost_centre": number, "tags": ["a", "b"]} if number % 3 == 1 else []
        created = BEGAN + dice.number(f"created {number}", 0, 400) * 86_400 + number * 0.25
        return Group(group_uuid(dice, number), name, created, metadata)

    return made
