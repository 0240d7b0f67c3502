"""Tasks that put the rows of two platforms together, or find people on one and book them on another."""

from __future__ import annotations

from typing import Any

from benchmarks.tasks import approvals, claribi, omiq, optimibi, outreach, timbr
from benchmarks.tasks.agent import Agent
from benchmarks.tasks.bridge import Bridge
from benchmarks.tasks.task import task
from benchmarks.tasks.users import reading
from pentad.sandbox import Sandbox
from pentad.sandbox.optimibi import warehouse


def kept(sandbox: Sandbox, connection: str, sql: str) -> list[Any]:
    """Rows of a database behind Optimibi."""
    seed: int = sandbox.platforms["optimibi"].state.dice.seed
    return [list(row) for row in warehouse.query(seed, connection, sql)[1]]


def listed_in_sql(names: list[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


async def previewed(bridge: Bridge, connection: str, schema: str, table: str) -> list[Any]:
    """Rows of a small table."""
    told = await bridge.call(
        "optimibi_preview_table_data", connection=connection, schema=schema, table=table, limit="100"
    )
    rows: list[Any] = told["data"]
    return rows


def orders_of_depots(sandbox: Sandbox) -> object:
    depots = [row[0] for row in kept(sandbox, "freight", "SELECT depot_name FROM freight.depot")]
    return timbr.stored(
        sandbox,
        "SELECT location_name, COUNT(*) FROM supply_chain.map_purchase_order "
        "JOIN supply_chain.map_port ON ships_from_id = location_id "
        f"WHERE location_name IN ({listed_in_sql(depots)}) GROUP BY ALL ORDER BY location_name",
    )


PORT = "`ships_from[port].location_name`"


def orders_from(places: list[str]) -> str:
    return (
        f"SELECT {PORT} AS `port`, COUNT(1) AS `orders` FROM `dtimbr`.`purchase_order` "
        f"WHERE {PORT} IN ({listed_in_sql(places)}) GROUP BY {PORT} ORDER BY {PORT}"
    )


@task(
    "across",
    "From which ports that Optimibi's freight database has a depot in do purchase orders in Timbr ship, and "
    "how many from each?",
    expects=orders_of_depots,
)
async def depots(agent: Agent) -> object:
    found = await agent.call(
        "optimibi_preview_data",
        "rows of a database table",
        connection="freight",
        table="freight.depot",
        columns=["depot_name"],
    )
    told = await agent.call(
        "timbr_run_query",
        "run a statement of SQL",
        ontology="supply_chain",
        sql=orders_from([row[0] for row in found["rows"]]),
    )
    return sorted(told["rows"])


@depots.bridged
async def _(bridge: Bridge) -> object:
    places = [row["depot_name"] for row in await previewed(bridge, "freight", "freight", "depot")]
    told = await bridge.call("timbr_run_query", ontology_name="supply_chain", query=orders_from(places))
    return sorted([row["port"], row["orders"]] for row in told["data"])


CENTRES = 'SELECT "COST_CENTER_ID", "COST_CENTER_NAME" FROM "GL"."COST_CENTER"'


def charged(sandbox: Sandbox) -> object:
    names = dict(kept(sandbox, "finance_gl", CENTRES))
    made = approvals.state(sandbox).groups.values()
    of = [(one.name, one.metadata["cost_centre"]) for one in made if isinstance(one.metadata, dict)]
    return sorted([name, names[number]] for name, number in of if number in names)


@task(
    "across",
    "Which groups of Optimized.App are charged to a cost centre of Optimibi's ledger, and what is it called?",
    expects=charged,
)
async def centres(agent: Agent) -> object:
    found = await agent.call(
        "optimibi_preview_data", "rows of a database table", connection="finance_gl", table="GL.COST_CENTER"
    )
    names = {str(number): name for number, name in found["rows"]}
    words = "list the groups that people are booked into"
    groups = await agent.call("optimized_list_groups", words, limit=1000, fields=["name"])
    centre = "metadata->>'cost_centre'"
    sql = f"SELECT name, {centre} AS centre FROM {groups['more']['result']} "
    told = await agent.call("query_results", sql=f"{sql} WHERE {centre} IN ({listed_in_sql([*names])})")
    return sorted([name, names[str(number)]] for name, number in told["rows"])


@centres.bridged
async def _(bridge: Bridge) -> object:
    found = await previewed(bridge, "finance_gl", "GL", "COST_CENTER")
    names = {row["COST_CENTER_ID"]: row["COST_CENTER_NAME"] for row in found}
    groups = [one for one in await outreach.all_groups(bridge) if isinstance(one["metadata"], dict)]
    of = [(one["name"], one["metadata"]["cost_centre"]) for one in groups]
    return sorted([name, names[number]] for name, number in of if number in names)


def same_engine(sandbox: Sandbox) -> object:
    kinds = {name: one.product for name, one in optimibi.state(sandbox).connections.items()}
    sources = [one for one in claribi.state(sandbox).sources.values() if one.status == "active"]
    pairs = [
        (name, one.name) for name, kind in kinds.items() for one in sources if kind.lower() == one.engine
    ]
    return sorted(map(list, pairs))


@task(
    "across",
    "Which of Optimibi's connections lead to a database of the same make as an active data source of "
    "clariBI? Pairs, please.",
    expects=same_engine,
)
async def engines(agent: Agent) -> object:
    connections = await agent.call("optimibi_browse_connections", "browse database connections")
    sources = await agent.call(
        "claribi_list_data_sources", "list data sources with their engine", fields=["name", "engine"]
    )
    pairs = [
        [connection, source]
        for connection, kind, *_ in connections["rows"]
        for source, engine in sources["rows"]
        if kind.lower() == engine
    ]
    return sorted(pairs)


@engines.bridged
async def _(bridge: Bridge) -> object:
    connections = await bridge.call("optimibi_list_connections")
    sources = (await bridge.call("claribi_list_data_sources", page_size=100))["results"]
    kinds = [(one["name"], one["databaseType"]["name"].lower()) for one in connections["databaseConnections"]]
    return sorted([name, one["name"]] for name, kind in kinds for one in sources if one["engine"] == kind)


INVITED, SURVEYED = "Vaccine immunology", "South surveys 20"


def invited(sandbox: Sandbox) -> object:
    now = omiq.state(sandbox)
    (group,) = [one for one in now.groups.values() if one.name == INVITED]
    people = [now.users[one] for one in group.members if not now.users[one].external]
    batches = approvals.state(sandbox).batches
    booked = [sorted(profile["person"]["email_address"] for profile in one.profiles) for one in batches]
    if booked != [sorted(one.email for one in people)]:
        return f"booked {booked}"
    return [approvals.state(sandbox).groups[batches[0].group].name, len(people)]


@task(
    "across",
    f"Book the people of OMIQ's group '{INVITED}', but nobody of another installation, by e-mail into "
    f"'{SURVEYED}' of Optimized.App. How many are they?",
    expects=invited,
    changes=("optimized.batches.0.*",),
    user=reading("2 profiles", "2 e-mail addresses"),
)
async def survey(agent: Agent) -> object:
    found = await agent.call("omiq_list_groups", "OMIQ's groups of people")
    (team,) = [id_ for id_, name in found["rows"] if name == INVITED]
    people = await agent.call(
        "omiq_list_group_members", "people of a group", group_id=team, fields=["email", "external"]
    )
    profiles = [{"person": {"email_address": mail}} for mail, external in people["rows"] if not external]
    ((group, name),) = await outreach.groups(agent, f"name = '{SURVEYED}'")
    told = await agent.call("optimized_create_batch", outreach.BOOKING, group_id=group, profiles=profiles)
    return name, told["created"]["profiles_count"]


@survey.bridged
async def _(bridge: Bridge) -> object:
    found = (await bridge.call("omiq_list_groups"))["groups"]
    (team,) = [one["id"] for one in found if one["name"] == INVITED]
    people = await bridge.call("omiq_list_group_members", groupId=team)
    profiles = [{"person": {"email_address": one["email"]}} for one in people["users"]]
    told = await bridge.call("optimized_list_my_groups")
    (group,) = [one for one in told["data"] if one["name"] == SURVEYED]
    booked = await bridge.call("optimized_create_batch", GROUP_ID=group["uuid"], profiles=profiles)
    return group["name"], booked["profiles_count"]
