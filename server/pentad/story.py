"""What the demo tells: the calls of the main job, and why each is made."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, Protocol

from pentad.platforms.timbr.flags import FLAGS


class Ask(Protocol):
    async def __call__(self, name: str, arguments: dict[str, Any], *, fails: bool = False) -> dict[str, Any]:
        """What the model reads of a call; `fails` where an error is what is to be shown."""
        ...


class Story:
    """`say` is told what each call is for, `ask` makes it."""

    def __init__(self, say: Callable[[str], None], ask: Ask) -> None:
        self.say = say
        self.ask = ask

    async def tell(self) -> None:
        await self._reports()
        await self._batch()
        await self._bi()
        await self._cells()
        await self._graph()
        await self._joined()

    async def _reports(self) -> None:
        self.say("Which reports are there, and which are not done?")
        await self.ask("claribi_list_reports", {"limit": 12})
        self.say("A slip in an argument is explained, not ignored:")
        await self.ask("claribi_list_reports", {"limit": 12, "feilds": ["id", "title"]}, fails=True)
        self.say("Mended:")
        listed = await self.ask(
            "claribi_list_reports", {"limit": 12, "fields": ["id", "title", "updated_at"]}
        )
        self.say(f"Generate {listed['rows'][9][1]!r} and wait for it:")
        await self.ask("claribi_generate_report", {"report_id": listed["rows"][9][0]})
        self.say("Its file goes to disk, not through the model:")
        await self.ask("claribi_download_report", {"report_id": listed["rows"][1][0]})

    async def _batch(self) -> None:
        self.say("Who may be contacted? What is no tool of its own is found by what it does, and called:")
        await self.ask("find_operations", {"query": "groups for a batch of contacts"})
        listing = {"name": "optimized_list_groups", "arguments": {"limit": 3, "sort": "-created_at"}}
        groups = await self.ask("call_operation", listing)
        self.say("Real people get called, so a batch is shown before it is sent:")
        planned = await self.ask(
            "optimized_create_batch", {"group_id": groups["rows"][0][0], "profiles": PEOPLE}
        )
        self.say("The user agrees:")
        await self.ask("apply_plan", {"plan": planned["plan"]})

    async def _bi(self) -> None:
        self.say("Somebody asks for 'the outlet trading week'. Which report is it, and what is behind it?")
        found = await self.ask("optimibi_find_content", {"query": "outlet trading wek"})
        report = found["rows"][0][2]
        lineage = await self.ask("optimibi_get_lineage", {"item": report})
        kinds = {row[0]: row[1] for row in lineage["rows"]}
        self.say("Its data, as the connection has them:")
        await self.ask(
            "optimibi_browse_connections", {"connection": kinds["connection"], "db_schema": "sales"}
        )
        await self.ask(
            "optimibi_preview_data", {"connection": kinds["connection"], "table": "store", "limit": 3}
        )
        self.say("A link for the colleague, with a parameter. A value that it does not have is told:")
        wanted = {"report": report, "parameters": {"sales_region": "Nort"}}
        await self.ask("optimibi_get_report_link", wanted, fails=True)
        await self.ask("optimibi_get_report_link", wanted | {"parameters": {"sales_region": "North"}})

    async def _cells(self) -> None:
        self.say("Cytometry: how is this study analysed?")
        listed = await self.ask("omiq_list_workflows", {"limit": 5})
        study = next(row[0] for row in listed["rows"] if row[1] == "VAX-07 T-cell gating v2")
        self.say("Its tasks, and its populations as a tree:")
        described = await self.ask("omiq_describe_workflow", {"workflow_id": study})
        files = await self.ask(
            "omiq_list_files", {"dataset_id": described["about"]["dataset_id"], "fields": ["name", "Stim"]}
        )
        self.say("How many live T cells are there with and without stimulation? Events are counted on this")
        self.say("side, file by file, and no event passes through the model:")
        first = [row[0] for row in files["rows"][:2]]
        asked = {"workflow_id": study, "populations": ["Live CD3+", "any cytokine"], "files": first}
        await self.ask("omiq_summarize_population", asked | {"task_id": "5", "features": ["PE-A"]})
        self.say("A population of a branch beside it cannot be seen from there:")
        await self.ask(
            "omiq_summarize_population", asked | {"task_id": "5", "populations": ["CD8+"]}, fails=True
        )

    async def _graph(self) -> None:
        self.say("What does the knowledge graph hold? One concept closely, with paths ready for SQL:")
        await self.ask("timbr_describe", {"ontology": "supply_chain", "name": "purchase_order"})
        self.say("A flat query repeats the order for each of its lines:")
        asked = {"ontology": "supply_chain", "sql": ORDERS}
        await self.ask("timbr_run_query", asked)
        self.say("The same, nested:")
        await self.ask("timbr_run_query", asked | {"flags": ["nested"]})
        for flag in FLAGS[1:]:
            self.say(f"With {flag}:")
            await self.ask("timbr_run_query", asked | {"flags": ["nested", flag]})
        self.say("A statement that does more than read is not sent:")
        await self.ask(
            "timbr_run_query", asked | {"sql": "WITH a AS (SHOW TOKEN) SELECT * FROM a"}, fails=True
        )

    async def _joined(self) -> None:
        self.say("Nothing fetched is lost: what does not fit stays behind a handle.")
        reports = await self.ask("claribi_list_reports", {"limit": 120})
        orders = await self.ask("timbr_run_query", {"ontology": "supply_chain", "sql": BOUGHT})
        self.say("One statement joins the graph's rows with the list of reports, week by week:")
        handles = {"reports": reports["more"]["result"], "orders": orders["more"]["result"]}
        weeks = await self.ask("query_results", {"sql": WEEKS.format(**handles)})
        self.say("And draws them:")
        drawn = {"result": weeks["more"]["result"], "kind": "scatter", "x": "revenue", "y": "ordered"}
        drawing = {"name": "plot_result", "arguments": drawn}
        await self.ask("call_operation", drawing, fails=find_spec("matplotlib") is None)


PEOPLE = [
    {
        "external_id": "crm-7714",
        "person": {"first_name": "Pekka", "last_name": "Ranta", "phone_number": "+358402223344"},
        "attributes": [{"name": "renewal_month", "value": "March"}],
    },
    {
        "external_id": "crm-7715",
        "person": {"first_name": "Liv", "last_name": "Berg", "email_address": "liv.berg@example.org"},
    },
]

ORDERS = (
    "SELECT `entity_id`, `PO_Number`, `Is_Expedited`, `total_value`, `has_line[po_line].entity_id`, "
    "`has_line[po_line].sku` FROM `dtimbr`.`purchase_order` WHERE `PO_Number` = 'PO-7001'"
)

BOUGHT = (
    "SELECT `ordered_on`, `total_value` FROM `dtimbr`.`purchase_order` "
    "WHERE `ordered_on` >= '2025-01-01' AND `ordered_on` < '2025-05-01'"
)

WEEKS = (
    "WITH spent AS (SELECT date_trunc('week', ordered_on) AS week, SUM(total_value) AS ordered "
    "FROM {orders} GROUP BY 1), earned AS (SELECT date_trunc('week', created_at) AS week, "
    "ROUND(SUM(metrics.net_revenue), 2) AS revenue FROM {reports} GROUP BY 1) "
    "SELECT strftime(week, '%Y-%m-%d') AS week, revenue, ordered FROM earned JOIN spent USING (week) "
    "ORDER BY week"
)
