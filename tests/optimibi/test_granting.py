"""Access lists changed through a real MCP client: read, merged, shown in words, sent back whole."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.consent.playing import restart
from tests.inside import World

READ = {"recipient": "Finance", "permission": "read"}
FOLDER = "/public/Retail"


def state_of(world: World) -> Any:
    return world.sandbox.platforms["optimibi"].state


def changes(world: World) -> list[Any]:
    return [one for one in world.sent("optimibi") if one.method == "PUT"]


async def applied(world: World, name: str, **arguments: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The plan, before which nothing was sent, and what came of it."""
    before = len(changes(world))
    plan = await world.ask(name, **arguments)
    assert len(changes(world)) == before
    return plan, await world.ask("apply_plan", plan=plan["plan"])


async def entries(world: World, name: str, **arguments: Any) -> dict[str, Any]:
    told = await world.ask(name, **arguments)
    return {f"{row[0]} ({row[1]})": row[2] for row in told["rows"]}


async def test_a_plan_says_in_words_who_gets_what_and_who_loses_it(world: World) -> None:
    path = world.sample("optimibi", "report")
    plan, done = await applied(
        world,
        "optimibi_update_item_acl",
        path="Outlet trading week",
        grant=[
            {"recipient": "finance", "permission": "Read"},
            {"recipient": "sokafor", "permission": "edit"},
        ],
        revoke="store managers (role)",
        inherit=False,
    )

    assert plan["will"].startswith(
        f"Change who may use item '{path}': give Finance (role) read; give sokafor (user) edit; "
        "take out 'Store managers' (role)"
    )
    assert plan["body"]["changes"] == {
        "inherited": {"from": True, "to": False},
        "entries.Store managers (role)": {"from": "read"},
        "entries.Finance (role)": {"to": "read"},
        "entries.sokafor (user)": {"to": "edit"},
    }
    assert done["entries"]["sokafor (user)"] == "edit"
    told = await entries(world, "optimibi_get_item_acl", path=path)
    assert told["Finance (role)"] == ["read"]
    assert "Store managers (role)" not in told


async def test_what_was_not_named_is_sent_back_as_it_was_read(world: World) -> None:
    state = state_of(world)
    stored = {
        "id": "7d1f",
        "owner": "klind",
        "ownerType": 0,
        "tenantPath": None,
        "entriesInheriting": False,
        "strange": {"kept": [1]},
        "aces": [
            {"recipient": "Board", "recipientType": 1, "permissions": 0, "modifiable": True, "odd": "x"},
            {"recipient": "gone.user", "recipientType": 0, "permissions": [4], "modifiable": True},
        ],
    }
    state.acls[FOLDER] = json.loads(json.dumps(stored))
    await applied(world, "optimibi_update_item_acl", path=FOLDER, grant=[READ])
    (sent,) = changes(world)
    body = json.loads(sent.request_body)

    assert body["aces"][:2] == stored["aces"]
    assert {name: body[name] for name in body if name != "aces"} == {
        name: stored[name] for name in stored if name != "aces"
    }
    new = {"recipient": "Finance", "recipientType": 1, "permissions": [0]}
    assert body["aces"][2:] == [new | {"modifiable": True, "tenantPath": None}]
    plan, _ = await applied(world, "optimibi_update_item_acl", path=FOLDER, revoke="GONE.user")
    assert "No entry gives anybody full control" in plan["will"]


async def test_giving_up_ones_own_rights_is_said_in_the_plan(world: World) -> None:
    own = {"recipient": "mvega", "permission": "full control"}
    await applied(world, "optimibi_update_model_acl", model="Retail sales", grant=[own])
    for more in ({"grant": [own | {"permission": "read"}]}, {"revoke": ["mvega"]}):
        plan = await world.ask("optimibi_update_model_acl", model="RetailSales", **more)
        assert "changes what mvega may do" in plan["will"]
    held = await world.ask("optimibi_update_item_acl", path=FOLDER, grant=[READ], inherit=True)
    assert "As long as it inherits, the folder above decides" in held["will"]


@pytest.mark.parametrize(
    ("arguments", "argument", "words"),
    [
        ({}, "grant", "needed"),
        (
            {"grant": [READ | {"recipient": "Finanze"}]},
            "grant.0.recipient",
            "no such user, role or user type",
        ),
        ({"grant": [READ | {"kind": "user"}]}, "grant.0.recipient", "no such user"),
        ({"grant": [READ, READ | {"permission": "edit"}]}, "grant", "named twice"),
        ({"grant": [{"recipient": "Board", "permission": "own"}]}, "grant.0.permission", "Input should be"),
        ({"revoke": "Nobody"}, "revoke", "no such entry"),
        ({"revoke": "Administrator"}, "revoke", "keeps the entry of Administrator (user type)"),
        ({"grant": [{"recipient": "Administrator", "permission": "read"}]}, "grant", "keeps the entry"),
        ({"grant": [READ | {"recipient": "klind"}], "revoke": "klind"}, "revoke", "granted something, too"),
    ],
)
async def test_a_wish_that_cannot_be_is_refused_before_anything_is_sent(
    world: World, arguments: dict[str, Any], argument: str, words: str
) -> None:
    told = await world.refused("optimibi_update_item_acl", path=FOLDER, **arguments)

    assert words in told["problems"][argument][0]
    assert changes(world) == []


async def test_what_is_there_already_and_what_is_nowhere_is_not_planned(world: World) -> None:
    there = {"recipient": "Store managers", "permission": "read"}
    same = await world.refused("optimibi_update_item_acl", path=FOLDER, grant=[there])
    gone = await world.refused("optimibi_update_item_acl", path="/public/Retial", grant=[READ])
    model = await world.refused("optimibi_update_model_acls", models=["RetailSale"], grant=[READ])

    assert "stored already" in same["message"]
    assert gone["error"] == model["error"] == "not_found"
    assert "RetailSales" in model["message"]


async def test_a_name_that_two_kinds_have_has_to_say_which(world: World) -> None:
    state_of(world).roles.append("klind")
    told = await world.refused("optimibi_update_item_acl", path=FOLDER, grant=[READ | {"recipient": "klind"}])
    plan = await world.ask(
        "optimibi_update_item_acl", path=FOLDER, grant=[READ | {"recipient": "klind (role)"}]
    )

    assert "klind (user) or klind (role)" in told["message"]
    assert "give klind (role) read" in plan["will"]


async def test_recipients_that_cannot_be_looked_up_are_taken_by_their_kind_with_a_remark(
    world: World,
) -> None:
    state_of(world).table_reads_fail = True
    told = await world.refused("optimibi_update_item_acl", path=FOLDER, grant=[READ])
    plan = await world.ask("optimibi_update_item_acl", path=FOLDER, grant=[READ | {"kind": "role"}])
    done = await world.ask("apply_plan", plan=plan["plan"])

    assert told["error"] == "not_found"
    assert "could not be checked" in done["note"]
    assert done["entries"]["Finance (role)"] == "read"


async def test_several_lists_change_at_once_and_each_tells_its_outcome(world: World) -> None:
    path = world.sample("optimibi", "report")
    await applied(world, "optimibi_update_item_acl", path=path, grant=[READ])
    plan, done = await applied(
        world, "optimibi_update_item_acls", paths=[path, FOLDER, "/public/Web"], grant=[READ]
    )
    assert "items /public/Retail, /public/Web: give Finance (role) read" in plan["will"]
    assert [row[1] for row in done["rows"]] == ["unchanged", "done", "done"]
    assert list(json.loads(changes(world)[-1].request_body)) == [FOLDER, "/public/Web"]

    plan, done = await applied(
        world, "optimibi_update_model_acls", models=["RetailSales", "Budget"], grant=[READ]
    )
    assert done["rows"] == [["RetailSales", "done"], ["Budget", "done"]]
    assert (await entries(world, "optimibi_get_model_acl", model="Budget"))["Finance (role)"] == ["read"]


async def test_of_a_batch_what_may_not_be_changed_is_told_and_the_rest_is_done(world: World) -> None:
    held = world.sandbox.platforms["optimibi"].credentials
    world.as_user("optimibi", username=held["author_username"], password=held["author_password"])
    paths = ["/public/Retail", "/public/Web"]
    done = (await applied(world, "optimibi_update_item_acls", paths=paths, revoke="SYS_Reader"))[1]

    assert done["rows"] == [["/public/Retail", "done"], ["/public/Web", "not allowed"]]
    assert "1 of 2 failed" in done["note"]


async def test_a_connection_is_closed_to_whoever_is_taken_out(world: World) -> None:
    held = world.sandbox.platforms["optimibi"].credentials
    await applied(world, "optimibi_update_connection_acl", connection="RETAIL_DW", revoke="SYS_Reader")
    assert "SYS_Reader (user type)" not in await entries(
        world, "optimibi_get_connection_acl", connection="retail_dw"
    )
    await world.app.aclose()
    world.as_user("optimibi", username=held["reader_username"], password=held["reader_password"])
    restart(world)
    listed = await world.ask("optimibi_list_connections")
    assert "retail_dw" not in [row[0] for row in listed["rows"]]


async def test_an_older_server_takes_complete_lists_only_which_the_plan_says(world: World) -> None:
    state_of(world).edition = "older"
    owner = {"recipient": "klind", "permission": "full control"}
    for name, about in (
        ("optimibi_update_model_acl", {"model": "Retail sales"}),
        ("optimibi_update_connection_acls", {"connections": ["retail_dw", "sensors"]}),
    ):
        told = await world.refused(name, grant=[READ], **about)
        assert "does not tell the present access list" in told["message"]
        plan = (await applied(world, name, grant=[READ, owner], replace=True, **about))[0]
        assert "The former list is not known and is lost" in plan["will"]
    kept = state_of(world).acls
    assert list(kept) == ["model:RetailSales", "connection:retail_dw", "connection:sensors"]
    assert [one["recipient"] for one in kept["model:RetailSales"]["aces"]] == [
        "Finance",
        "klind",
        "Administrator",
    ]
    assert {kept[name]["owner"] for name in kept} == {"klind", "mvega"}


async def test_a_newer_server_keeps_locked_entries_of_a_list_that_is_replaced(world: World) -> None:
    plan, done = await applied(
        world, "optimibi_update_connection_acls", connections=["sensors"], grant=[READ], replace=True
    )
    assert "take out nfoster (user)" in plan["will"]
    assert done["rows"] == [["sensors", "done"]]
    told = await entries(world, "optimibi_get_connection_acl", connection="sensors")
    assert told == {"Finance (role)": ["read"], "Administrator (user type)": ["full control"]}
    both = await world.refused(
        "optimibi_update_model_acl", model="Budget", grant=[READ], revoke="klind", replace=True
    )
    assert "not with replace=true" in both["problems"]["revoke"][0]


async def test_a_list_that_changed_after_its_plan_is_not_overwritten(world: World) -> None:
    plan = await world.ask("optimibi_update_item_acl", path=FOLDER, grant=[READ])
    board = {"recipient": "Board", "permission": "read"}
    await applied(world, "optimibi_update_item_acl", path=FOLDER, grant=[board])
    told = await world.refused("apply_plan", plan=plan["plan"])

    assert "differs" in told["message"]
    assert "Finance (role)" not in await entries(world, "optimibi_get_item_acl", path=FOLDER)
