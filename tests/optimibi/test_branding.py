"""Branding: images as files, texts that are completed, and one way of saving per edition."""

from __future__ import annotations

import json
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest

from tests.inside import World, lay_out

FIXED = {
    "get_favicon": "wl_favicon.ico",
    "get_login_logo": "wl_logo.png",
    "get_main_logo": "wl_main.png",
    "get_main_logo_small": "wl_main_small.png",
}


def state(world: World, edition: str = "newer") -> Any:
    found = world.sandbox.platforms["optimibi"].state
    found.edition = edition
    return found


def saves(world: World) -> list[tuple[str, dict[str, bytes]]]:
    """The end of the address, and the fields, of every save."""
    sent = [one for one in world.sent("optimibi", "POST") if "whitelabel" in one.path]
    found = []
    for one in sent:
        head = f"Content-Type: {one.request_headers['content-type']}\r\n\r\n".encode()
        parts: Any = BytesParser().parsebytes(head + one.request_body).get_payload()
        named = {
            str(part.get_param("name", header="content-disposition")): part.get_payload(decode=True)
            for part in parts
        }
        found.append((one.path.rpartition("/")[2], named))
    return found


@pytest.mark.parametrize("call", list(FIXED))
async def test_images_become_files_of_their_kind(world: World, call: str) -> None:
    state(world).images[FIXED[call]] = b"\x89PNG-own"
    told = await world.ask(f"optimibi_{call}")

    assert Path(told["path"]).read_bytes() == b"\x89PNG-own"
    assert told["type"] == ("image/x-icon" if call == "get_favicon" else "image/png")
    assert told["size"] == 8


async def test_an_image_is_had_by_name_on_newer_servers(world: World) -> None:
    told = await world.ask("optimibi_get_branding_image", name="wl_loading.png")
    unknown = await world.refused("optimibi_get_branding_image", name="wl_nothing.png")
    path = await world.refused("optimibi_get_branding_image", name="../secrets.png")

    assert Path(told["path"]).read_bytes().startswith(b"\x89PNG")
    assert unknown["error"] == "not_found"
    assert "name" in path["problems"]


async def test_older_servers_take_fields_with_switches_as_digits_and_keep_what_was_not_named(
    world: World,
) -> None:
    state(world, "older")
    settings = {"main_title": "Outlet figures", "enable_help": False}
    plan = await world.ask("optimibi_save_branding_config", settings=settings)
    assert saves(world) == []
    await world.ask("apply_plan", plan=plan["plan"])
    told = await world.ask("optimibi_get_branding_config")

    assert plan["body"]["changes"] == {
        "main_title": {"from": "Brightwater BI", "to": "Outlet figures"},
        "enable_help": {"from": True, "to": False},
    }
    expected = {
        "main_title": b"Outlet figures",
        "main_subtitle": b"Figures for outlets",
        "login_copyright": b"(c) Brightwater",
        "enable_help": b"0",
        "enable_start": b"1",
    }
    assert saves(world) == [("update", expected)]
    assert (told["enable_help"], told["enable_start"]) == ("false", "true")


async def test_newer_servers_take_one_object_with_all_of_their_keys(world: World) -> None:
    lay_out(world)
    before = await world.ask("optimibi_get_branding_config")
    plan = await world.ask(
        "optimibi_save_branding_config",
        settings={"enable_help": "0", "theme": {"accent": "#fff"}},
        image="wl_logo",
        path="logo.png",
    )
    await world.ask("apply_plan", plan=plan["plan"])
    ((end, fields),) = saves(world)
    logo = await world.ask("optimibi_get_login_logo")

    assert plan["body"]["changes"]["enable_help"] == {"from": True, "to": False}
    assert plan["body"]["changes"]["wl_logo"]["to"]["name"] == "logo.png"
    assert (end, set(fields)) == ("save", {"config", "wl_logo"})
    theme = before["theme"] | {"accent": "#fff"}
    assert json.loads(fields["config"]) == before | {"enable_help": False, "theme": theme}
    assert Path(logo["path"]).read_bytes() == fields["wl_logo"] == (lay_out(world) / "logo.png").read_bytes()


async def test_a_save_whose_address_is_not_served_is_not_tried_at_the_other_one(world: World) -> None:
    held = state(world)
    plan = await world.ask("optimibi_save_branding_config", settings={"main_title": "A"})
    held.missing.append("datafor-whitelabel")
    await world.refused("apply_plan", plan=plan["plan"])

    assert [end for end, _ in saves(world)] == ["save"]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"settings": {"main_titel": "A"}}, "did you mean main_title"),
        ({"settings": {"enable_help": "yes"}}, "neither on nor off"),
        ({"image": "wl_logo"}, "both are needed"),
        ({"image": "wl_favicon", "path": "logo.png"}, "has to be an ICO file"),
        ({"image": "wl_logo", "path": "run.fcs"}, "has to be a PNG file"),
        ({"image": "wl_logo", "path": "/etc/hostname"}, "no folder that files may be taken from"),
        ({}, "Nothing would change"),
    ],
)
async def test_what_cannot_be_saved_is_refused_before_anything_is_sent(
    world: World, asked: dict[str, Any], says: str
) -> None:
    lay_out(world)
    told = await world.refused("optimibi_save_branding_config", **asked)

    assert says in told["message"]
    assert saves(world) == []
