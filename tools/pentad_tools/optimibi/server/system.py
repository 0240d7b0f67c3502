"""Settings of the system: public address, registration, cross-origin rules, defaults of reports, language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from pentad.errors import Malformed
from pentad.http.encodings import Form
from pentad.models import Record
from pentad.operations import administers, reads, writes
from pentad.platforms.optimibi import Optimibi
from pentad_tools.optimibi.replacing import replacing
from pentad_tools.optimibi.server.members import SettingTexts, refused, require_known, without_credentials

# The contract names these; others are told by the server alone.
_DOCUMENTED = (
    "fully-qualified-server-url",
    "allowRegister",
    "cors-requests-allowed",
    "cors-requests-allowed-domains",
    "cors-requests-allowed-methods",
)
_UNUSED = ("locale-country", "locale-language")
_COOKIES = ("session", "form")


@reads("GET /plugin/datafor/api/system/settings/query", example={})
async def get_system_settings(optimibi: Optimibi) -> Record:
    """System settings: public server address, self-registration, cross-origin (CORS) rules, defaults
    of reports. Who is no administrator sees a few of them."""
    return Record(without_credentials(await optimibi.record()))


@administers(
    "POST /plugin/datafor/api/system/settings/update",
    reaches="shared",
    check="read them with optimibi_get_system_settings",
    example={"settings": {"allowRegister": "true"}},
)
async def update_system_settings(optimibi: Optimibi, settings: SettingTexts) -> Record:
    """Change system settings by key, such as allowRegister (self-registration of users) or
    cors-requests-allowed-domains; the others stay. The server checks no value."""
    told = await optimibi.bound_to(get_system_settings).stored()
    now = _object(told, "data")
    for name in set(settings).intersection(_UNUSED):
        raise refused("settings", f"{name} is not to be used; the language of a session is another thing")
    remark = require_known("settings", settings, now, _DOCUMENTED)
    preview = replacing(
        {name: now[name] for name in settings if name in now},
        settings,
        will=f"Change the system settings {', '.join(settings)}, for everybody on this server.{remark}",
        slug="update-system-settings",
    )
    await optimibi.change(preview, dict(settings))
    return Record({"stored": settings})


@reads("GET /plugin/datafor/api/system/settings/snapshot", example={})
async def get_settings_snapshot(optimibi: Optimibi) -> Record:
    """Defaults of reports and modelling, such as the first day of the week, with the revision they have; on
    newer servers."""
    told = await optimibi.record()
    inner = told.get("settings")
    return Record(told | {"settings": without_credentials(inner)} if isinstance(inner, dict) else told)


@administers(
    "POST /plugin/datafor/api/system/settings/patch",
    reaches="shared",
    check="read them with optimibi_get_settings_snapshot",
    example={"settings": {"week-start-day": "sunday"}},
)
async def patch_settings(optimibi: Optimibi, settings: SettingTexts) -> Record:
    """Change report and modelling defaults, such as the first day of the week (week-start-day), unless
    somebody else changed them in between; on newer servers."""
    told = await optimibi.bound_to(get_settings_snapshot).stored()
    snapshot = _object(told, "data")
    now, revision = _object(snapshot, "settings"), str(snapshot.get("revision") or "")
    require_known("settings", settings, now)
    preview = replacing(
        {name: now[name] for name in settings},
        settings,
        will=f"Change the report defaults {', '.join(settings)} for everybody, as long as revision "
        f"{revision} still stands.",
        slug="patch-settings",
    )
    answer = await optimibi.change(preview, {"revision": revision, "settings": dict(settings)})
    return Record({"stored": settings, "revision": answer.get("revision")})


@writes(
    "POST /plugin/datafor/api/core/initLocale",
    check="ask again, as it does no more than once,",
    example={"language": "de-AT"},
)
async def init_session_locale(
    optimibi: Optimibi,
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")],
) -> Record:
    """Set the language of the texts that the server sends in this session, as a tag such as en-GB; answers
    with the one that took effect."""
    answer = await optimibi.change(None, Form({"clientLocale": language}))
    if optimibi.connection.values["auth_mode"] not in _COOKIES:
        optimibi.call.note("this sign-in keeps no session, so that the language lasts for this call alone")
    return Record({"asked": language, "language": answer.get("locale")})


def _object(of: Any, name: str) -> Mapping[str, Any]:
    """Raises Malformed where there is none."""
    found = of.get(name) if isinstance(of, Mapping) else None
    if not isinstance(found, Mapping):
        raise Malformed("Optimibi sent settings in another form than documented.")
    return found
