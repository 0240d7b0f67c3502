"""Secrets from files and commands: what is refused, when they are read, and that nothing tells them."""

from __future__ import annotations

import asyncio
import os
import shlex
import sys
from pathlib import Path

import pytest

from pentad.credentials import LARGEST, Source
from pentad.errors import AuthFailed
from pentad.platforms import load as load_platform
from pentad.settings import Account, load
from tests.inside import World, text_of

URL = "https://t.test"
posix = pytest.mark.skipif(os.name != "posix", reason="files have no such modes there")
# Prints its first argument, and leaves a line in the file that the second one names.
TOLD = "import sys; print(open(sys.argv[1]).read()); open(sys.argv[2], 'a').write('ran\\n')"


def private(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    path.chmod(0o600)
    return path


def python(code: str, *arguments: str | Path) -> str:
    """A command line that runs this code."""
    return shlex.join([sys.executable, "-c", code, *map(str, arguments)])


def problems(**values: str) -> list[str]:
    return load_platform("claribi").problems(Account("claribi", values))


def of_file(place: Path) -> list[str]:
    return problems(api_key_file=str(place))


def test_both_places_can_be_named_for_every_account_in_both_ways(tmp_path: Path) -> None:
    (tmp_path / "pentad.toml").write_text(
        '[claribi]\napi_key_command = ["op", "read", "op://a b/key"]\n[timbr.lab]\njwt_file = "~/jwt"',
        "utf-8",
    )
    settings = load(
        {
            "PENTAD_CONFIG": str(tmp_path / "pentad.toml"),
            "PENTAD_CLARIBI__EU__PASSWORD_FILE": "/run/secret",
            "PENTAD_OPTIMIZED_TOKEN_COMMAND": "pass show optimized",
        }
    )

    assert settings.problems == ()
    assert {key: dict(account.values) for key, account in settings.accounts.items()} == {
        "claribi": {"api_key_command": "op read 'op://a b/key'"},
        "claribi/eu": {"password_file": "/run/secret"},
        "optimized": {"token_command": "pass show optimized"},
        "timbr/lab": {"jwt_file": "~/jwt"},
    }


def test_a_secret_has_one_place(tmp_path: Path) -> None:
    place = str(private(tmp_path / "key", "claribi_x"))
    values = {"api_key": "claribi_x", "api_key_file": place, "api_key_command": "op"}
    named = Account("claribi", values, "eu")

    assert load_platform("claribi").problems(named) == [
        "only one of PENTAD_CLARIBI__EU__API_KEY, PENTAD_CLARIBI__EU__API_KEY_FILE, "
        "PENTAD_CLARIBI__EU__API_KEY_COMMAND can be used"
    ]
    timbr = Account("timbr", {"url": URL, "jwt_file": place, "bearer_command": "op"})
    assert load_platform("timbr").problems(timbr) == [
        "only one of PENTAD_TIMBR_JWT, PENTAD_TIMBR_BEARER can be used"
    ]
    assert problems(email_file="x", auth_mode="jwt") == [
        "PENTAD_CLARIBI_EMAIL_FILE is not a setting",
        "PENTAD_CLARIBI_EMAIL is missing",
        "PENTAD_CLARIBI_PASSWORD is missing",
    ]


@posix
def test_a_file_is_refused_unless_it_is_the_users_own_short_text(tmp_path: Path) -> None:
    shared = private(tmp_path / "shared", "claribi_x")
    shared.chmod(0o640)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)
    refused = {
        tmp_path / "missing": "a file that does not exist",
        Path("~nobody-by-this-name/key"): "a file that cannot be read",
        shared: "a file that others can read; let its owner alone read it (chmod 600)",
        tmp_path: "something that is no regular file",
        pipe: "something that is no regular file",
        private(tmp_path / "large", b"x" * (LARGEST + 1)): "a file that holds more than 64 KiB",
        private(tmp_path / "empty", "\n"): "a file that holds nothing",
        private(tmp_path / "binary", b"\xff\xfe\x00"): "a file that holds no text",
    }

    assert {place: of_file(place) for place in refused} == {
        place: [f"PENTAD_CLARIBI_API_KEY_FILE names {why}"] for place, why in refused.items()
    }
    assert of_file(private(tmp_path / "key", "claribi_x\n")) == []


@pytest.mark.parametrize("line", ["op read 'op://a", "  #", ""])
def test_a_command_that_cannot_be_read_is_a_problem(line: str) -> None:
    found = problems(api_key_command=line)

    assert found == ([] if "#" in line else [f"PENTAD_CLARIBI_API_KEY_COMMAND {NO_COMMAND}"])


NO_COMMAND = "is no command: a quote is not closed, or there is no word in it"


@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
async def test_a_secret_in_a_file_signs_in_without_its_line_end(
    world: World, tmp_path: Path, ending: str
) -> None:
    key = world.sandbox.platforms["claribi"].credentials["api_key"]
    world.as_user("claribi", api_key_file=str(private(tmp_path / "key", key + ending)))
    await world.ask("claribi_get_auth_status")

    assert [one.request_headers["x-api-key"] for one in world.sent("claribi")] == [key]


async def test_the_values_of_every_way_in_can_come_from_elsewhere(world: World, tmp_path: Path) -> None:
    held = world.sandbox.platforms["claribi"].credentials | world.sandbox.platforms["timbr"].credentials
    password = python("import sys; print(sys.argv[1])", held["password"])
    world.as_user("claribi", auth_mode="jwt", email=held["email"], password_command=password)
    await world.ask("claribi_list_reports")
    bearer = private(tmp_path / "bearer", held["service_bearer"])
    world.as_user("timbr", bearer_file=str(bearer))
    await world.ask("timbr_list_ontologies")


async def test_a_command_runs_once_and_only_when_its_account_is_used(world: World, tmp_path: Path) -> None:
    held = world.sandbox.platforms["claribi"].credentials
    key, ran = private(tmp_path / "key", held["api_key"]), tmp_path / "ran"
    world.as_user("claribi", api_key_command=python(TOLD, key, ran))
    async with world.client() as client:
        assert (await client.list_tools()).tools
        await client.call_tool("pentad_status", {})
        await client.call_tool("optimized_list_groups", {})
        assert not ran.exists()
        calls = [client.call_tool("claribi_list_reports", {"limit": 1}) for _ in range(6)]
        answers = [text_of(result) for result in await asyncio.gather(*calls)]

    assert [len(answer["rows"]) for answer in answers] == [1] * 6
    assert ran.read_text() == "ran\n"


async def test_a_refused_secret_is_fetched_again_after_a_minute(world: World, tmp_path: Path) -> None:
    held = world.sandbox.platforms["claribi"].credentials
    key, ran = private(tmp_path / "key", held["revoked_key"]), tmp_path / "ran"
    world.as_user("claribi", api_key_command=python(TOLD, key, ran))
    await world.refused("claribi_get_auth_status")
    private(key, held["api_key"])
    await world.refused("claribi_get_auth_status")
    assert ran.read_text() == "ran\n"
    await world.clock.sleep(60)
    await world.ask("claribi_get_auth_status")
    await world.clock.sleep(600)
    await world.ask("claribi_get_auth_status")

    assert ran.read_text() == "ran\n" * 2


async def test_a_command_that_fails_is_left_alone_for_a_minute(world: World, tmp_path: Path) -> None:
    held, ran = world.sandbox.platforms["claribi"].credentials, tmp_path / "ran"
    key = tmp_path / "key"
    world.as_user("claribi", api_key_command=python(TOLD, key, ran))
    told = [await world.refused("claribi_get_auth_status") for _ in range(2)]
    private(key, held["api_key"])
    told.append(await world.refused("claribi_get_auth_status"))
    await world.clock.sleep(60)
    await world.ask("claribi_get_auth_status")

    assert {one["message"] for one in told} == {
        "PENTAD_CLARIBI_API_KEY_COMMAND names a command that failed (exit code 1)."
    }


async def test_a_secret_of_the_wrong_form_is_named_and_not_sent(world: World, tmp_path: Path) -> None:
    world.as_user("claribi", api_key_file=str(private(tmp_path / "key", "Key: hunter2")))
    told = await world.refused("claribi_get_auth_status")

    assert told["message"].startswith("PENTAD_CLARIBI_API_KEY contains a space")
    assert "hunter2" not in str(told)
    assert world.sent("claribi") == []


FAILING: dict[str, tuple[str, str]] = {
    "absent": ("/nowhere/hunter2", "that cannot be started"),
    "failed": (python("import sys; print('hunter2'); sys.exit(3)"), "that failed (exit code 3)"),
    "silent": (python("pass", "hunter2"), "that gave nothing"),
    "endless": (python("while True: print('hunter2' * 1000)"), "that gave more than 64 KiB"),
    "late": (python("import sys; print('hunter2'); sys.stdout.close(); input(); "), "that failed"),
    "hanging": (python("import threading; threading.Event().wait()", "hunter2"), "that did not end within"),
    "binary": (
        python("import sys; sys.stdout.buffer.write(bytes([255, 254]))", "hunter2"),
        "that gave no text",
    ),
}


@pytest.mark.parametrize(("line", "why"), FAILING.values(), ids=FAILING)
async def test_a_failing_command_is_named_by_its_setting_alone(line: str, why: str) -> None:
    source = Source("api_key", "command", line, "PENTAD_X_API_KEY_COMMAND")
    with pytest.raises(AuthFailed) as failed:
        await source.fetch(patience=2.0)

    assert failed.value.message.startswith(f"PENTAD_X_API_KEY_COMMAND names a command {why}")
    assert "hunter2" not in str(failed.value.words()) + repr(source)


async def test_no_shell_reads_the_command(tmp_path: Path) -> None:
    code = "import sys; print(*sys.argv[1:])"
    source = Source("a", "command", f"{python(code)} $HOME ; echo `id` > {tmp_path / 'x'}", "A_COMMAND")

    assert await source.fetch() == f"$HOME ; echo `id` > {tmp_path / 'x'}"
    assert list(tmp_path.iterdir()) == []


@posix
async def test_a_call_that_is_given_up_leaves_no_command_running(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)
    code = (
        "import os, sys, threading; open(sys.argv[1], 'w').write(f'{os.getpid()}'); threading.Event().wait()"
    )
    fetching = asyncio.create_task(Source("a", "command", python(code, pipe), "A_COMMAND").fetch())
    process = int(await asyncio.to_thread(pipe.read_text))
    fetching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await fetching

    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
