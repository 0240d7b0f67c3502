"""What is remembered of an ontology: for how long, and for whom."""

from __future__ import annotations

import asyncio

from pentad.sandbox import Fault
from tests.inside import World, text_of
from tests.timbr.asking import SUPPLY, credentials, faulty, sent, sign_in, statements, told
from tests.timbr.older import older_server
from tests.timbr.reading import rows_of

TABLES = ["sys_ontology", "sys_properties", "sys_views"]
DETAILS = ["sys_concept_properties", "sys_concept_relationships"]


async def asked(world: World, name: str | None = None, ontology: str = SUPPLY) -> list[str]:
    """What a description took: SHOW VERSION, DESCRIBE, or the name of a system table each."""
    await told(world, "describe", ontology=ontology, name=name)
    found = [sql.partition("`timbr`.`")[2].partition("`")[0] or sql for sql in statements(sent(world))]
    return sorted(name.partition(" CONCEPT")[0] for name in found)


async def test_what_was_read_is_not_read_again_for_two_minutes(world: World) -> None:
    assert await asked(world) == ["SHOW VERSION", *TABLES]
    assert await asked(world, "supplier") == ["DESCRIBE", *DETAILS]
    assert await asked(world, "late_inbound_by_port") == ["sys_view_properties"]
    world.clock.advance(119)
    for name in (None, "supplier", "late_inbound_by_port"):
        assert await asked(world, name) == []


async def test_after_two_minutes_only_the_version_is_asked_for(world: World) -> None:
    await asked(world, "supplier")
    for _ in range(3):
        world.clock.advance(121)
        assert await asked(world, "supplier") == ["SHOW VERSION"]


async def test_a_new_version_makes_everything_be_read_anew(world: World) -> None:
    await asked(world, "supplier")
    world.sandbox.platforms["timbr"].state.engine.publish(SUPPLY)
    assert await asked(world, "supplier") == []
    world.clock.advance(121)

    assert await asked(world, "supplier") == ["DESCRIBE", "SHOW VERSION", *DETAILS, *TABLES]
    assert (await told(world, "describe", ontology=SUPPLY))["about"]["version"] == "18"


async def test_what_depends_on_the_user_is_read_anew_after_a_quarter_of_an_hour(world: World) -> None:
    await asked(world)
    for _ in range(7):
        world.clock.advance(121)
        assert await asked(world) == ["SHOW VERSION"]
    world.clock.advance(121)

    assert await asked(world) == ["SHOW VERSION", *TABLES]


async def test_a_server_without_versions_is_read_anew_after_a_quarter_of_an_hour(world: World) -> None:
    older_server(world, lacking=("SHOW VERSION",))
    await asked(world)
    world.clock.advance(121)
    assert await asked(world) == ["SHOW VERSION"]
    world.clock.advance(900)

    assert await asked(world) == ["SHOW VERSION", *TABLES]


async def test_each_ontology_is_remembered_apart(world: World) -> None:
    await asked(world)

    assert await asked(world, ontology="fleet") == ["SHOW VERSION", *TABLES]
    assert await asked(world) == []


async def test_calls_that_arrive_together_read_once(world: World) -> None:
    async with world.client() as client:
        calls = [client.call_tool("timbr_describe", {"ontology": SUPPLY}) for _ in range(5)]
        answers = [text_of(result) for result in await asyncio.gather(*calls)]

    assert answers == [answers[0]] * 5
    assert len(statements(sent(world))) == 4


async def test_what_one_user_saw_is_never_shown_to_another(world: World) -> None:
    await asked(world, "supplier")
    values = world.app.session.connection("timbr").values
    for name, value in (("impersonate", "viewer"), ("jwt_tenant", "t7")):
        values[name] = value
        assert await asked(world) == ["SHOW VERSION", *TABLES]
        del values[name]
    assert await asked(world, "supplier") == []


async def test_another_account_starts_with_nothing(world: World) -> None:
    await asked(world)
    await world.app.session.aclose()
    sign_in(world, "viewer_key")

    await told(world, "describe", ontology=SUPPLY)
    seen = sent(world)
    assert len(statements(seen)) == 4
    assert {one.request_headers["x-api-key"] for one in seen} == {credentials(world)["viewer_key"]}


async def test_a_description_that_failed_is_not_remembered(world: World) -> None:
    await asked(world)
    faulty(world, Fault("not_json", times=None, body="Please sign in."))
    answer = await told(world, "describe", ontology=SUPPLY, name="supplier")
    world.sandbox.platforms["timbr"].faults.clear()
    world.clock.advance(60)
    sent(world)

    assert answer["error"] == "malformed"
    assert await asked(world, "supplier") == ["DESCRIBE", *DETAILS]


async def test_a_user_who_may_not_read_concepts_still_gets_views(world: World) -> None:
    sign_in(world, "viewer_key")
    view = await told(world, "describe", ontology=SUPPLY, name="late_inbound_by_port")
    concept = await told(world, "describe", ontology=SUPPLY, name="supplier")

    assert [row["name"] for row in rows_of(view["properties"])] == ["port", "late_shipments"]
    assert concept["concept"] == "supplier"
