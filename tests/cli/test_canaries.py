"""No secret comes out of a process: every operation over stdio, and the commands that reach accounts."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from pentad.operations import AnyOperation
from pentad.platforms import load as load_platform
from pentad.sandbox import Fault, Sandbox
from pentad.sandbox.listening import served
from pentad.settings import PLATFORMS
from tests.canaries import WRONG, files, lace, leaks
from tests.conftest import OFF
from tests.consent.playing import kept_of, put_back
from tests.inside import World, example_of
from tests.proof import PROOF
from tests.test_canaries import JSON, in_order

HELLO = {
    "protocolVersion": "2025-06-18",
    "capabilities": {},
    "clientInfo": {"name": "a host", "version": "1"},
}
EVERY = [one for platform in PLATFORMS for one in in_order(platform)]
PRINTED = "import sys; print(open(sys.argv[1]).read())"


class Stdio:
    """`pentad serve` as a process; everything that it says on either pipe is kept."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.told: list[str] = []
        self.count = 0

    @classmethod
    @asynccontextmanager
    async def started(cls, environ: Mapping[str, str]) -> AsyncGenerator[Stdio]:
        self = cls(await _process(environ, "serve", "--expose", "all"))
        try:
            await self.ask("initialize", HELLO)
            yield self
            out, err = await self.process.communicate(b"")
            self.told += [out.decode(), err.decode()]
        finally:
            if self.process.returncode is None:
                self.process.kill()
                await self.process.wait()

    async def ask(self, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a request; what comes before it is kept too."""
        self.count += 1
        asked = {"jsonrpc": "2.0", "id": self.count, "method": method, "params": params}
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps(asked).encode() + b"\n")
        while line := await stdout.readline():
            self.told.append(line.decode())
            answer: dict[str, Any] = json.loads(line)
            if answer.get("id") == self.count:
                return answer
        raise AssertionError(self.told[-3:])

    async def call(self, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        answer = await self.ask("tools/call", {"name": name, "arguments": arguments})
        told: dict[str, Any] = json.loads(answer["result"]["content"][0]["text"])
        return told

    async def through(self, operation: AnyOperation, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The call, and its plan if there is one."""
        told = await self.call(operation.name, arguments)
        if operation.reaches and "plan" in told:
            return await self.call("apply_plan", {"plan": told["plan"]})
        return told

    async def every_operation(self, world: World, state: Any) -> set[str]:
        """Those that failed. `state` is Optimibi's, where one example takes away what the next is about."""
        failed, kept = set(), kept_of(state, "sessions")
        for operation in EVERY:
            told = await self.through(operation, example_of(world, operation))
            failed |= {operation.name} if "error" in told else set()
            if operation.platform == "optimibi" and operation.effect != "read":
                put_back(state, kept)
        await self.everything_else()
        return failed

    async def as_strangers(self, world: World, accounts: str) -> set[str]:
        """Those that failed with every account they were called with: each with one of them in turn, and
        with all to prove it."""
        failed = set()
        for at, operation in enumerate(EVERY):
            tried = accounts if PROOF else accounts[at % len(accounts)]
            arguments = example_of(world, operation)
            told = [await self.through(operation, {**arguments, "account": one}) for one in tried]
            failed |= {operation.name} if all("error" in one for one in told) else set()
        await self.everything_else()
        return failed

    async def everything_else(self) -> None:
        """The state of things, and the results that are kept."""
        await self.call("pentad_status", {"check": True})
        for resource in (await self.ask("resources/list", {}))["result"]["resources"]:
            await self.ask("resources/read", {"uri": resource["uri"]})


async def _process(environ: Mapping[str, str], *arguments: str) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pentad", *arguments),
        stdin=pipe, stdout=pipe, stderr=pipe, env=dict(environ), limit=2**24,
    )  # fmt: skip


async def shell(environ: Mapping[str, str], *arguments: str) -> str:
    """Both pipes of a command."""
    out, err = await (await _process(environ, *arguments)).communicate(b"")
    return out.decode() + err.decode()


def right(places: Any, folder: Path) -> dict[str, str]:
    """Credentials that are accepted: one in a file, one from a command, one as it is."""
    held = {name: place["credentials"] for name, place in places.items()}
    secrets = {"key": held["claribi"]["api_key"], "token": held["optimized"]["token"]}
    secrets["personal"] = held["omiq"]["token"]
    for name, secret in secrets.items():
        (folder / name).write_text(secret, "utf-8")
        (folder / name).chmod(0o600)
    urls = {f"{name.upper()}_URL": place["url"] for name, place in places.items()}
    return urls | {
        "CLARIBI_API_KEY_FILE": str(folder / "key"),
        "OMIQ_TOKEN_FILE": str(folder / "personal"),
        "OPTIMIBI_USERNAME": held["optimibi"]["username"],
        "OPTIMIBI_PASSWORD": held["optimibi"]["password"],
        "OPTIMIZED_TOKEN_COMMAND": shlex.join([sys.executable, "-c", PRINTED, str(folder / "token")]),
        "TIMBR_API_KEY": held["timbr"]["api_key"],
    }


def wrong(places: Any) -> dict[str, str]:
    """A canary in every slot of a platform's accounts: one for each way in, and one that cannot be right."""
    ways = {
        "CLARIBI__A": {"api_key"},
        "CLARIBI__B": {"email", "password"},
        "OMIQ__A": {"token", "tenant"},
        "OMIQ__B": {"secret"},
        "OPTIMIBI__A": {"username", "password", "tenant_id"},
        "OPTIMIBI__B": {"jwt", "token_name"},
        "OPTIMIZED__A": {"token"},
        "OPTIMIZED__B": {"token"},
        "TIMBR__A": {"api_key", "impersonate"},
        "TIMBR__B": {"jwt", "jwt_tenant", "jwt_issuer", "jwt_client_id", "jwt_nonce"},
        "TIMBR__C": {"bearer"},
    }
    found = {"CLARIBI__B__AUTH_MODE": "jwt", "CLARIBI__C__API_KEY": "a canary with spaces"}
    found |= {"OPTIMIZED__C__TOKEN": "canary", "OPTIMIZED__C__TOKEN_COMMAND": "echo canary"}
    found |= {"OPTIMIBI__B__AUTH_MODE": "jwt", "OPTIMIBI__C__PASSWORD": "canary"}
    found |= {"OMIQ__C__SECRET": '{"email": "canary"}'}
    for account, names in ways.items():
        platform = account.partition("__")[0].lower()
        found |= {f"{account}__{name.upper()}": WRONG[platform][name] for name in names}
    given = {
        name: {one for way, part in ways.items() if way.startswith(name.upper()) for one in part}
        for name in WRONG
    }
    assert given == {name: set(values) for name, values in WRONG.items()}
    accounts = {name.rpartition("__")[0] for name in found}
    return found | {f"{one}__URL": places[one.partition("__")[0].lower()]["url"] for one in accounts}


def environment(folder: Path, given: Mapping[str, str]) -> dict[str, str]:
    general = {
        "ALLOW": "destructive,admin",
        "ENABLE": ",".join(sorted(OFF & {op.name for op in EVERY})),
        "DOWNLOADS": str(folder / "files"),
        "UPLOADS": str(folder.parent / "files"),
        "SECRETS": str(folder.parent / "secrets"),
        "RESULTS": str(folder / "kept"),
        "AUDIT": str(folder / "audit"),
        "CONFIG": os.devnull,
    }
    return dict(os.environ) | {f"PENTAD_{name}": value for name, value in {**general, **given}.items()}


@pytest.mark.skipif(os.name != "posix", reason="files have no such modes there")
async def test_no_process_tells_a_secret_on_any_of_its_pipes(world: World, tmp_path: Path) -> None:
    sandbox, kept = Sandbox(pace=0.01), tmp_path / "mine"
    kept.mkdir()
    laced, state = lace(sandbox), sandbox.platforms["optimibi"].state
    async with served(sandbox) as places:
        good = environment(kept, right(places, tmp_path))
        bad = environment(kept, wrong(places))
        async with Stdio.started(good) as server:
            well = await server.every_operation(world, state)
            for platform in sandbox.platforms.values():
                platform.faults.add(Fault("status", status=400, body=JSON, times=None))
            ill = await server.every_operation(world, state)
            for platform in sandbox.platforms.values():
                platform.faults.clear()
        told = server.told + files(kept)
        async with Stdio.started(bad) as server:
            refused = await server.as_strangers(world, "abc")
        told += server.told
        commands = [await shell(environ, "doctor") for environ in (good, bad)]
        commands.append(await shell(good, "call", "claribi_get_auth_status"))
        commands.append(await shell(bad, "call", "timbr_list_ontologies", '{"account": "b"}'))

    every = {operation.name for operation in EVERY}
    assert leaks([*told, *commands, *files(kept)], laced) == []
    # What an ontology is made of is remembered for minutes, and so is a result that was collected.
    assert every - ill == {"timbr_describe", "timbr_get_query_result"}
    assert (well, refused) == (set(), every)
    assert commands[0].count("signed in     ") == len(PLATFORMS)
    assert commands[1].count("not signed in") == 3 * len(PLATFORMS)
    assert load_platform("claribi").variable("") in commands[1]
