"""Tasks on which a platform is slow, cut short or lost, amid a write, paging or long work."""

from __future__ import annotations

from collections import Counter

from benchmarks.tasks import approvals, claribi, cytometry, omiq, outreach, timbr
from benchmarks.tasks.agent import Agent
from benchmarks.tasks.bridge import Bridge
from benchmarks.tasks.task import task
from pentad.sandbox import Fault, Sandbox

GROUP = "North surveys 05"


def answer_lost(sandbox: Sandbox) -> None:
    sandbox.platforms["optimized"].faults.add(Fault("lost_answer", method="POST", path="*/batches"))


def to_be_checked(sandbox: Sandbox) -> object:
    """Booked once, which nobody can know but the platform."""
    stored = [[one["external_id"] for one in batch.profiles] for batch in approvals.state(sandbox).batches]
    people = [one["external_id"] for one in approvals.PROFILES]
    return ["not known", people] if stored == [people] else f"booked {stored}"


@task(
    "faults",
    f"Book Pekka and Liv into '{GROUP}' of Optimized.App; the line breaks before the answer. Are they "
    "booked, and whom do I have to look for?",
    expects=to_be_checked,
    befalls=answer_lost,
    changes=outreach.CHANGES,
)
async def lost(agent: Agent) -> object:
    ((group, _),) = await outreach.groups(agent, f"name = '{GROUP}'")
    told = await agent.refused(
        "optimized_create_batch", outreach.BOOKING, group_id=group, profiles=approvals.PROFILES
    )
    return "not known" if told["outcome"] == "unknown" else "no", told["external_ids"]


@lost.bridged
async def _(bridge: Bridge) -> object:
    page = await bridge.call("optimized_list_my_groups")
    (group,) = [one["uuid"] for one in page["data"] if one["name"] == GROUP]
    told = await bridge.refused("optimized_create_batch", GROUP_ID=group, profiles=approvals.PROFILES)
    # A status would mean that the platform has said something; without one it may have done it.
    known = "HTTP error" in str(told)
    return "no" if known else "not known", [one["external_id"] for one in approvals.PROFILES]


def files_of_donors(sandbox: Sandbox) -> object:
    sizes: Counter[str] = Counter()
    for one in cytometry.files_of(sandbox, approvals.STUDY):
        if "Donor" in one.metadata:
            sizes[one.metadata["Donor"]] += 1
    return sorted(map(list, sizes.items()))


def interrupted(sandbox: Sandbox) -> None:
    """The list of files is work that takes longer, and the first looks at it fail."""
    omiq.state(sandbox).deferred.add("list_dataset_files")
    faults = sandbox.platforms["omiq"].faults
    faults.add(Fault("status", path="*/longops/*", status=502))
    faults.add(Fault("reset", path="*/longops/*"))


@task(
    "faults",
    f"How many files of OMIQ's '{approvals.STUDY}' are there of each donor? OMIQ works at it for a while, "
    "and the line is bad.",
    expects=files_of_donors,
    befalls=interrupted,
)
async def donors(agent: Agent) -> object:
    datasets = await agent.call("omiq_list_datasets", "list datasets", fields=["name", "id"])
    files = await agent.call(
        "omiq_list_files",
        "list the files of a dataset",
        dataset_id=dict(datasets["rows"])[approvals.STUDY],
        fields=["status"],
    )
    sql = f"SELECT Donor, COUNT(*) FROM {files['more']['result']} WHERE Donor IS NOT NULL"
    return (await agent.call("query_results", sql=f"{sql} GROUP BY Donor ORDER BY Donor"))["rows"]


@donors.bridged
async def _(bridge: Bridge) -> object:
    datasets = (await bridge.call("omiq_list_datasets"))["datasets"]
    (study,) = [one["id"] for one in datasets if one["displayName"] == approvals.STUDY]
    told = await bridge.call("omiq_list_dataset_files", datasetId=study)
    ticket = told["longOpId"]
    while "val" not in told:
        bridge.wait(5)
        told = await bridge.insist("omiq_get_long_operation", longOpId=ticket)
    donors = Counter(one["omiqMetadata"].get("Donor") for one in told["val"]["files"])
    return sorted([donor, count] for donor, count in donors.items() if donor)


def ended(sandbox: Sandbox) -> None:
    """As when somebody has signed in with the account meanwhile: the token is refused for good."""
    faults = sandbox.platforms["omiq"].faults
    faults.add(Fault("expire", path="*/setmetadata", sticky=True))


def tags_before(sandbox: Sandbox) -> object:
    (study,) = [one for one in omiq.state(sandbox).datasets.values() if one.name == approvals.STUDY]
    return ["not changed, sign in anew", study.tags["instrument"]]


@task(
    "faults",
    f"Note instrument = Aurora-5 on OMIQ's '{approvals.STUDY}'. The token ends meanwhile: was it changed, "
    "what was noted before, and what do I have to do?",
    expects=tags_before,
    befalls=ended,
)
async def token(agent: Agent) -> object:
    datasets = await agent.call(
        "omiq_list_datasets", "list datasets with their tags", fields=["id", "name", "tags"]
    )
    ((study, tags),) = [(id_, tags) for id_, name, tags in datasets["rows"] if name == approvals.STUDY]
    told = await agent.refused(
        "omiq_update_dataset_tags",
        "set the tags of a dataset",
        dataset_id=study,
        tags={"instrument": "Aurora-5"},
    )
    told_how = told["error"] == "auth_failed" and "?token=true" in told["message"]
    return "not changed, sign in anew" if told_how else told["message"], tags["instrument"]


@token.bridged
async def _(bridge: Bridge) -> object:
    datasets = (await bridge.call("omiq_list_datasets"))["datasets"]
    (study,) = [one for one in datasets if one["displayName"] == approvals.STUDY]
    wanted = {**study["metadata"], "instrument": "Aurora-5"}
    told = await bridge.refused("omiq_set_dataset_tags", datasetId=study["id"], metadata=wanted)
    refused = "HTTP error 401" in str(told)
    return "not changed, sign in anew" if refused else told, study["metadata"]["instrument"]


def cut(sandbox: Sandbox) -> None:
    faults = sandbox.platforms["claribi"].faults
    faults.add(Fault("truncate", path="/api/v1/reports", skip=1))
    faults.add(Fault("truncate_json", path="/api/v1/reports", skip=1))


def formats(sandbox: Sandbox) -> object:
    reports = claribi.state(sandbox).reports.values()
    return sorted(map(list, Counter(one.output_format for one in reports).items()))


@task(
    "faults",
    "How many clariBI reports are there of each file format? Answers come incomplete now and then.",
    expects=formats,
    befalls=cut,
)
async def incomplete(agent: Agent) -> object:
    listed = await agent.call(
        "claribi_list_reports", "list reports and their format", limit=1000, fields=["id"]
    )
    sql = f"SELECT output_format, COUNT(*) FROM {listed['more']['result']} GROUP BY output_format"
    return sorted((await agent.call("query_results", sql=sql))["rows"])


@incomplete.bridged
async def _(bridge: Bridge) -> object:
    reports = []
    for page in (1, 2):
        told = await bridge.insist("claribi_list_reports", page=page, page_size=100)
        while isinstance(told, str):
            # What has been cut off is no JSON, and comes as text.
            told = await bridge.insist("claribi_list_reports", page=page, page_size=100)
        reports += told["results"]
    return sorted(map(list, Counter(one["output_format"] for one in reports).items()))


def crowded_pages(sandbox: Sandbox) -> None:
    """The second page is refused until a moment that is told, the third without a word about when."""
    platform = sandbox.platforms["optimized"]
    until = {"X-Ratelimit-Reset": str(int(platform.clock.time()) + 9), "X-Ratelimit-Remaining": "0"}
    platform.faults.add(Fault("status", path="/v1/my-groups", status=429, headers=until, skip=1))
    platform.faults.add(Fault("status", path="/v1/my-groups", status=429, skip=1))


def themes(sandbox: Sandbox) -> object:
    made = approvals.state(sandbox).groups.values()
    return sorted(map(list, Counter(one.name.split()[-2] for one in made).items()))


@task(
    "faults",
    "How many groups of Optimized.App are there for each theme, such as renewals, which is the word before "
    "the number in their names? The platform is busy.",
    expects=themes,
    befalls=crowded_pages,
)
async def pages(agent: Agent) -> object:
    words = "list the groups that people are booked into"
    listed = await agent.call("optimized_list_groups", words, limit=1000, fields=["name"])
    sql = (
        f"SELECT split_part(name, ' ', -2) AS theme, COUNT(*) FROM {listed['more']['result']} GROUP BY theme"
    )
    return sorted((await agent.call("query_results", sql=sql))["rows"])


@pages.bridged
async def _(bridge: Bridge) -> object:
    found = await outreach.all_groups(bridge)
    return sorted(map(list, Counter(one["name"].split()[-2] for one in found).items()))


def crawling(sandbox: Sandbox) -> None:
    fault = Fault("trickle", path="/timbr/api/query*", delay=3.0, after_bytes=16)
    sandbox.platforms["timbr"].faults.add(fault)


BIGGEST = "SELECT MAX(`capacity_m3`) AS `most` FROM `dtimbr`.`warehouse`"


def largest_hall(sandbox: Sandbox) -> object:
    return timbr.stored(sandbox, "SELECT MAX(capacity_m3) FROM supply_chain.map_warehouse")[0][0]


@task(
    "faults",
    "How large is the largest warehouse that Timbr knows, in cubic metres? The line is very slow today.",
    expects=largest_hall,
    befalls=crawling,
)
async def slow(agent: Agent) -> object:
    told = await agent.call("timbr_run_query", "run a statement of SQL", ontology="supply_chain", sql=BIGGEST)
    return told["rows"][0][0]


@slow.bridged
async def _(bridge: Bridge) -> object:
    told = await bridge.insist("timbr_run_query", ontology_name="supply_chain", query=BIGGEST)
    return told["data"][0]["most"]
