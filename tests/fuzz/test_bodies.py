"""Whatever a platform sends, an operation answers with one JSON object that is true, short and safe."""

from __future__ import annotations

import asyncio
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from pentad import operations
from pentad.app import App
from pentad.operations import AnyOperation
from pentad.settings import PLATFORMS, Account
from tests.fuzz.bodies import Damage, bomb, damages
from tests.fuzz.heads import ENCODED
from tests.fuzz.replaying import Theatre, Told, staged, told_of
from tests.http.sockets import served
from tests.inside import World
from tests.proof import PROOF

UNHURRIED = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)
# Damaged answers for each operation, and for each way to sign in.
COUNT, SIGNED = (100, 1000) if PROOF else (4, 30)
OPERATIONS = [op for name in PLATFORMS for op in operations.in_package(f"pentad_tools.{name}")]
READS = [op for op in OPERATIONS if op.effect == "read"]
LISTS = [op for op in READS if {"limit", "cursor"} <= op.arguments.model.model_fields.keys()]
# A read of each way in that asks for a token, and the credentials of the sandbox that it takes.
WAYS = {
    "claribi_get_usage": {"auth_mode": "=jwt", "email": "email", "password": "password"},
    "omiq_list_groups": {"secret": "secret"},
    "optimibi_list_folder": {"auth_mode": "=form", "username": "username", "password": "password"},
    "optimibi_list_alerts": {"username": "username", "password": "password"},
    "timbr_list_ontologies": {"bearer": "service_bearer", "impersonate": "second_user"},
}
BOMBED = (
    "claribi_get_report",
    "omiq_describe_workflow",
    "optimibi_check_model_exists",
    "timbr_answer_question",
)
PAGE = (b"content-type", b"text/html")
# Answers that are JSON and nothing else.
NOTHING = {"nothing": b"null", "a number": b"7", "words": b'"All is well."'}
# Whatever a file holds is what it holds.
FILES = ("download", "export", "_image", "_logo", "_favicon")
# Lists for which servers send null when they are empty, and what takes no more than a part of its answer
# from the place that is damaged.
LENIENT = frozenset(
    {
        "omiq_summarize_population",
        "optimibi_find_content",
        "optimibi_get_connection_lineage",
        "optimibi_get_file_tree",
        "optimibi_get_model_lineage",
        "optimibi_get_session_info",
        "optimibi_list_report_parameters",
        "optimibi_search_repository",
    }
)
# What no parser of HTTP should take, or should take to the end.
WIRES = (
    b"",
    b"garbage\r\n\r\n",
    b"HTTP/1.1\r\n\r\n",
    b"HTTP/1.1 999 Odd\r\ncontent-length: 2\r\n\r\n{}",
    b"HTTP/1.1 042 Odd\r\ncontent-length: 2\r\n\r\n{}",
    b"HTTP/9.9 200 OK\r\ncontent-length: 2\r\n\r\n{}",
    b"HTTP/1.0 200 OK\r\n\r\n{",
    b"HTTP/1.1 204 No Content\r\ncontent-length: 2\r\n\r\n{}",
    b"HTTP/1.1 304 Not Modified\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\ncontent-length: two\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\ncontent-length: " + b"9" * 5000 + b"\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}garbage0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + b"f" * 40 + b"\r\n{}",
    b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 2\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, odd\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\n" + b"x-many: 1\r\n" * 20_000 + b"\r\n{}",
    b"HTTP/1.1 200 OK\r\nx-long: " + b"x" * 500_000 + b"\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\n: nameless\r\nb\xe4d: 1\r\n folded\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\nset-cookie: \x00\r\n\r\n{}",
    b"HTTP/1.1 100 Continue\r\n\r\n" * 2000 + b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}",
    b"HTTP/1.1 101 Switching Protocols\r\nupgrade: odd\r\n\r\n\x00\x01",
    b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
)


def is_file(operation: AnyOperation) -> bool:
    return any(word in operation.name for word in FILES)


def wrong(theatre: Theatre, told: Told) -> list[str]:
    return [*told.faults(theatre.world.settings.budget, theatre.secrets), *theatre.strayed()]


def holds(theatre: Theatre, count: int) -> None:
    """Damage the true answers in this many ways, mostly the one that the operation is there for."""
    chosen = st.integers(0, len(theatre.recorded) - 1) | st.sampled_from(theatre.own)

    @seed(zlib.crc32(theatre.operation.name.encode()))
    @settings(max_examples=count, database=None, suppress_health_check=UNHURRIED)
    @given(chosen, damages())
    def stands(index: int, damage: Damage) -> None:
        hurt = theatre.recorded[index]
        told = theatre.call(hurt, damage)
        assert [*wrong(theatre, told), *theatre.doubled(hurt, damage, told)] == [], (damage, hurt.path, told)

    stands()


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda op: op.name)
def test_no_answer_of_a_platform_breaks_an_operation(tmp_path: Path, operation: AnyOperation) -> None:
    with staged(tmp_path, operation) as theatre:
        holds(theatre, COUNT)


@pytest.mark.parametrize("name", WAYS)
def test_no_answer_to_a_sign_in_breaks_a_call(tmp_path: Path, name: str) -> None:
    operation = next(op for op in OPERATIONS if op.name == name)
    with staged(tmp_path, operation, **WAYS[name]) as theatre:
        theatre.own = [0]
        holds(theatre, SIGNED)


@pytest.mark.parametrize("operation", [op for op in OPERATIONS if is_file(op)], ids=lambda op: op.name)
def test_a_web_page_in_place_of_a_file_breaks_nothing_though_it_is_broken(
    tmp_path: Path, operation: AnyOperation
) -> None:
    with staged(tmp_path, operation) as theatre:
        hurt = theatre.recorded[theatre.own[-1]]
        for damage in (Damage(headers=(PAGE,), frame="too short"), Damage(headers=(PAGE, ENCODED))):
            told = theatre.call(hurt, damage)
            assert wrong(theatre, told) == []
            assert told.is_error


@pytest.mark.parametrize("operation", READS, ids=lambda op: op.name)
def test_an_answer_that_holds_nothing_is_no_success(tmp_path: Path, operation: AnyOperation) -> None:
    with staged(tmp_path, operation) as theatre:
        for name, body in NOTHING.items():
            told = theatre.call(theatre.recorded[theatre.own[-1]], Damage(replaced=body))
            assert wrong(theatre, told) == []
            assert told.is_error or operation.name in LENIENT or is_file(operation), (name, told)


@pytest.mark.parametrize("operation", LISTS, ids=lambda op: op.name)
def test_a_list_that_never_ends_is_read_once(tmp_path: Path, operation: AnyOperation) -> None:
    with staged(tmp_path, operation) as theatre:
        hurt = theatre.recorded[theatre.own[-1]]
        told = theatre.call(hurt, Damage(), limit=1000)
        asked = [one for one in theatre.box.log if one.path == hurt.path]
        assert wrong(theatre, told) == []
        assert not told.is_error
        assert len(asked) <= 3, told


@pytest.mark.parametrize("name", BOMBED)
def test_a_small_packet_that_unpacks_to_a_large_body_is_refused(tmp_path: Path, name: str) -> None:
    operation = next(op for op in OPERATIONS if op.name == name)
    with staged(tmp_path, operation) as theatre:
        hurt = theatre.recorded[theatre.own[-1]]
        told = theatre.call(hurt, Damage(replaced=bomb(), headers=(ENCODED,)))
        assert wrong(theatre, told) == []
        assert told.told["error"] == "malformed"


@pytest.mark.parametrize("index", range(len(WIRES)))
async def test_no_garbage_on_the_wire_breaks_a_call(tmp_path: Path, index: int) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(WIRES[index])
        writer.close()

    world = World(tmp_path / "files")
    async with served(serve) as port:
        account = Account("claribi", {"url": f"http://127.0.0.1:{port}", "api_key": "claribi_key_0123456789"})
        app = App(replace(world.settings, accounts={"claribi": account}), clock=world.clock)
        began = world.clock.now
        answer = await app.call("claribi_list_reports", {})
        await app.aclose()
    told = Told(answer.text, told_of(answer.text), answer.is_error, world.clock.now - began)

    assert list(told.faults(world.settings.budget, ["claribi_key_0123456789", "127.0.0.1"])) == []
    assert told.told["error"] in ("malformed", "unavailable")
