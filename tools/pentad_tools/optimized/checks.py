"""The checks that Optimized.App would make, made here first, and how personal data is kept out of answers.

Only what no server could take is refused; the rest is a warning in the preview. Positions are dotted and
count from 0, as in the vendor's own 422 body.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import WithJsonSchema

# Shown to the model with their types, but taken as they come: a wrong type is one more finding among the
# others instead of hiding them.
AnyObject = Annotated[Any, WithJsonSchema({"type": "object"})]
AnyFlag = Annotated[Any, WithJsonSchema({"type": "boolean"})]

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_SEPARATORS = re.compile(r"[\s().\-/]")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


@dataclass
class Findings:
    """Problems by dotted position, warnings in words, and how many people can be reached how."""

    problems: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    warnings: list[str] = field(default_factory=list[str])
    phones: int = 0
    addresses: int = 0

    def refuse(self, at: str, why: str) -> None:
        self.problems.setdefault(at, []).append(why)

    def warn(self, positions: Sequence[int], what: str) -> None:
        if positions:
            shown = ", ".join(map(str, positions[:10])) + (", …" if len(positions) > 10 else "")
            self.warnings.append(f"{what} (profiles {shown})")


def check(group_id: str, own: Mapping[str, Any], extra: Mapping[str, Any]) -> Findings:
    """Everything that can be known before sending, all at once; `own` holds the named body members."""
    findings = Findings()
    profiles = own["profiles"]
    if not _is_uuid(group_id):
        findings.refuse("group_id", "is not a UUID; optimized_list_groups shows the groups")
    if not profiles:
        findings.refuse("profiles", "needs at least one profile")
    for name in sorted({"profiles", "fail_on_missing_attributes"} & set(extra)):
        findings.refuse(f"extra.{name}", "is an argument of its own; give it there")
    if not isinstance(own.get("fail_on_missing_attributes", True), bool):
        findings.refuse("fail_on_missing_attributes", "must be true or false, not text")
    for position, profile in enumerate(profiles):
        _check_profile(findings, position, profile)
    _check_ids(findings, profiles)
    _warn(findings, profiles)
    return findings


def in_utc(value: Any, at: str, findings: Findings) -> Any:
    """The value with every date-time in it as the vendor writes them (UTC, three decimals). One without a
    zone is a problem, as nobody can know which moment it means."""
    if isinstance(value, dict):
        return {name: in_utc(part, f"{at}.{name}", findings) for name, part in value.items()}
    if isinstance(value, list):
        return [in_utc(part, f"{at}.{position}", findings) for position, part in enumerate(value)]
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        return value
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        findings.refuse(at, "is not a date and time that exists")
        return value
    if moment.tzinfo is None:
        findings.refuse(at, "needs a zone, such as Z or +02:00")
        return value
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


def _check_profile(findings: Findings, position: int, profile: Any) -> None:
    at = f"profiles.{position}"
    person = profile.get("person", {}) if isinstance(profile, dict) else None
    if not isinstance(profile, dict) or not isinstance(person, dict):
        findings.refuse(at if person is None else f"{at}.person", "must be an object")
        return
    phone, address = person.get("phone_number"), person.get("email_address")
    if phone is not None:
        findings.phones += 1
        digits = sum(sign.isdecimal() for sign in phone) if isinstance(phone, str) else 0
        if not 1 <= digits <= 15:
            findings.refuse(f"{at}.person.phone_number", "must be text with 1 to 15 digits")
    if address is not None:
        findings.addresses += 1
        if not isinstance(address, str) or not _EMAIL.fullmatch(address):
            findings.refuse(f"{at}.person.email_address", "must look like name@domain, without spaces")
    attributes = profile.get("attributes", [])
    if not isinstance(attributes, list) or not all(isinstance(item, dict) for item in attributes):
        findings.refuse(f"{at}.attributes", "must be a list of objects {name, value}")


def _check_ids(findings: Findings, profiles: Sequence[Any]) -> None:
    """The same external_id twice in one request is refused at every place but its first."""
    first: dict[str, int] = {}
    for position, profile in enumerate(profiles):
        own = profile.get("external_id") if isinstance(profile, dict) else None
        if own is None:
            continue
        earlier = first.setdefault(str(own), position)
        if earlier != position:
            findings.refuse(f"profiles.{position}.external_id", f"is the same as that of profile {earlier}")


def _warn(findings: Findings, profiles: Sequence[Any]) -> None:
    people = [
        (position, profile, person)
        for position, profile in enumerate(profiles)
        if isinstance(profile, dict) and isinstance(person := profile.get("person", {}), dict)
    ]
    local = [n for n, _, person in people if _looks_local(person.get("phone_number"))]
    findings.warn(local, "phone number without + and country code may be refused")
    silent = [n for n, _, p in people if not p.get("phone_number") and not p.get("email_address")]
    findings.warn(silent, "neither phone number nor e-mail address")
    unclear = [n for n, profile, _ in people if _unclear_attributes(profile.get("attributes"))]
    findings.warn(unclear, "attribute without a name, or a name twice")


def _looks_local(phone: Any) -> bool:
    return isinstance(phone, str) and not _E164.fullmatch(_SEPARATORS.sub("", phone))


def _unclear_attributes(attributes: Any) -> bool:
    if not isinstance(attributes, list):
        return False
    names = [item.get("name") for item in attributes if isinstance(item, dict)]
    return not all(names) or len(set(map(str, names))) < len(names)


def masked(profile: Mapping[str, Any]) -> dict[str, Any]:
    """The profile with personal values reduced to what a user recognises them by."""
    person = {name: _masked(name, value) for name, value in profile.get("person", {}).items()}
    attributes = [item.get("name") for item in profile.get("attributes", [])]
    told = {"external_id": profile.get("external_id"), "person": person, "attributes": attributes or None}
    further = sorted(map(str, set(profile) - set(told)))
    return {k: v for k, v in told.items() if v is not None} | ({"further": further} if further else {})


def _masked(name: str, value: Any) -> str:
    text = str(value)
    if name == "email_address":
        return f"{text[:1]}…@{text.rpartition('@')[2]}"
    if name == "phone_number":
        return f"{text[:4]}…{text[-2:]}" if len(text) > 7 else "…"
    return f"{text[:1]}…"


def without_values(
    problems: Mapping[str, Sequence[str]], profiles: Sequence[Mapping[str, Any]]
) -> dict[str, Sequence[str]]:
    """The messages with every person's values replaced, should the server have repeated them."""
    values = {
        str(value)
        for profile in profiles
        for value in dict(profile.get("person", {})).values()
        if len(str(value)) > 2
    }
    if not values:
        return dict(problems)
    known = re.compile("|".join(re.escape(value) for value in sorted(values, key=len, reverse=True)))
    return {at: [known.sub("…", message) for message in says] for at, says in problems.items()}
