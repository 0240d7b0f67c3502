"""How the console and the sign-in page look: texts, switches, logos."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema

from pentad.http.encodings import Attachment, Parts
from pentad.models import Record, Saved
from pentad.operations import Route, administers, reads
from pentad.platforms.optimibi import Optimibi
from pentad_tools.optimibi.replacing import replacing
from pentad_tools.optimibi.server.members import Members, alike, refused, require_known, switched
from pentad_tools.optimibi.server.session import session_info
from pentad_tools.optimibi.times import flag

_SAVE = "POST /plugin/datafor-whitelabel/api/save"
_SWITCHES = ("enable_help", "enable_start")
_TEXTS = ("login_title", "login_copyright", "main_title", "main_subtitle", *_SWITCHES)
_PNG, _ICO = b"\x89PNG\r\n\x1a\n", b"\x00\x00\x01\x00"
Image = Annotated[
    Literal["wl_logo", "wl_main", "wl_main_small", "wl_favicon"],
    WithJsonSchema({"enum": ["wl_logo", "wl_main", "wl_main_small", "wl_favicon"]}),
]


@reads("GET /plugin/datafor/api/core/wl/wl_favicon.ico", example={})
async def get_favicon(optimibi: Optimibi) -> Saved:
    """Save the icon that browsers show for the server (favicon) to the download folder."""
    return await _image(optimibi, "wl_favicon")


@reads("GET /plugin/datafor/api/core/wl/wl_logo.png", example={})
async def get_login_logo(optimibi: Optimibi) -> Saved:
    """Save the logo of the sign-in (login) page to the download folder."""
    return await _image(optimibi, "wl_logo")


@reads("GET /plugin/datafor/api/core/wl/wl_main_small.png", example={})
async def get_main_logo_small(optimibi: Optimibi) -> Saved:
    """Save the small logo of the console, for its folded menu, to the download folder."""
    return await _image(optimibi, "wl_main_small")


@reads("GET /plugin/datafor/api/core/wl/wl_main.png", example={})
async def get_main_logo(optimibi: Optimibi) -> Saved:
    """Save the logo of the console to the download folder."""
    return await _image(optimibi, "wl_main")


@reads("GET /plugin/datafor/api/core/wl/{name}", example={"name": "wl_loading.png"})
async def get_branding_image(
    optimibi: Optimibi, name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][\w.-]{0,99}\.(png|ico)$")]
) -> Saved:
    """Save any branding (white label) image by its file name, such as wl_logo.png; on newer servers."""
    return await _image(optimibi, name.rpartition(".")[0], name=name)


@reads("POST /plugin/datafor/api/core/wl/query", example={})
async def get_branding_config(optimibi: Optimibi) -> Record:
    """Branding (white label) texts and switches: product titles, copyright, help and start page."""
    return Record(await optimibi.record(body={}))


@administers(
    "POST /plugin/datafor-whitelabel/api/update",
    alt=(_SAVE,),
    reaches="shared",
    check="read them with optimibi_get_branding_config",
    example={"settings": {"main_title": "Outlet figures"}, "image": "wl_logo", "path": "logo.png"},
)
async def save_branding_config(
    optimibi: Optimibi,
    settings: Members | None = None,
    image: Image | None = None,
    path: Annotated[str, Field(max_length=1000)] | None = None,
) -> Record:
    """Change branding (white label): product title, copyright, switches by name, and a logo (PNG) or favicon
    (ICO) of console and sign-in page from the user's file at `path`; the rest stays."""
    newer = await _newer(optimibi)
    now = await _texts(optimibi, newer=newer)
    remark = require_known("settings", settings or {}, now, _TEXTS)
    then = now | {name: _one(name, value, now.get(name)) for name, value in (settings or {}).items()}
    files = await _files(optimibi, image, path)
    preview = replacing(
        now,
        then | files,
        will=f"Change {', '.join([*(settings or {}), *files])} of the console and the sign-in page, for "
        f"everybody on this server.{remark}",
        slug="save-branding",
        undo="call this again with the values under `from`; an image that is replaced is gone, unless it was "
        "saved before",
    )
    sent = Parts({"config": then, **files}) if newer else Parts({**_sent(then), **files})
    await _asked(optimibi, newer=newer).change(preview, sent)
    return Record({"changed": list(preview.body["changes"])})


async def _newer(optimibi: Optimibi) -> bool:
    info = await session_info(optimibi)
    info.require("datafor-whitelabel")
    return info.newer


def _asked(optimibi: Optimibi, *, newer: bool) -> Optimibi:
    """The address of the edition, and no other: each takes a body of its own."""
    own = optimibi.operation
    route = Route.parse(_SAVE) if newer else own.endpoint
    return optimibi.bound_to(replace(own, route=route, alt=()))


async def _image(optimibi: Optimibi, stem: str, **values: Any) -> Saved:
    return await optimibi.download(stem, "url", **values)


async def _texts(optimibi: Optimibi, *, newer: bool) -> dict[str, Any]:
    """What is stored; of older servers, what they take. They tell switches as words."""
    answer = await optimibi.bound_to(get_branding_config).stored(body={})
    found = answer.get("data") if isinstance(answer, Mapping) else None
    told = dict(found) if isinstance(found, Mapping) else {}
    if newer:
        return told
    return {
        name: bool(flag(told[name])) if name in _SWITCHES else told[name] for name in _TEXTS if name in told
    }


def _one(name: str, value: Any, stored: Any) -> Any:
    return (switched if name in _SWITCHES else alike)(value, stored, "settings")


def _sent(texts: Mapping[str, Any]) -> dict[str, str]:
    """Fields of the older form; switches are 0 or 1."""
    return {
        name: str(int(bool(flag(value)))) if name in _SWITCHES else str(value)
        for name, value in texts.items()
    }


async def _files(optimibi: Optimibi, image: str | None, path: str | None) -> dict[str, Attachment]:
    """The image as a part of the form. Raises Rejected for one of another kind than it has to be."""
    if image is None or path is None:
        if image or path:
            raise refused(
                "path" if image else "image", "both are needed to replace an image: which, and with what"
            )
        return {}
    icon = image == "wl_favicon"
    name, content = await asyncio.to_thread(optimibi.inbox.read, path)
    if not content.startswith(_ICO if icon else _PNG):
        raise refused("path", f"{image} has to be {'an ICO' if icon else 'a PNG'} file, which this is not")
    return {image: Attachment(name, content, "image/x-icon" if icon else "image/png")}
