"""How the console looks: texts, switches and images of the white label."""

from __future__ import annotations

import json
from typing import Any

from pentad.sandbox.asgi import Reply
from pentad.sandbox.optimibi.configuring import plugged
from pentad.sandbox.optimibi.context import Context, Part, done
from pentad.sandbox.optimibi.refusals import RefusalError
from pentad.sandbox.optimibi.routing import NEWER, OLDER, D, Route

_PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489")
_ICO = b"\x00\x00\x01\x00"
# The last has no address of its own.
_IMAGES = {"wl_favicon.ico": _ICO} | {
    f"{name}.png": _PNG for name in ("wl_logo", "wl_main_small", "wl_main", "wl_loading")
}
_TEXTS = ("login_title", "login_copyright", "main_title", "main_subtitle", "enable_help", "enable_start")
_SEEDED = {
    "main_title": "Brightwater BI",
    "main_subtitle": "Figures for outlets",
    "login_copyright": "(c) Brightwater",
    "enable_help": "true",
    "enable_start": "true",
}


def branding(context: Context) -> dict[str, Any]:
    """The newer edition has flags for switches, and many more keys."""
    if context.state.branding or not context.state.newer:
        return done(context.state.branding or _SEEDED)
    switches = {"enable_help": True, "enable_start": True}
    more = {"login_title": "Sign in", "theme": {"primary": "#0a5c8f"}, "hidden_menus": ["trash"]}
    return done(_SEEDED | switches | more)


def update(context: Context) -> dict[str, Any]:
    """Texts and switches are replaced together; images that are not sent stay."""
    parts = context.parts()
    told = {name: parts[name].text for name in _TEXTS if name in parts}
    if told:
        switched = {name: str(told[name] == "1").lower() for name in told if name.startswith("enable_")}
        context.state.branding = told | switched
    _put_images(context, parts)
    return done(code=None)


def save(context: Context) -> dict[str, Any]:
    """The newer way: all texts and switches in one field that holds JSON."""
    parts = context.parts()
    if "config" in parts:
        try:
            context.state.branding = dict(json.loads(parts["config"].text))
        except (TypeError, ValueError) as error:
            raise RefusalError("config is no object", "500") from error
    _put_images(context, parts)
    return done(code=None)


def _put_images(context: Context, parts: dict[str, Part]) -> None:
    for file in _IMAGES:
        part = parts.get(file.partition(".")[0])
        if part is not None and part.file is not None:
            context.state.images[file] = part.content


def image(context: Context) -> Reply:
    """Everybody may see them; what is not stored is the product's own."""
    name = context.call.path.rpartition("/")[2]
    content = context.state.images.get(name, _IMAGES.get(name))
    if content is None:
        raise RefusalError("not found", "404", 404)
    return Reply(200, content, {"content-type": "image/x-icon" if name.endswith(".ico") else "image/png"})


_SAVE = "/plugin/datafor-whitelabel/api"
ROUTES = (
    Route("POST", f"{D}/core/wl/query", "get_branding_config", branding, alone="open"),
    Route("GET", f"{D}/core/wl/wl_favicon.ico", "get_favicon", image, alone="open"),
    Route("GET", f"{D}/core/wl/wl_logo.png", "get_login_logo", image, alone="open"),
    Route("GET", f"{D}/core/wl/wl_main_small.png", "get_main_logo_small", image, alone="open"),
    Route("GET", f"{D}/core/wl/wl_main.png", "get_main_logo", image, alone="open"),
    Route("GET", f"{D}/core/wl/{{name}}", "get_branding_image", image, NEWER, "open"),
    Route("POST", f"{_SAVE}/update", "save_branding_config", plugged(update), OLDER, admin=True),
    Route("POST", f"{_SAVE}/save", "save_branding_config", plugged(save), NEWER, admin=True),
)
