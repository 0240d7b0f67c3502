"""Optimized.App batches: profiles imported into a group and booked for a campaign. People are contacted."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from pentad.consent.plans import Preview
from pentad.errors import PlatformError, Rejected
from pentad.http.answers import given
from pentad.models import Id, Record, Wire
from pentad.operations import writes
from pentad.platforms.optimized import Optimized, in_order
from pentad.text import plural, whole_number
from pentad_tools.optimized import checks

_SHOWN = 3


class Batch(Wire):
    """The 201 body, whose members nobody documents; handed on as received."""


@writes(
    "POST /v1/groups/{GROUP_ID}/batches",
    core=True,
    reaches="people",
    budget="group",
    check="look for these people in the Optimized.App dashboard",
    example={
        "group_id": "$group",
        "profiles": [
            {
                "external_id": "crm-7714",
                "person": {"first_name": "Pekka", "last_name": "Ranta", "phone_number": "+358402223344"},
                "attributes": [{"name": "renewal_month", "value": "March"}],
            },
            {
                "external_id": "crm-7715",
                "person": {"first_name": "Liv", "email_address": "liv.berg@example.org"},
            },
        ],
    },
)
async def create_batch(
    optimized: Optimized,
    group_id: Id,
    profiles: Annotated[
        list[checks.AnyObject],
        Field(
            description="Each {person:{first_name,last_name,phone_number,email_address}, "
            "attributes:[{name,value}], external_id}; further members pass through."
        ),
    ],
    fail_on_missing_attributes: checks.AnyFlag | None = None,
    extra: Annotated[
        dict[str, Any] | None,
        Field(description="Further body members, such as campaign and schedule; times need a zone."),
    ] = None,
) -> Record:
    """Import profiles into a group and book them for outreach: real people get called or texted. Answers
    with a preview and a plan; nothing is sent before apply_plan."""
    own = given({"profiles": profiles, "fail_on_missing_attributes": fail_on_missing_attributes})
    findings = checks.check(group_id, own, extra or {})
    body = checks.in_utc(extra or {}, "extra", findings) | own
    if findings.problems:
        raise _refused_here(findings, profiles)
    try:
        made = await optimized.send(
            Batch, body=body, preview=_preview(group_id, body, findings), GROUP_ID=group_id
        )
    except PlatformError as error:
        raise _told(error, profiles) from error
    return Record({"created": made.record(), "profiles_sent": len(profiles)})


def _preview(group_id: str, body: dict[str, Any], findings: checks.Findings) -> Preview:
    profiles = body["profiles"]
    masked = body | {"profiles": [checks.masked(profile) for profile in profiles[:_SHOWN]]}
    if len(profiles) > _SHOWN:
        masked["profiles_not_shown"] = len(profiles) - _SHOWN
    if findings.warnings:
        masked["warnings"] = findings.warnings
    mails = plural(findings.addresses, "e-mail address", "e-mail addresses")
    reach = f"{plural(findings.phones, 'phone number')}, {mails}"
    return Preview(
        will=f"Import {plural(len(profiles), 'profile')} ({reach}) into group {group_id} and book them for "
        "outreach; real people may be called, texted or e-mailed.",
        slug=f"create-batch-{len(profiles)}-profile{'s' * (len(profiles) != 1)}",
        body=masked,
        undo="no: nothing published reads, changes or cancels a batch",
    )


def _refused_here(findings: checks.Findings, profiles: list[dict[str, Any]]) -> Rejected:
    problems = in_order(findings.problems)
    return Rejected(
        f"{_count(problems, profiles)} Found here; nothing was sent. Mend them all and call again.",
        problems=problems,
        details=_whose(problems, profiles),
        outcome="none",
    )


def _told(error: PlatformError, profiles: list[dict[str, Any]]) -> PlatformError:
    """Add to an error what helps to place it: totals, the caller's own ids, and no personal data."""
    if error.problems:
        problems = checks.without_values(error.problems, profiles)
        error.message = f"{_count(problems, profiles)} Optimized.App stored nothing of this batch (HTTP 422)."
        error.problems = problems
        error.details = _whose(problems, profiles)
    elif error.outcome == "unknown":
        ids = [profile.get("external_id") for profile in profiles if profile.get("external_id")]
        error.details = {"profiles_sent": len(profiles), "external_ids": ids[:50]}
        error.message += (
            " A later refusal of every external_id as a duplicate would mean that this attempt was stored."
        )
    return error


def _count(problems: Any, profiles: list[dict[str, Any]]) -> str:
    hit = {at.split(".")[1] for at in problems if at.startswith("profiles.")}
    where = f" in {len(hit)} of {plural(len(profiles), 'profile')}" if hit else ""
    return f"{plural(sum(map(len, problems.values())), 'problem')}{where}."


def _whose(problems: Any, profiles: list[dict[str, Any]]) -> dict[str, Any]:
    """The caller's external_id for each profile with a problem, by position."""
    ids: dict[str, Any] = {}
    for at in problems:
        parts = at.split(".")
        number = whole_number(parts[1]) if len(parts) > 1 and parts[0] == "profiles" else None
        if number is not None and number < len(profiles):
            profile = profiles[number]
            if isinstance(profile, dict) and profile.get("external_id"):
                ids[parts[1]] = profile["external_id"]
    return {"external_ids": ids} if ids else {}
