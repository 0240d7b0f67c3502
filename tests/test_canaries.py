"""No secret comes out: not of the settings, not of what platforms send, in no answer, error, file or log."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from pentad import operations
from pentad.sandbox.faults import Fault, Kind
from pentad.settings import PLATFORMS
from tests.canaries import WRONG, Watched, lace, leaks, slots
from tests.inside import World
from tests.proof import PROOF

_EFFECTS = ("read", "write", "destructive", "admin")
JSON = (
    '{"error": "refused", "message": "we know CREDENTIAL well", "status": "error",'
    ' "errors": {"a": ["no CREDENTIAL"]}}'
)
ODD = (
    '{"api_key": "canary", "token": ["canary"], "data": 7, "next": "CREDENTIAL",'
    ' "results": "Bearer CREDENTIAL"}'
)
AWAY = {"location": "https://elsewhere.test/?token=CREDENTIAL"}
KINDS: list[tuple[Kind, int, str]] = [
    ("status", 401, JSON),
    ("status", 422, JSON),
    ("status", 500, JSON),
    ("html", 502, "<h1>CREDENTIAL</h1>"),
    ("status", 302, ""),
    ("wrong_shape", 200, ODD),
    ("wrong_shape", 400, "CREDENTIAL is none of ours, nor is Bearer canary-0123456789"),
]
FAULTS = [
    Fault(kind, status=status, body=body, headers=AWAY if status == 302 else {}, times=None)
    for kind, status, body in KINDS
]
# How each platform is signed in to: settings, and the sandbox's credential for each.
WAYS: list[tuple[str, dict[str, str]]] = [
    ("claribi", {"api_key": "api_key"}),
    ("claribi", {"auth_mode": "=bearer-key", "api_key": "secret_key"}),
    ("claribi", {"auth_mode": "=api-key-scheme", "api_key": "api_key"}),
    ("claribi", {"auth_mode": "=jwt", "email": "email", "password": "password"}),
    ("omiq", {"token": "token"}),
    ("omiq", {"secret": "secret"}),
    ("optimibi", {"username": "username", "password": "password"}),
    ("optimibi", {"auth_mode": "=form", "username": "username", "password": "password"}),
    ("optimibi", {"auth_mode": "=basic", "username": "username", "password": "password"}),
    ("optimibi", {"auth_mode": "=jwt", "jwt": "jwt"}),
    ("optimibi", {"auth_mode": "=jwt", "jwt_in": "=url", "jwt": "jwt"}),
    ("optimized", {"token": "token"}),
    ("timbr", {"api_key": "api_key"}),
    ("timbr", {"jwt": "tenant_jwt", "jwt_tenant": "tenant_name"}),
    ("timbr", {"bearer": "service_bearer", "impersonate": "second_user"}),
]


def in_order(platform: str) -> list[Any]:
    """A platform's operations; what deletes comes after what reads."""
    found = operations.in_package(f"pentad_tools.{platform}")
    return sorted(found, key=lambda operation: _EFFECTS.index(operation.effect))


@pytest.fixture
def laced(world: World) -> set[str]:
    """Every platform sends secrets."""
    return lace(world.sandbox)


def test_every_slot_has_a_canary() -> None:
    assert {platform: set(WRONG[platform]) for platform in PLATFORMS} == {
        platform: slots(platform) for platform in PLATFORMS
    }


@pytest.mark.parametrize(
    ("platform", "values"), WAYS, ids=lambda part: part if isinstance(part, str) else " ".join(part.values())
)
async def test_no_operation_tells_a_secret_however_it_ends(
    world: World, laced: set[str], caplog: pytest.LogCaptureFixture, platform: str, values: dict[str, str]
) -> None:
    caplog.set_level(logging.DEBUG)
    box = world.sandbox.platforms[platform]
    given = {name: text[1:] if text[0] == "=" else box.credentials[text] for name, text in values.items()}
    world.as_user(platform, **given)
    async with world.client() as client:
        watched = Watched(world, client)
        for operation in in_order(platform):
            await watched.run(operation)
        well = dict(watched.failed)
        await watched.look_round(world.settings.downloads.parent)
        for turn, fault in enumerate(FAULTS):
            await watched.start_anew()
            await _fail(watched, _tried(platform, values, turn), fault)
        await watched.look_round(world.settings.downloads.parent)

    assert leaks([*watched.told, caplog.text], laced) == []
    assert set(watched.failed) == {operation.name for operation in in_order(platform)}
    assert any("secrets in the platform's answer were replaced" in text for text in watched.told)
    if values in ({"api_key": "api_key"}, {"token": "token"}):
        assert well == {}


def _tried(platform: str, values: dict[str, str], turn: int) -> list[Any]:
    """The operations that meet a fault: all of them where this is the platform's first way to sign in, and
    to prove it; else each meets two of the faults, of which one at least no operation survives."""
    every = in_order(platform)
    if PROOF or values == next(way for name, way in WAYS if name == platform):
        return every
    return [one for at, one in enumerate(every) if (turn - at) % len(FAULTS) < 2]


async def _fail(watched: Watched, tried: list[Any], fault: Fault) -> None:
    """Each operation while every request meets the fault."""
    for operation in tried:
        box = watched.world.sandbox.platforms[operation.platform]
        box.faults.add(fault)
        await watched.run(operation)
        box.faults.clear()
