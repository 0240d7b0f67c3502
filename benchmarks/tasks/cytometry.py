"""Tasks on OMIQ's workflows and files: gates, populations, events, corrections."""

from __future__ import annotations

from benchmarks.tasks import omiq
from benchmarks.tasks.agent import Agent
from benchmarks.tasks.approvals import STUDY
from benchmarks.tasks.bridge import Bridge
from benchmarks.tasks.task import task
from benchmarks.tasks.users import reading
from pentad.sandbox import Sandbox
from pentad.sandbox.omiq.documents import CYTOKINES, GATING, SUBSETS
from pentad.sandbox.omiq.records import DataFile, Workflow
from pentad.sandbox.omiq.views import View, containers, nodes

GATED = "VAX-07 T-cell gating v2"
TITRATION = "Titration of γδ clones / März, 2nd try"
SIGNED = "The export ends at a signed address of another host, which none of its tools can fetch."


def gated(sandbox: Sandbox) -> Workflow:
    return next(one for one in omiq.state(sandbox).workflows.values() if one.document["name"] == GATED)


def files_of(sandbox: Sandbox, name: str) -> list[DataFile]:
    now = omiq.state(sandbox)
    dataset = next(one.id for one in now.datasets.values() if one.name == name)
    return [one for one in now.files.values() if one.dataset == dataset]


def viewed(sandbox: Sandbox, file: DataFile) -> View:
    return View(gated(sandbox).document, file.id, omiq.state(sandbox).raw(file))


def members(view: View, number: int, name: str) -> bytearray:
    """Which events of the file are in the population that a task defines under this name."""
    of_task = view.tasks()[number]
    return view.members(of_task, next(one for one in nodes(of_task) if view.name(of_task, one) == name))


def lacking(sandbox: Sandbox) -> object:
    whole, part = (
        {channel.name for file in files_of(sandbox, name) for channel in file.panel}
        for name in (STUDY, TITRATION)
    )
    return sorted(whole - part)


@task(
    "steps",
    f"Which detectors do the files of OMIQ's '{STUDY}' have that those of '{TITRATION}' lack?",
    expects=lacking,
)
async def detectors(agent: Agent) -> object:
    datasets = await agent.call("omiq_list_datasets", "list datasets", fields=["name", "id"])
    ids = dict(datasets["rows"])
    results = []
    for name in (STUDY, TITRATION):
        listed = await agent.call(
            "omiq_list_files", "list the files of a dataset", dataset_id=ids[name], fields=["status"]
        )
        results.append(f"SELECT UNNEST(feature_list).name AS name FROM {listed['more']['result']}")
    told = await agent.call("query_results", sql=f"{' EXCEPT '.join(results)} ORDER BY name")
    return [row[0] for row in told["rows"]]


@detectors.bridged
async def _(bridge: Bridge) -> object:
    ids = {one["displayName"]: one["id"] for one in (await bridge.call("omiq_list_datasets"))["datasets"]}
    panels = []
    for name in (STUDY, TITRATION):
        files = (await bridge.call("omiq_list_dataset_files", datasetId=ids[name]))["files"]
        panels.append({feature["name"] for file in files for feature in file.get("features", ())})
    return sorted(panels[0] - panels[1])


def moved_files(sandbox: Sandbox) -> object:
    of_task = viewed(sandbox, files_of(sandbox, STUDY)[0]).tasks()[GATING]
    gate = next(one for one in containers(of_task).values() if one["name"] == "Live CD3+")
    names = omiq.state(sandbox).files
    return sorted(names[int(one)].name for one in gate["perFileFilters"])


@task(
    "steps",
    f"In which files is the gate 'Live CD3+' of OMIQ's workflow '{GATED}' drawn otherwise than by default?",
    expects=moved_files,
)
async def redrawn(agent: Agent) -> object:
    listed = await agent.call("omiq_list_workflows", "list workflows", fields=["id", "name", "dataset_id"])
    ((workflow, dataset),) = [(id_, of) for id_, name, of in listed["rows"] if name == GATED]
    gates = await agent.call(
        "omiq_list_gates",
        "gates that have their own position in some files",
        workflow_id=workflow,
        population="Live CD3+",
        fields=["overrides"],
    )
    files = await agent.call(
        "omiq_list_files", "list the files of a dataset", dataset_id=dataset, fields=["id", "name"]
    )
    return sorted(name for id_, name in files["rows"] if id_ in gates["rows"][0][0])


@redrawn.bridged
async def _(bridge: Bridge) -> object:
    listed = (await bridge.call("omiq_list_workflows"))["workflows"]
    (found,) = [one for one in listed if one["name"] == GATED]
    document = (await bridge.call("omiq_get_workflow", workflowId=found["id"]))["config"]
    trees = [one["gatingTree"]["filterContainers"] for one in document["tasks"] if "gatingTree" in one]
    (gate,) = [one for tree in trees for one in tree.values() if one.get("name") == "Live CD3+"]
    files = (await bridge.call("omiq_list_dataset_files", datasetId=found["datasetId"]))["files"]
    return sorted(one["displayName"] for one in files if str(one["id"]) in gate["perFileFilters"])


def most_helpers(sandbox: Sandbox) -> object:
    shares = []
    for file in files_of(sandbox, STUDY):
        if file.metadata.get("Donor") == "D103":
            view = viewed(sandbox, file)
            member, rows = members(view, SUBSETS, "CD4+ CD8-"), view.rows(SUBSETS)
            shares.append((round(100 * sum(member[row] for row in rows) / len(rows), 2), file.name))
    share, name = max(shares)
    return [name, share]


@task(
    "steps",
    f"Which file of donor D103 has the largest share of CD4+ CD8- cells by OMIQ's '{GATED}', and how large?",
    expects=most_helpers,
    unbridged=SIGNED,
)
async def helpers(agent: Agent) -> object:
    listed = await agent.call("omiq_list_workflows", "list workflows", fields=["id", "name"])
    (workflow,) = [id_ for id_, name in listed["rows"] if name == GATED]
    told = await agent.call(
        "omiq_summarize_population",
        "share of a population in each file",
        workflow_id=workflow,
        populations=["CD4+ CD8-"],
        files=[f"VAX07_D103_{visit}_{stim}.fcs" for visit in ("V1", "V2") for stim in ("unstim", "spike")],
        fields=["file", "pct_parent"],
    )
    return max(told["rows"], key=lambda row: row[1])


def answering(sandbox: Sandbox) -> object:
    file = next(one for one in files_of(sandbox, STUDY) if one.name == "VAX07_D102_V1_spike.fcs")
    view = viewed(sandbox, file)
    member, cd8 = members(view, CYTOKINES, "any cytokine"), view.values(CYTOKINES, "BUV805-A")
    kept = [row for row in view.rows(CYTOKINES) if member[row]]
    return [sum(cd8[row] > 2.5 for row in kept), len(kept)]


@task(
    "steps",
    "How many cells of VAX07_D102_V1_spike.fcs make any cytokine at task 5 of OMIQ's "
    f"'{GATED}', and how many of these have CD8 above 2.5?",
    expects=answering,
    unbridged=SIGNED,
)
async def killers(agent: Agent) -> object:
    listed = await agent.call("omiq_list_workflows", "list workflows", fields=["id", "name"])
    (workflow,) = [id_ for id_, name in listed["rows"] if name == GATED]
    file = await agent.call(
        "omiq_export_events",
        "export the events of a file",
        workflow_id=workflow,
        file="VAX07_D102_V1_spike.fcs",
        task_id="5",
        populations=["any cytokine"],
        features=["CD8"],
        options=["drop_not_filtered"],
    )
    # Columns of a CSV file are text.
    sql = 'SELECT COUNT(*) FILTER (CAST("BUV805-A___CD8" AS DOUBLE) > 2.5), COUNT(*) '
    told = await agent.call("query_results", sql=f"{sql} FROM {file['result']}")
    return told["rows"][0]


def of_donor(sandbox: Sandbox) -> object:
    files = [one for one in files_of(sandbox, STUDY) if one.metadata.get("Donor") == "D104"]
    return sorted([str(one.id), one.metadata["Visit"], one.metadata["Batch"]] for one in files)


@task(
    "writes",
    f"The files of donor D104 in OMIQ's '{STUDY}' belong to batch B3. Correct that, keep what else is known "
    "of them, and tell me id, visit and batch of each.",
    expects=of_donor,
    changes=("omiq.files.*.metadata.Batch", "omiq.datasets.*.changed"),
)
async def rebatched(agent: Agent) -> object:
    datasets = await agent.call("omiq_list_datasets", "list datasets", fields=["name", "id"])
    dataset = dict(datasets["rows"])[STUDY]
    files = await agent.call(
        "omiq_list_files", "list the files of a dataset", dataset_id=dataset, fields=["id", "Donor"]
    )
    told = await agent.call(
        "omiq_update_file_metadata",
        "change a metadata column of files",
        dataset_id=dataset,
        metadata={id_: {"Batch": "B3"} for id_, donor in files["rows"] if donor == "D104"},
    )
    wanted = [told["columns"].index(one) for one in ("id", "Visit", "Batch")]
    return sorted([row[one] for one in wanted] for row in told["rows"])


@rebatched.bridged
async def _(bridge: Bridge) -> object:
    datasets = (await bridge.call("omiq_list_datasets"))["datasets"]
    (dataset,) = [one["id"] for one in datasets if one["displayName"] == STUDY]
    files = (await bridge.call("omiq_list_dataset_files", datasetId=dataset))["files"]
    about = {str(one["id"]): one["omiqMetadata"] for one in files}
    wanted = {id_: {**one, "Batch": "B3"} for id_, one in about.items() if one.get("Donor") == "D104"}
    await bridge.call("omiq_set_file_metadata", datasetId=dataset, omiqMetadatas=wanted)
    return sorted([id_, one["Visit"], one["Batch"]] for id_, one in wanted.items())


def sampled(sandbox: Sandbox) -> object:
    number = next(one for one in gated(sandbox).document["tasks"] if one["name"].startswith("1k live T"))
    return [number["id"], number["maxEvents"]]


@task(
    "writes",
    f"Let the step of OMIQ's '{GATED}' that takes 1k live T cells of each file take 500, once I have seen "
    "what changes. Which step is it, and how many does it take then?",
    expects=sampled,
    changes=("omiq.workflows.*.document.tasks.*.maxEvents", "omiq.workflows.*.changed"),
    user=reading("1k live T cells per file", "1000 -> 500"),
)
async def sampling(agent: Agent) -> object:
    listed = await agent.call("omiq_list_workflows", "list workflows", fields=["id", "name"])
    (workflow,) = [id_ for id_, name in listed["rows"] if name == GATED]
    # The step's number is in the list of steps; what its settings are called is told for one step.
    found = await agent.call(
        "omiq_describe_workflow",
        "steps of a workflow and their settings",
        workflow_id=workflow,
        fields=["id"],
    )
    (line,) = [one for one in found["about"]["tasks"] if "1k live T cells" in one]
    step = line.split()[0]
    about = await agent.call(
        "omiq_describe_workflow",
        "steps of a workflow and their settings",
        workflow_id=workflow,
        task_id=step,
        fields=["id"],
    )
    (setting,) = [one.partition(":")[0] for one in about["about"]["settings"] if one.endswith(" 1000")]
    told = await agent.call(
        "omiq_update_workflow_task",
        "change a setting of a step of a workflow",
        workflow_id=workflow,
        task_id=step,
        changes={setting: 500},
    )
    return step, told["stored"][setting]


@sampling.bridged
async def _(bridge: Bridge) -> object:
    listed = (await bridge.call("omiq_list_workflows"))["workflows"]
    (workflow,) = [one["id"] for one in listed if one["name"] == GATED]
    document = (await bridge.call("omiq_get_workflow", workflowId=workflow))["config"]
    (step,) = [one for one in document["tasks"] if "1k live T cells" in one["name"]]
    told = await bridge.call(
        "omiq_update_workflow_task", workflowId=workflow, task={**step, "maxEvents": 500}, overrideLock=False
    )
    (stored,) = [one for one in told["config"]["tasks"] if one["id"] == step["id"]]
    return stored["id"], stored["maxEvents"]
