"""Tasks on OMIQ: datasets, files, tags."""

from __future__ import annotations

from benchmarks.tasks.agent import Agent
from benchmarks.tasks.bridge import Bridge
from benchmarks.tasks.task import task
from pentad.sandbox import Sandbox
from pentad.sandbox.omiq.state import State


def state(sandbox: Sandbox) -> State:
    """The tenant as it is now."""
    found: State = sandbox.platforms["omiq"].state
    return found


def spiked_files(sandbox: Sandbox) -> object:
    now = state(sandbox)
    study = next(one.id for one in now.datasets.values() if one.tags.get("study") == "VAX-07")
    files = [one for one in now.files.values() if one.dataset == study and one.stimulated]
    return sum(one.metadata["Batch"] == "B2" for one in files)


@task(
    "steps",
    "How many files of the study VAX-07 in OMIQ are of batch B2 and stimulated with the spike pool?",
    expects=spiked_files,
)
async def stimulated(agent: Agent) -> object:
    datasets = await agent.call("omiq_list_datasets", "list datasets with their tags")
    (study,) = [row[0] for row in datasets["rows"] if row[2].get("study") == "VAX-07"]
    files = await agent.call("omiq_list_files", "list the files of a dataset", dataset_id=study)
    sql = f"SELECT COUNT(*) FROM {files['more']['result']} WHERE Stim = 'spike pool' AND Batch = 'B2'"
    told = await agent.call("query_results", sql=sql)
    return told["rows"][0][0]


@stimulated.bridged
async def _(bridge: Bridge) -> object:
    datasets = await bridge.call("omiq_list_datasets")
    (study,) = [one["id"] for one in datasets["datasets"] if one["metadata"].get("study") == "VAX-07"]
    told = await bridge.call("omiq_list_dataset_files", datasetId=study)
    about = [one["omiqMetadata"] for one in told["files"]]
    return sum(one.get("Stim") == "spike pool" and one.get("Batch") == "B2" for one in about)


def tags_of_controls(sandbox: Sandbox) -> object:
    datasets = state(sandbox).datasets.values()
    return next(one.tags for one in datasets if one.name == "Compensation controls")


@task(
    "writes",
    "Mark the OMIQ dataset 'Compensation controls' with the tag checked = yes and keep its other tags.",
    expects=tags_of_controls,
    changes=("omiq.datasets.*.tags.checked", "omiq.datasets.*.changed"),
)
async def tagged(agent: Agent) -> object:
    datasets = await agent.call("omiq_list_datasets", "list datasets with their tags")
    ((dataset, tags),) = [(row[0], row[2]) for row in datasets["rows"] if row[1] == "Compensation controls"]
    wanted = {**tags, "checked": "yes"}
    told = await agent.call(
        "omiq_update_dataset_tags", "set the tags of a dataset", dataset_id=dataset, tags=wanted
    )
    return told["tags"]


@tagged.bridged
async def _(bridge: Bridge) -> object:
    datasets = await bridge.call("omiq_list_datasets")
    (found,) = [one for one in datasets["datasets"] if one["displayName"] == "Compensation controls"]
    wanted = {**found["metadata"], "checked": "yes"}
    told = await bridge.call("omiq_set_dataset_tags", datasetId=found["id"], metadata=wanted)
    return told["dataset"]["metadata"]


def events_of_file(sandbox: Sandbox) -> object:
    now = state(sandbox)
    return next(now.count(one) for one in now.files.values() if one.name == "VAX07_D103_V1_spike.fcs")


@task(
    "steps",
    "How many events of VAX07_D103_V1_spike.fcs reach task 5 of OMIQ's workflow 'VAX-07 T-cell gating v2'?",
    expects=events_of_file,
    unbridged="The export ends at a signed address of another host, which none of its tools can fetch.",
)
async def exported(agent: Agent) -> object:
    listed = await agent.call("omiq_list_workflows", "list workflows")
    (workflow,) = [row[0] for row in listed["rows"] if row[1] == "VAX-07 T-cell gating v2"]
    file = await agent.call(
        "omiq_export_events",
        "export the events of a file",
        workflow_id=workflow,
        file="VAX07_D103_V1_spike.fcs",
        task_id="5",
    )
    return file["row_count"]
