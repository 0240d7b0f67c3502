"""Tasks on Optimized.App: people who are refused, groups that are full, several groups."""

from __future__ import annotations

from typing import Any

from benchmarks.tasks import approvals
from benchmarks.tasks.agent import Agent
from benchmarks.tasks.bridge import Bridge
from benchmarks.tasks.task import task
from benchmarks.tasks.users import reading
from pentad.sandbox import Sandbox
from pentad.sandbox.optimized.limits import PER_GROUP
from pentad.sandbox.optimized.state import Group

BOOKING = "book people into a group"
CHANGES = ("optimized.batches.*", "optimized.groups.*.taken.*")
SURVEY = "Köln surveys 13"
GUESTS: list[dict[str, Any]] = [
    {"external_id": "crm-8101", "person": {"first_name": "Noor", "phone_number": "+31 6 1234 5678"}},
    {"external_id": "crm-8102", "person": {"first_name": "Emil", "phone_number": "ask Petra"}},
    {"external_id": "crm-8103", "person": {"first_name": "Rui", "email_address": "rui.prates@example.org"}},
    {"external_id": "crm-8104", "person": {"first_name": "Aino", "email_address": "aino at example.org"}},
    {"external_id": "crm-8105", "person": {"first_name": "Luca", "phone_number": "+39 347 555 0101"}},
]


async def groups(agent: Agent, where: str, order: str = "name") -> list[Any]:
    """Ids and names of the groups that a condition holds for."""
    words = "list the groups that people are booked into"
    listed = await agent.call("optimized_list_groups", words, limit=1000, fields=["name"])
    sql = f"SELECT uuid, name FROM {listed['more']['result']} WHERE {where} ORDER BY {order}"
    told: list[Any] = (await agent.call("query_results", sql=sql))["rows"]
    return told


async def all_groups(bridge: Bridge) -> list[Any]:
    """Page by page, 25 on each, until there is no further one."""
    told = await bridge.insist("optimized_list_my_groups")
    found: list[Any] = told["data"]
    while told["next_page_url"]:
        told = await bridge.insist("optimized_list_my_groups", page=told["current_page"] + 1)
        found += told["data"]
    return found


def refused_people(sandbox: Sandbox) -> object:
    """The guests that no batch has, and how many each batch has."""
    now = approvals.state(sandbox).batches
    kept = {one["external_id"] for batch in now for one in batch.profiles}
    out = [one["external_id"] for one in GUESTS if one["external_id"] not in kept]
    return [out, [len(one.profiles) for one in now]]


@task(
    "writes",
    f"Book Noor, Emil, Rui, Aino and Luca into '{SURVEY}' of Optimized.App, without those that cannot be "
    "reached. Who is left out, and how many are booked?",
    expects=refused_people,
    changes=CHANGES,
    user=reading("3 profiles", "2 phone numbers", "1 e-mail address"),
)
async def unreachable(agent: Agent) -> object:
    ((group, _),) = await groups(agent, f"name = '{SURVEY}'")
    told = await agent.refused("optimized_create_batch", BOOKING, group_id=group, profiles=GUESTS)
    wrong = {int(one.split(".")[1]) for one in told["problems"]}
    kept = [one for place, one in enumerate(GUESTS) if place not in wrong]
    booked = await agent.call("optimized_create_batch", BOOKING, group_id=group, profiles=kept)
    return [told["external_ids"][str(one)] for one in sorted(wrong)], [booked["created"]["profiles_count"]]


@unreachable.bridged
async def _(bridge: Bridge) -> object:
    told = await bridge.call("optimized_list_my_groups")
    (group,) = [one["uuid"] for one in told["data"] if one["name"] == SURVEY]
    why = str(await bridge.refused("optimized_create_batch", GROUP_ID=group, profiles=GUESTS))
    kept = [one for place, one in enumerate(GUESTS) if f"profiles.{place}." not in why]
    booked = await bridge.call("optimized_create_batch", GROUP_ID=group, profiles=kept)
    return [one["external_id"] for one in GUESTS if one not in kept], [booked["profiles_count"]]


FULL = "South renewals 06"


def full(sandbox: Sandbox) -> None:
    """Another client has had all batches of this minute."""
    now = approvals.state(sandbox)
    group = next(one for one in now.groups.values() if one.name == FULL)
    for _ in range(PER_GROUP):
        now.limits.take("other", group.uuid, sandbox.platforms["optimized"].clock.time())


@task(
    "writes",
    f"Book Pekka and Liv into '{FULL}' of Optimized.App. A colleague's program is at work on this group.",
    expects=approvals.batches,
    changes=CHANGES,
    befalls=full,
    user=reading("2 profiles"),
)
async def crowded(agent: Agent) -> object:
    ((group, name),) = await groups(agent, f"name = '{FULL}'")
    told = await agent.refused("optimized_create_batch", BOOKING, group_id=group, profiles=approvals.PROFILES)
    agent.wait(told["retry_after"])
    told = await agent.call("apply_plan", plan=told["plan"])
    return [[name, told["created"]["profiles_count"]]]


@crowded.bridged
async def _(bridge: Bridge) -> object:
    told = await bridge.call("optimized_list_my_groups")
    (group,) = [one for one in told["data"] if one["name"] == FULL]
    booked = await bridge.insist(
        "optimized_create_batch", GROUP_ID=group["uuid"], profiles=approvals.PROFILES
    )
    return [[group["name"], booked["profiles_count"]]]


def newest_of_regions(sandbox: Sandbox) -> object:
    made = approvals.state(sandbox)

    def newest(region: str) -> Group:
        named = [one for one in made.groups.values() if one.name.startswith(f"{region} onboarding")]
        return max(named, key=lambda one: one.created)

    wanted = {newest("Köln").uuid: ["crm-7714"], newest("Tōkyō").uuid: ["crm-7715"]}
    found = {one.group: [profile["external_id"] for profile in one.profiles] for one in made.batches}
    return [newest("Köln").name, newest("Tōkyō").name] if found == wanted else f"booked {found}"


@task(
    "writes",
    "Two new people: Pekka is looked after in Köln, Liv in Tōkyō. Book each into the newest onboarding group "
    "of their place, and tell me which groups these are.",
    expects=newest_of_regions,
    changes=CHANGES,
    user=reading("1 profile"),
)
async def onboarding(agent: Agent) -> object:
    found = await groups(agent, "name LIKE '% onboarding %'", "created_at DESC")
    names = []
    for place, person in zip(("Köln", "Tōkyō"), approvals.PROFILES, strict=True):
        group, name = next(row for row in found if row[1].startswith(place))
        await agent.call("optimized_create_batch", BOOKING, group_id=group, profiles=[person])
        names.append(name)
    return names


@onboarding.bridged
async def _(bridge: Bridge) -> object:
    found = sorted(await all_groups(bridge), key=lambda one: str(one["created_at"]), reverse=True)
    names = []
    for place, person in zip(("Köln", "Tōkyō"), approvals.PROFILES, strict=True):
        group = next(one for one in found if one["name"].startswith(f"{place} onboarding"))
        await bridge.call("optimized_create_batch", GROUP_ID=group["uuid"], profiles=[person])
        names.append(group["name"])
    return names
