"""The rules for a batch, and the findings in the platform's words and dotted paths."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

from pentad.sandbox.optimized.state import DEFINED_ATTRIBUTES, Group

Finding = tuple[str, str]

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_SEPARATORS = re.compile(r"[\s().-]")
# A well-formed number can still belong to no numbering plan; +999 stands for those.
_PHONE = re.compile(r"(?!\+?999)(\+[1-9]|[0-9])[0-9]{5,14}")

FLAG = "fail_on_missing_attributes"


def _is_object(value: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)


def _is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def findings(body: Mapping[str, Any], group: Group) -> dict[str, list[str]]:
    """All messages by field; later profiles come first, since the order of the keys follows no rule."""
    found = [*_flag(body), *_profiles(body, group)]
    errors: dict[str, list[str]] = {}
    for path, message in reversed(found):
        errors.setdefault(path, []).insert(0, message)
    return errors


def summary(errors: Mapping[str, list[str]]) -> str:
    """The first message, and how many more there are."""
    messages = [message for texts in errors.values() for message in texts]
    more = len(messages) - 1
    return messages[0] + (f" (and {more} more error{'s' if more > 1 else ''})" if more else "")


def _flag(body: Mapping[str, Any]) -> Iterator[Finding]:
    if FLAG in body and not isinstance(body[FLAG], bool):
        yield FLAG, "The fail on missing attributes field must be true or false."


def _profiles(body: Mapping[str, Any], group: Group) -> Iterator[Finding]:
    profiles: object = body.get("profiles")
    if profiles in (None, "", []):
        yield "profiles", "The profiles field is required."
    elif not _is_list(profiles):
        yield "profiles", "The profiles field must be an array."
    else:
        for number, profile in enumerate(profiles):
            yield from _profile(f"profiles.{number}", profile, strict=body.get(FLAG) is True)
        yield from _external_ids(profiles, group)


def _profile(path: str, profile: Any, *, strict: bool) -> Iterator[Finding]:
    if not _is_object(profile):
        yield path, f"The {path} field must be an array."
        return
    person = profile.get("person", {})
    if _is_object(person):
        yield from _person(f"{path}.person", person)
    else:
        yield f"{path}.person", f"The {path}.person field must be an array."
    attributes: object = profile.get("attributes", [])
    if not _is_list(attributes):
        yield f"{path}.attributes", f"The {path}.attributes field must be an array."
        return
    for number, attribute in enumerate(attributes):
        yield from _attribute(f"{path}.attributes.{number}", attribute, strict=strict)


def _person(path: str, person: Mapping[str, Any]) -> Iterator[Finding]:
    for name in ("first_name", "last_name", "phone_number", "email_address"):
        value = person.get(name)
        if value is not None and not isinstance(value, str):
            yield f"{path}.{name}", f"The {path}.{name} field must be a string."
    phone, email = person.get("phone_number"), person.get("email_address")
    if phone is not None and not _PHONE.fullmatch(_SEPARATORS.sub("", str(phone))):
        yield f"{path}.phone_number", f"The {path}.phone_number field contains an invalid number."
    if email is not None and not _EMAIL.fullmatch(str(email)):
        yield f"{path}.email_address", f"The {path}.email_address must be a valid email address."


def _attribute(path: str, attribute: Any, *, strict: bool) -> Iterator[Finding]:
    members = attribute if _is_object(attribute) else {}
    name = members.get("name")
    if not isinstance(name, str) or not name:
        yield f"{path}.name", f"The {path}.name field is required."
    elif strict and name not in DEFINED_ATTRIBUTES:
        yield f"{path}.name", f"The {path}.name is not an attribute of this group."
    if isinstance(members.get("value"), (dict, list)):
        yield f"{path}.value", f"The {path}.value field must be a string, a number or a boolean."


def _external_ids(profiles: list[Any], group: Group) -> Iterator[Finding]:
    given: dict[int, Any] = {
        number: profile["external_id"]
        for number, profile in enumerate(profiles)
        if _is_object(profile) and "external_id" in profile
    }
    counts = Counter(value for value in given.values() if isinstance(value, str))
    for number, value in given.items():
        path = f"profiles.{number}.external_id"
        if not isinstance(value, str):
            yield path, f"The {path} field must be a string."
            continue
        if counts[value] > 1:
            yield path, f"The {path} field has a duplicate value."
        if value in group.taken:
            yield path, f"The {path} has already been taken."
