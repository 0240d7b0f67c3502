"""What a session does: short runs of calls such as an assistant makes, each weighed by how often.

The weights keep every platform under its documented limits while ten calls are made in a second: clariBI's
5,000 requests an hour, Optimized.App's 250 a minute and 10 batches a minute for a group. OMIQ's exports take
about ten seconds each in the sandbox, so few are asked for.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from benchmarks.soak.caller import Caller

Errand = Callable[[Caller], Awaitable[None]]

_ORDERS = "SELECT `entity_id`, `PO_Number`, `ordered_on`, `total_value` FROM `dtimbr`.`purchase_order`"
_NESTED = (
    "SELECT `entity_id`, `PO_Number`, `has_line[po_line].entity_id`, `has_line[po_line].sku` "
    "FROM `dtimbr`.`purchase_order` LIMIT 40"
)
_SLOW = "SELECT * FROM `vtimbr`.`network_replay`"
_GRAPH = {"ontology": "supply_chain"}
_STUDY = "246956499786263"
_REPORT = "/public/Retail/Sales/Outlet trading week.datafor"
_WEB = "/public/Web"


async def reports(caller: Caller) -> None:
    """A list, its next page, and one of its rows closely."""
    first = await caller.ask("claribi_list_reports", limit=20)
    cursor = first["more"]["cursor"]
    await caller.ask("claribi_list_reports", limit=20, cursor=cursor)
    await caller.ask("claribi_get_report", report_id=caller.dice.choice(first["rows"])[0])


async def dashboards(caller: Caller) -> None:
    listed = await caller.ask("claribi_list_dashboards", limit=5)
    await caller.ask("claribi_get_dashboard", dashboard_id=caller.dice.choice(listed["rows"])[0])


async def report_file(caller: Caller) -> None:
    await caller.taken("claribi_download_report", report_id=caller.dice.choice(("9001", "9002", "9003")))


async def groups(caller: Caller) -> None:
    """A list that is no tool of its own, found first, in pages."""
    await caller.ask("find_operations", query=caller.dice.choice(("groups of contacts", "who can be asked")))
    first = await caller.ask("call_operation", name="optimized_list_groups", arguments={"limit": 3})
    more = {"limit": 3, "cursor": first["more"]["cursor"]}
    await caller.ask("call_operation", name="optimized_list_groups", arguments=more)


async def batch(caller: Caller) -> None:
    """A batch that is planned, and applied once: the second time it is refused."""
    plan = await _planned(caller)
    await caller.ask("apply_plan", plan=plan)
    await caller.refused("rejected", "apply_plan", plan=plan)


async def forgotten(caller: Caller) -> None:
    """A batch that is planned and left to expire."""
    await _planned(caller)


async def _planned(caller: Caller) -> str:
    groups = await caller.ask("call_operation", name="optimized_list_groups", arguments={"limit": 5})
    profile = {
        "external_id": f"soak-{caller.dice.getrandbits(48)}",
        "person": {"first_name": "Liv", "email_address": "liv.berg@example.org"},
    }
    group = caller.dice.choice(groups["rows"])[0]
    planned = await caller.ask("optimized_create_batch", group_id=group, profiles=[profile] * 1)
    plan: str = planned["plan"]
    return plan


async def graph(caller: Caller) -> None:
    await caller.ask("timbr_list_ontologies")
    await caller.ask("timbr_describe", **_GRAPH, name=caller.dice.choice(("supplier", "purchase_order")))
    await caller.ask("timbr_read_concept", **_GRAPH, name="supplier", limit=20)


async def nested(caller: Caller) -> None:
    await caller.ask("timbr_run_query", **_GRAPH, sql=_NESTED, flags=["nested"])


async def orders(caller: Caller) -> None:
    """Rows behind a handle: read on, aggregated, exported, and read as a resource."""
    found = await caller.ask("timbr_run_query", **_GRAPH, sql=_ORDERS, limit=200)
    handle = found["more"]["result"]
    read = await caller.ask("read_result", result=handle, cursor=str(found["more"]["from"]))
    if "more" in read:
        await caller.ask("read_result", result=handle, cursor=read["more"]["cursor"], fields=["po_number"])
    await caller.ask("query_results", sql=f"DESCRIBE {handle}")
    sql = f"SELECT ordered_on, SUM(total_value) AS value FROM {handle} GROUP BY ordered_on ORDER BY 1"
    await caller.ask("query_results", sql=sql)
    form = caller.dice.choice(("csv", "json", "parquet"))
    await caller.taken("call_operation", name="export_result", arguments={"result": handle, "format": form})
    await caller.read(handle)


async def joined(caller: Caller) -> None:
    """Rows of two platforms in one statement."""
    listed = await caller.ask("claribi_list_reports", limit=40)
    stores = await caller.ask("timbr_run_query", **_GRAPH, sql=_ORDERS, limit=100)
    one, other = listed["more"]["result"], stores["more"]["result"]
    sql = f"SELECT COUNT(*) AS n FROM {one} JOIN {other} ON {one}.id <> {other}.po_number"
    await caller.ask("query_results", sql=sql)


async def study(caller: Caller) -> None:
    await caller.ask("omiq_list_datasets", limit=5)
    await caller.ask("omiq_list_workflows", limit=10)
    told = await caller.ask("omiq_describe_workflow", workflow_id=_STUDY)
    await caller.ask("omiq_list_files", dataset_id=told["about"]["dataset_id"])


async def populations(caller: Caller) -> None:
    """Numbers that take an export the first time, and are remembered."""
    asked: dict[str, Any] = {"workflow_id": _STUDY, "populations": ["Lymphocytes/Singlets"]}
    files = ["VAX07_D101_V1_unstim.fcs"]
    await caller.ask("omiq_summarize_population", **asked, files=files)


async def events(caller: Caller) -> None:
    asked = {"workflow_id": _STUDY, "populations": ["Lymphocytes/Singlets"]}
    await caller.taken("omiq_export_events", **asked, file="VAX07_D101_V1_unstim.fcs")


async def content(caller: Caller) -> None:
    found = await caller.ask("optimibi_find_content", query="outlet trading wek")
    await caller.ask("optimibi_get_lineage", item=found["rows"][0][2])
    await caller.ask("optimibi_list_folder", folder="/public/Retail")
    await caller.ask("optimibi_get_report_link", report=_REPORT)


async def tables(caller: Caller) -> None:
    source = {"connection": "retail_dw"}
    await caller.ask("optimibi_browse_connections", **source, db_schema="sales")
    await caller.ask("optimibi_preview_data", **source, table="store", limit=caller.dice.randint(3, 50))
    await caller.ask("optimibi_query_cube", alert="low_net_sales")
    await caller.ask("optimibi_list_alerts")


async def recent(caller: Caller) -> None:
    """Changes that reach nobody are made at once, and one that is shared is planned and left."""
    items = {"items": [_REPORT]}
    await caller.ask("change_operation", name="optimibi_add_recent_items", arguments=items)
    await caller.ask("change_operation", name="claribi_refresh_dashboard", arguments={"dashboard_id": "51"})
    folder = {"path": f"{_WEB}/Weekly {caller.dice.getrandbits(32)}"}
    await caller.ask("change_operation", name="optimibi_create_folder", arguments=folder)


async def slips(caller: Caller) -> None:
    """What goes wrong with arguments, each refused in words."""
    await caller.refused("rejected", "claribi_list_reports", limit=5, feilds=["id"])
    await caller.refused("not_found", "claribi_get_report", report_id=str(caller.dice.randint(10**5, 10**9)))
    await caller.refused("not_found", "read_result", result=f"rows_{caller.dice.randint(2**20, 2**24)}")
    await caller.refused("protocol -32602", "pentad_list_moons")
    await caller.refused("not_found", "apply_plan", plan=f"create-batch-{caller.dice.getrandbits(32)}")


async def strangers(caller: Caller) -> None:
    """Names that differ every time, so that whatever is remembered by name would grow."""
    name = f"x{caller.dice.getrandbits(40):010x}"
    await caller.refused("rejected", "timbr_describe", ontology=name, name="supplier")
    await caller.refused("rejected", "query_results", sql=f"SELECT {name} FROM rows_{name}")
    await caller.refused("not_found", "optimibi_list_folder", folder=f"/public/{name}")
    await caller.refused("rejected", "timbr_run_query", **_GRAPH, sql=f"SELECT * FROM `dtimbr`.`{name}`")


async def impatient(caller: Caller) -> None:
    """A call that is given up while the platform works."""
    await caller.given_up(caller.dice.uniform(0.05, 1.0), "timbr_run_query", **_GRAPH, sql=_SLOW)


async def lists(caller: Caller) -> None:
    await caller.pause()
    await caller.client.list_tools()
    await caller.client.list_resources()
    await caller.ask("pentad_status")


ERRANDS: Mapping[Errand, float] = {
    reports: 10, dashboards: 8, report_file: 8, groups: 8, batch: 3, forgotten: 12, graph: 8, nested: 4,
    orders: 8, joined: 4, study: 8, populations: 3, events: 1, content: 8, tables: 8, recent: 5, slips: 6,
    strangers: 6, impatient: 4, lists: 6,
}  # fmt: skip
