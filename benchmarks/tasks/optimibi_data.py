"""Tasks on what lies behind Optimibi's reports: tables, models, figures, parameters and dictionaries."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from benchmarks.tasks.agent import Agent
from benchmarks.tasks.bridge import Bridge
from benchmarks.tasks.optimibi import state
from benchmarks.tasks.task import task
from pentad.sandbox import Sandbox
from pentad.sandbox.optimibi.warehouse import query


def _selected(sandbox: Sandbox, connection: str, sql: str) -> list[tuple[Any, ...]]:
    """Of the database itself."""
    return query(state(sandbox).dice.seed, connection, sql)[1]


def road(sandbox: Sandbox) -> object:
    sql = "SELECT carrier_name FROM freight.carrier WHERE mode = 'road' ORDER BY carrier_id"
    return [name for (name,) in _selected(sandbox, "freight", sql)]


@task(
    "single", "Which carriers in the table behind Optimibi's connection 'freight' go by road?", expects=road
)
async def carriers(agent: Agent) -> object:
    told = await agent.call(
        "optimibi_preview_data", "look at rows of a table", connection="freight", table="carrier"
    )
    return [name for _, name, mode in told["rows"] if mode == "road"]


@carriers.bridged
async def _(bridge: Bridge) -> object:
    told = await bridge.call(
        "optimibi_preview_table_data", connection="freight", schema="freight", table="carrier"
    )
    return [one["carrier_name"] for one in told["data"] if one["mode"] == "road"]


def keyed(sandbox: Sandbox) -> object:
    sql = (
        "SELECT table_name FROM information_schema.columns "
        "WHERE table_schema = 'GL' AND column_name = 'COST_CENTER_ID' ORDER BY 1"
    )
    return [name for (name,) in _selected(sandbox, "finance_gl", sql)]


@task(
    "steps",
    "In which tables of Optimibi's connection 'finance_gl' is there a column COST_CENTER_ID?",
    expects=keyed,
)
async def columns(agent: Agent) -> object:
    words = "tables and columns of a database connection"
    listed = await agent.call("optimibi_browse_connections", words, connection="finance_gl", db_schema="GL")
    having: list[str] = []
    for _, table, *_ in listed["rows"]:
        told = await agent.call("optimibi_browse_connections", words, connection="finance_gl", table=table)
        having += [table] * ("COST_CENTER_ID" in [row[0] for row in told["rows"]])
    return having


@columns.bridged
async def _(bridge: Bridge) -> object:
    listed = await bridge.call("optimibi_list_schema_tables", connection="finance_gl", schema="GL")
    pairs = [{"schema": "GL", "table": one["name"]} for one in listed["data"]["GL"]]
    told = await bridge.call(
        "optimibi_list_table_columns", connection="finance_gl", pairs=json.dumps(pairs), includeField="true"
    )
    return [
        one["table"]
        for one in told["data"]
        if any(each["name"] == "COST_CENTER_ID" for each in one["fields"])
    ]


def dropped(sandbox: Sandbox) -> object:
    now = state(sandbox)
    reading = [
        model.name
        for model in now.models.values()
        if model.connection == "retail_dw" and "target" in (model.fact, *(one.table for one in model.joins))
    ]
    # Lineage knows nothing of what was saved before there was any.
    standing = (one for one in now.nodes.values() if not one.legacy and set(reading) & set(one.models))
    return [reading, sum(one.path.startswith("/public/") for one in standing)]


@task(
    "steps",
    "The table sales.target behind Optimibi's connection retail_dw is to go. Which model reads it, and how "
    "many public reports stand on that?",
    expects=dropped,
)
async def target(agent: Agent) -> object:
    models = await agent.call("optimibi_list_models", "models and their connections")
    reading: list[str] = []
    for name, _, connection, *_ in models["rows"]:
        if connection == "retail_dw":
            told = await agent.call("optimibi_get_model_source", "which tables a model reads", model=name)
            reading += [name] * ("sales.target" in told["about"]["tables"])
    reports = await agent.call(
        "optimibi_get_lineage", "what breaks when a model changes", item=reading[0], direction="used_by"
    )
    return [reading, sum(row[2].startswith("/public/") for row in reports["rows"] if row[0] == "report")]


@target.bridged
async def _(bridge: Bridge) -> object:
    models = await bridge.call("optimibi_list_models_brief")
    reading: list[str] = []
    for name in (one["name"] for one in models["data"] if one["DataSource"] == "retail_dw"):
        told = await bridge.call("optimibi_get_model_source", catalog=name)
        reading += [name] * ('name="target"' in told)
    reports = await bridge.call("optimibi_get_lineage_graph", schemas=reading)
    paths = [one.get("path", "") for one in reports["objs"] if one["type"] == "page"]
    return [reading, sum(path.startswith("/public/") for path in paths)]


def closest(sandbox: Sandbox) -> object:
    sql = (
        "WITH sold AS (SELECT store_id, date_trunc('month', sold_at) AS month, sum(net_amount) AS net "
        "FROM sales.ticket JOIN sales.ticket_line USING (ticket_id) GROUP BY ALL) "
        "SELECT store_name, strftime(month, '%Y-%m') FROM sold JOIN sales.store USING (store_id) "
        "JOIN sales.target AS plan ON plan.store_id = sold.store_id AND plan.month_start = sold.month "
        "ORDER BY sold.net / plan.plan_amount DESC LIMIT 1"
    )
    return _selected(sandbox, "retail_dw", sql)[0]


@task(
    "steps",
    "Which store came closest to its plan of a month, and in which month? Take Optimibi's models RetailSales "
    "(net amount) and StorePlan (plan).",
    expects=closest,
)
async def plan(agent: Agent) -> object:
    sold, planned = [
        await _by_store_and_month(agent, model, measure)
        for model, measure in (("RetailSales", "Net amount"), ("StorePlan", "Plan"))
    ]
    sql = (
        f'SELECT "Store", "Month" FROM {sold} JOIN {planned} USING ("Store", "Month") '
        'ORDER BY "Net amount" / "Plan" DESC LIMIT 1'
    )
    return (await agent.call("query_results", sql=sql))["rows"][0]


async def _by_store_and_month(agent: Agent, model: str, measure: str) -> str:
    """The handle."""
    told = await agent.call(
        "optimibi_query_cube",
        "figures of a model by levels",
        model=model,
        measures=[measure],
        levels=["Store", "Month"],
        limit=1000,
    )
    return str(told["more"]["result"])


@plan.bridged
async def _(bridge: Bridge) -> object:
    sold = await _figures(bridge, "RetailSales", "ticket_line.net_amount", "ticket_sold_at")
    planned = await _figures(bridge, "StorePlan", "target.plan_amount", "target_month_start")
    return max(sold.keys() & planned.keys(), key=lambda place: sold[place] / planned[place])


async def _figures(bridge: Bridge, model: str, measure: str, calendar: str) -> dict[Any, Decimal]:
    """By store and month. The schema tells the names; months as columns take a third of the cells."""
    await bridge.call("optimibi_get_model_source", catalog=model)
    stores = {"name": "[store].[geography]", "levels": {"store_name": {"name": "store_name"}}}
    months = {"name": f"[{calendar}].[calendar]", "levels": {"month": {"name": "month"}}}
    axes = {
        name: {"location": name, "hierarchies": inside, "nonEmpty": True}
        for name, inside in (("FILTER", []), ("COLUMNS", [months]), ("ROWS", [stores]))
    }
    told = await bridge.call(
        "optimibi_execute_cube_query",
        cube={
            "uniqueName": ".".join([f"[{model}]"] * 4),
            **dict.fromkeys(("name", "connection", "catalog", "schema"), model),
        },
        queryModel={
            "axes": axes,
            "details": {"axis": "COLUMNS", "location": "BOTTOM", "measures": [{"name": measure}]},
        },
        queryType="OLAP",
        properties={},
    )
    return dict(_cells(told["cellset"]))


def _cells(cellset: list[list[Any]]) -> Iterator[tuple[tuple[str, str], Decimal]]:
    """Months stand in the first row, stores in the first cell of those with figures."""
    months = [cell["value"] for cell in cellset[0]]
    for first, *cells in cellset:
        for month, cell in zip(months[1:], cells, strict=True):
            if cell["type"] == "DATA_CELL" and cell["properties"]["raw"] != "null":
                yield (first["value"], month), Decimal(cell["properties"]["raw"])


def spoken(sandbox: Sandbox) -> object:
    codes = state(sandbox).parameters["channel"].values
    sql = "SELECT channel_code, channel_text FROM sales.channel_name"
    texts = dict(_selected(sandbox, "retail_dw", sql))
    return [[code, texts[code]] for code in codes]


@task(
    "steps",
    "Which values does Optimibi's parameter 'channel' have, and what does the dictionary 'channel_names' say "
    "for each?",
    expects=spoken,
)
async def channels(agent: Agent) -> object:
    values = await agent.call("optimibi_get_parameter_values", "values of a parameter", name="channel")
    texts = await agent.call(
        "optimibi_get_dictionary_values", "entries of a data dictionary", name="channel_names"
    )
    told = dict(texts["rows"])
    return [[code, told[code]] for (code,) in values["rows"]]


@channels.bridged
async def _(bridge: Bridge) -> object:
    values = await bridge.call("optimibi_get_parameter_values", name="channel")
    texts = await bridge.call("optimibi_get_dictionary_values", name="channel_names")
    told = {one["channel_code"]: one["channel_text"] for one in texts["data"]}
    codes = [one["value"] for one in json.loads(values["config"]["detail"])]
    return [[code, told[code]] for code in codes]
