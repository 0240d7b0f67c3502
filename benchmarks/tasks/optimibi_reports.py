"""Tasks on Optimibi's repository: reports found, linked, copied, restored, kept at hand."""

from __future__ import annotations

import base64
import json

from benchmarks.tasks.agent import Agent
from benchmarks.tasks.bridge import Bridge
from benchmarks.tasks.optimibi import state
from benchmarks.tasks.task import task
from benchmarks.tasks.users import reading
from pentad.sandbox import Sandbox
from pentad.sandbox.optimibi.accounts import ADMIN
from pentad.sandbox.optimibi.content import DELETED, REPORT, favourites


def loyalty(sandbox: Sandbox) -> object:
    (path,) = [one.path for one in state(sandbox).nodes.values() if one.title == "Kundenbindung Süd"]
    return path


@task(
    "single",
    "Where is the Optimibi report that people call 'sud kundenbindung', on a keyboard without umlauts?",
    expects=loyalty,
)
async def spelt(agent: Agent) -> object:
    told = await agent.call("optimibi_find_content", "find a report by its name", query="sud kundenbindung")
    return told["rows"][0][told["columns"].index("path")]


@spelt.bridged
async def _(bridge: Bridge) -> object:
    told = await bridge.call("optimibi_search_repository", word="kundenbindung")
    return told["data"][0]["path"]


def narrowed(sandbox: Sandbox) -> object:
    """What follows the server's own address."""
    named = base64.b64encode(state(sandbox).nodes[REPORT].path.encode()).decode()
    return f"/plugin/datafor/api/integrate/{named}?sales_region=Coast&from_date=2026-02"


@task(
    "steps",
    "Give me a link to embed Optimibi's 'Outlet trading week', for the coast region from February 2026 on.",
    expects=narrowed,
)
async def link(agent: Agent) -> object:
    told = await agent.call(
        "optimibi_get_report_link",
        "link to a report with parameters",
        report="Outlet trading week",
        parameters={"sales_region": "coast", "from_date": "2026-02"},
    )
    return _after_server(told["url"])


def _after_server(url: str) -> str:
    return url[url.index("/plugin/") :]


@link.bridged
async def _(bridge: Bridge) -> object:
    found = await bridge.call("optimibi_search_repository", word="Outlet trading week")
    known = await bridge.call("optimibi_list_parameters")
    session = await bridge.call("optimibi_get_session_info")
    (region,) = [one for one in known["data"] if one["name"] == "sales_region"]
    coast = next(word for word in ("Coast", "COAST", "coast") if f'"{word}"' in region["detail"])
    named = base64.b64encode(found["data"][0]["path"].encode()).decode()
    query = f"sales_region={coast}&from_date=2026-02"
    return _after_server(f"{session['serverNameFull']}plugin/datafor/api/integrate/{named}?{query}")


_NEW, _OLD = (f"/public/Logistics/{folder}/Delays.datafor" for folder in ("Monthly", "Depots"))


def delays(sandbox: Sandbox) -> object:
    """Both stand on the same models then, which they did not before."""
    nodes = state(sandbox).nodes
    return [_NEW, *(nodes[_OLD].models)] if nodes[_NEW].models == nodes[_OLD].models else None


@task(
    "writes",
    "Replace the report 'Delays' in Optimibi's /public/Logistics/Monthly by a copy of the one in Depots, and "
    "name the models it stands on then. Tell me before if something is overwritten.",
    expects=delays,
    changes=(
        f"optimibi.nodes.{_NEW}.*",
        f"optimibi.acls.{_NEW}.*",
        # Every item holds the same access lists.
        f"optimibi.nodes.*.lists.{_NEW}.*",
    ),
    user=reading("Delays", "/public/Logistics/Monthly", "REPLACED"),
)
async def replaced(agent: Agent) -> object:
    copied = await agent.call(
        "optimibi_copy_items",
        "copy a report into another folder",
        items=["/public/Logistics/Depots/Delays"],
        folder="/public/Logistics/Monthly",
        if_taken="overwrite",
    )
    path = f"{copied['folder']}/{copied['replaced'][0]}"
    told = await agent.call("optimibi_get_lineage", "what a report depends on", item=path)
    return [path, *(name for kind, name, *_ in told["rows"] if kind == "model")]


@replaced.bridged
async def _(bridge: Bridge) -> object:
    found = await bridge.call("optimibi_list_folder_children", pathId="/public/Logistics/Depots")
    (report,) = [one for one in found if one["title"] == "Delays"]
    await bridge.call(
        "optimibi_copy_items",
        pathId="/public/Logistics/Monthly",
        fileId=report["id"],
        mode=1,
        owner=ADMIN,
        entriesInheriting=True,
        aces=[],
    )
    path = f"/public/Logistics/Monthly/{report['name']}"
    told = await bridge.call("optimibi_get_lineage_graph", pathIds=[path])
    return [path, *(one["name"] for one in told["objs"] if one["type"] == "schema")]


def revived(sandbox: Sandbox) -> object:
    now = state(sandbox)
    watching = [name for name, one in now.alerts.items() if one.page == DELETED]
    return [DELETED if DELETED in now.nodes else "nowhere", watching]


@task(
    "writes",
    "The report 'Deleted long ago' was thrown away by mistake: bring it back, and say where it is and which "
    "alerts watch it.",
    expects=revived,
    changes=(f"optimibi.nodes.{DELETED}.*", "optimibi.trash.*"),
    user=reading("Deleted long ago"),
)
async def restored(agent: Agent) -> object:
    told = await agent.call(
        "optimibi_restore_items", "bring a deleted report back", items=["Deleted long ago"]
    )
    (path,) = told["paths"]
    watching = await agent.call("optimibi_list_alerts", "list the alerts of a report", report=path)
    return [path, [row[0] for row in watching["rows"]]]


@restored.bridged
async def _(bridge: Bridge) -> object:
    trash = await bridge.call("optimibi_list_trash")
    (gone,) = [one for one in trash if one["title"] == "Deleted long ago"]
    await bridge.call("optimibi_restore_items", body=gone["id"])
    path = f"{gone['originalParentFolderPath']}/{gone['name']}"
    watching = await bridge.call("optimibi_list_alerts", pagePath=path)
    return [path, [one["name"] for one in watching["data"]]]


def starred(sandbox: Sandbox) -> object:
    """The others stay behind it, one that leads nowhere included."""
    now = state(sandbox)
    last = max(now.recents[ADMIN], key=lambda one: int(one["lastUse"]))
    first, *others = [one["fullPath"] for one in now.favourites[ADMIN]]
    former = [one["fullPath"] for one in favourites(now.nodes, ADMIN, now.born)]
    return [last["fullPath"], len(former) + 1] if others == former else first


@task(
    "writes",
    "Star the report that I opened last in Optimibi; my other favourites stay. How many are there then?",
    expects=starred,
    changes=(f"optimibi.favourites.{ADMIN}.*",),
    user=reading(f"/home/{ADMIN}/Weekly trading.datafor"),
)
async def favourite(agent: Agent) -> object:
    opened = await agent.call("optimibi_list_recent_items", "what I opened recently")
    told = await agent.call(
        "optimibi_save_favorites",
        "star a report as favourite",
        items=[opened["rows"][0][opened["columns"].index("path")]],
    )
    return [*told["first"], told["total"]]


@favourite.bridged
async def _(bridge: Bridge) -> object:
    opened = await bridge.call("optimibi_list_recent_items")
    last = max(opened, key=lambda one: int(one["lastUse"]))
    told = await bridge.call("optimibi_save_favorites", append=True, distinct=True, body=[last])
    return [last["fullPath"], len(json.loads(told["data"]))]
