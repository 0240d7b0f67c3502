"""Texts, files and paths, and what must never be read in any of them."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pentad.errors import AuthFailed, Malformed, NotFound, Rejected
from pentad.http.encodings import Form
from pentad.models import Row, Saved
from pentad.operations import reads
from pentad.platforms.optimibi import Optimibi
from pentad.platforms.optimibi.paths import as_path, colon, is_uuid, url_id
from tests.optimibi.desk import LOGIN_PAGE, ok, page, sent, serving
from tests.proof import EXAMPLES

NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/"), min_size=1)
PATHS = st.lists(NAMES.filter(lambda name: name.strip() == name), min_size=1).map(lambda n: f"/{'/'.join(n)}")
HASH = "5f4dcc3b5aa765d61d8327deb882cf99"


@reads("GET /thing")
async def get_thing(optimibi: Optimibi) -> dict[str, Any]:
    """One thing."""
    return await optimibi.record()


@reads("GET /thing")
async def list_things(optimibi: Optimibi) -> Sequence[Row]:
    """Things."""
    return await optimibi.rows()


@reads("GET /thing")
async def get_text(optimibi: Optimibi, page: bool = False) -> str:
    """A text."""
    return await optimibi.text(page=page)


@reads("POST /files")
async def save_files(optimibi: Optimibi) -> Saved:
    """Files."""
    return await optimibi.download("files", "url", Form(pathList=["/public/a"]))


async def test_a_text_comes_out_of_its_zip() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("annotations.json", "{}")
        archive.writestr("schema.xml", "<Schema name='Läden'/>")
    zipped = packed.getvalue()
    for reply in (sent("<Schema name='Läden'/>", "application/xml"), sent(zipped, "application/zip")):
        assert await get_text(serving(reply).client()) == "<Schema name='Läden'/>"
    for broken in (zipped[:40], b"PK"):
        with pytest.raises(Malformed, match="zip"):
            await get_text(serving(sent(broken, "application/zip")).client())


async def test_a_page_is_only_read_where_one_is_expected() -> None:
    report = page("<html><title>Outlet pulse</title></html>")
    assert "Outlet pulse" in await get_text(serving(report).client(), page=True)
    with pytest.raises(Malformed, match="web page"):
        await get_text(serving(report).client())
    with pytest.raises(AuthFailed, match="login page"):
        await get_text(serving(page(LOGIN_PAGE)).client(), page=True)


@pytest.mark.parametrize("name", ["error.txt", "info.txt", "Error.TXT"])
async def test_a_file_that_says_why_there_is_none_is_a_failure(name: str, tmp_path: Path) -> None:
    reply = sent("no read permission: /public/a, password=hunter22", "text/plain", name)
    for operation in (save_files, get_text, get_thing):
        with pytest.raises(Rejected) as caught:
            await operation(serving(reply, tmp_path / "files").client())
        assert caught.value.quote == "no read permission: /public/a, password=(secret)"
    assert not (tmp_path / "files").exists()


async def test_data_in_place_of_a_file_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(NotFound) as caught:
        await save_files(serving({"success": False, "code": "404", "msg": "no such path"}, tmp_path).client())
    assert caught.value.quote == "no such path"
    for reply in (ok({"success": True}), page("<html></html>")):
        with pytest.raises(Malformed, match="instead of a file"):
            await save_files(serving(reply, tmp_path).client())


async def test_a_file_is_asked_for_by_a_form_and_saved_whatever_it_is(tmp_path: Path) -> None:
    desk = serving(sent('{"a": 1}', "application/json", "Outlet pulse.datafor"), tmp_path)
    saved = await save_files(desk.client())
    (asked,) = desk.asked("/files")

    assert Path(saved.path).name == "Outlet pulse.datafor"
    assert asked.content == f"pathList={quote(json.dumps(['/public/a']), safe='')}".encode()


SECRETS = {
    "password": HASH, "secret": "s3cr3t-a", "client_secret": "s3cr3t-b", "initpwd": "s3cr3t-c",
    "privateKey": "s3cr3t-d", "token": "s3cr3t-e", "jsessionid": "s3cr3t-f", "mail.smtp.password": "s3cr3t-g",
}  # fmt: skip


async def test_no_secret_of_an_answer_is_read_in_whatever_form_it_comes() -> None:
    told: list[Any] = []
    attributes = " ".join(f'{name.replace(".", "_")}="{value}"' for name, value in SECRETS.items())
    elements = "".join(f"<{name}>{value}</{name}>" for name, value in SECRETS.items())
    pairs = ", ".join(f"{name}: {value}" for name, value in SECRETS.items())
    told.append(await get_thing(serving({"success": True, "data": {"user": SECRETS}}).client()))
    told.append(list(await list_things(serving([SECRETS]).client())))
    told.append(
        await get_text(serving(sent(f"<Schema {attributes}>{elements}</Schema>", "text/xml")).client())
    )
    for reply in (
        ok({"success": False, "msg": pairs}),
        ok({"msg": pairs}, 400),
        sent(pairs, "text/plain", "error.txt"),
    ):
        with pytest.raises(Rejected) as caught:
            await get_thing(serving(reply).client())
        told.append(caught.value.words())
    text = str(told)

    assert [value for value in SECRETS.values() if value in text] == []
    assert "(secret)" in str(told[-1])


@settings(max_examples=EXAMPLES)
@given(PATHS)
@example("/public/Ops:")
def test_a_path_comes_back_from_each_of_its_spellings(path: str) -> None:
    address = f"https://bi.example/datafor/plugin/datafor/api/integrate/{url_id(path)}?region=North"

    assert as_path(path) == as_path(colon(path)) == as_path(address) == path
    assert "/" not in colon(path) + url_id(path)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/public//Ops/", "/public/Ops"),
        ("/", "/"),
        (":", "/"),
        (" :public:Ops ", "/public/Ops"),
        ("Outlet pulse", None),
        ("7d1f0c52-6b0e-4d3a-9a57-0f2c8e51b7aa", None),
        ("https://bi.example/datafor/plugin/datafor/api/open/%%%", None),
        ("https://bi.example/datafor/plugin/datafor/api/open/bm8%3D", None),
    ],
)
def test_what_is_a_path_is_told_from_what_is_none(text: str, path: str | None) -> None:
    assert as_path(text) == path
    assert is_uuid(text) is text.startswith("7d1f")
