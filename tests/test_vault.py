"""Secrets that are set on a platform: named by a call, read from a folder of the user's, told to nobody."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from pentad.call import Call
from pentad.errors import Rejected
from pentad.jsontext import dumps
from pentad.settings import load
from pentad.vault import Vault
from tests.clock import ManualClock


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    home = tmp_path / "secrets"
    home.mkdir()
    for name, text in (("database", "hünter 2\n"), ("open", "told to all"), ("short", "abc")):
        (home / name).write_text(text, "utf-8")
        (home / name).chmod(0o644 if name == "open" else 0o600)
    (tmp_path / "outside").write_text("not here", "utf-8")
    (tmp_path / "outside").chmod(0o600)
    return home


async def test_a_secret_is_the_text_of_the_file_of_its_name(folder: Path) -> None:
    assert await Vault(folder).secret("database", Call(ManualClock())) == "hünter 2"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("other", "'other' of PENTAD_SECRETS names a file that does not exist"),
        ("open", "others can read"),
        ("short", "fewer than 4 characters"),
        ("../outside", "is not the name of a secret"),
        ("/etc/passwd", "is not the name of a secret"),
        (".hidden", "is not the name of a secret"),
        ("a\0b", "is not the name of a secret"),
        ("hünter 2", "is not the name of a secret"),
    ],
)
async def test_any_other_name_is_refused_before_anything_is_sent(folder: Path, name: str, words: str) -> None:
    with pytest.raises(Rejected, match=words) as caught:
        await Vault(folder).secret(name, Call(ManualClock()))
    assert caught.value.outcome == "none"
    assert str(folder) not in caught.value.message


async def test_without_a_folder_the_error_says_how_to_name_one() -> None:
    with pytest.raises(Rejected, match=r"secrets are named, not given.*PENTAD_SECRETS"):
        await Vault(None).secret("database", Call(ManualClock()))


def test_the_folder_is_a_setting_and_none_without_it() -> None:
    assert load({"PENTAD_CONFIG": os.devnull}).secrets is None
    assert load({"PENTAD_CONFIG": os.devnull, "PENTAD_SECRETS": "~/k"}).secrets == Path.home() / "k"


async def test_what_a_call_was_given_is_in_nothing_that_it_answers(folder: Path) -> None:
    quoted = 'a "quoted" \\ häß\n'
    (folder / "database").write_text(quoted, "utf-8")
    call = Call(ManualClock())
    secret = await Vault(folder).secret("database", call)
    told = call.told(dumps({"message": f"login with {secret} failed", "more": [secret, "häß"]}))

    assert json.loads(told) == {"message": "login with (secret) failed", "more": ["(secret)", "häß"]}
