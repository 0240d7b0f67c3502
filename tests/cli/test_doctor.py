"""`pentad doctor`: a line per platform, what to do about it, and an exit code."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.cli.conftest import Pentad, Told

Account = Callable[..., str]
LABELS = {
    "claribi": "clariBI",
    "omiq": "OMIQ",
    "optimibi": "Optimibi",
    "optimized": "Optimized.App",
    "timbr": "Timbr",
}


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, sandbox: dict[str, Any]) -> Account:
    """Set up a platform with a seeded credential of the sandbox under the setting it belongs to."""

    def set_up(platform: str, setting: str, credential: str, url: str | None = None) -> str:
        told = sandbox[platform]
        secret: str = told["credentials"][credential]
        monkeypatch.setenv(f"PENTAD_{platform.upper()}_URL", url or told["url"])
        monkeypatch.setenv(f"PENTAD_{platform.upper()}_{setting.upper()}", secret)
        return secret

    return set_up


def lines(told: Told) -> dict[str, str]:
    """Each platform's line; there are no others."""
    assert told.err == ""
    assert [line.split()[0] for line in told.lines] == list(LABELS.values())
    return dict(zip(LABELS, told.lines, strict=True))


def test_nothing_set_up_is_no_fault_and_each_line_says_what_to_set(pentad: Pentad) -> None:
    told = pentad("doctor")
    line = lines(told)

    assert told.code == 0
    assert re.search(r"not set up .*PENTAD_CLARIBI_API_KEY", line["claribi"])
    assert re.search(r"not set up .*PENTAD_OMIQ_TOKEN to use it", line["omiq"])
    assert re.search(r"not set up .*PENTAD_OPTIMIZED_TOKEN", line["optimized"])
    assert re.search(r"not set up .*PENTAD_TIMBR_API_KEY and PENTAD_TIMBR_URL", line["timbr"])


def test_accounts_that_work_are_signed_in_with_headroom(pentad: Pentad, account: Account) -> None:
    secret = account("claribi", "api_key", "api_key")
    account("optimized", "token", "token")
    account("omiq", "token", "token")
    account("optimibi", "username", "username")
    account("optimibi", "password", "password")
    account("timbr", "api_key", "api_key")
    told = pentad("doctor")

    assert told.code == 0
    for platform, line in lines(told).items():
        stated = "not stated by the platform" if platform in ("omiq", "optimibi", "timbr") else r"\d+ "
        assert re.search(rf" signed in .*headroom: {stated}", line)
    assert secret not in told.out


def test_a_key_for_a_platform_without_a_common_address_lacks_the_address(
    pentad: Pentad, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PENTAD_TIMBR_API_KEY", "tk_5ecret")
    told = pentad("doctor")

    assert told.code == 1
    assert re.search(r" not signed in .*PENTAD_TIMBR_URL is missing", lines(told)["timbr"])
    assert "tk_5ecret" not in told.out


def test_the_sandbox_is_signed_in_to_without_any_setting(pentad: Pentad) -> None:
    told = pentad("doctor", "--sandbox")

    assert told.code == 0
    assert [" signed in " in line for line in lines(told).values()] == [True] * len(LABELS)


@pytest.mark.parametrize(
    ("setting", "credential", "step"),
    [
        ("claribi.api_key", "revoked_key", "Settings > Developer > API Keys"),
        ("claribi.api_key", "mcp_key", "a REST key is needed"),
        ("omiq.token", "expired_token", "adds ?token=true to its address"),
        ("optimized.token", "revoked_token", "an organisation administrator can make a new one"),
        ("timbr.api_key", "revoked_key", "copy it anew from the platform's welcome page"),
        ("timbr.jwt", "expired_jwt", "The JWT may have expired"),
    ],
)
def test_a_credential_that_is_refused_is_not_signed_in_and_the_next_step_is_named(
    pentad: Pentad, account: Account, setting: str, credential: str, step: str
) -> None:
    platform, _, name = setting.partition(".")
    secret = account(platform, name, credential)
    told = pentad("doctor")
    line = lines(told)[platform]

    assert told.code == 1
    assert " not signed in " in line
    assert step in line
    assert secret not in told.out


def test_it_does_not_send_the_user_to_itself(pentad: Pentad, account: Account) -> None:
    account("claribi", "api_key", "mcp_key")

    assert "pentad doctor" not in pentad("doctor").out


def test_a_platform_that_does_not_answer_is_unreachable_and_the_other_is_still_examined(
    pentad: Pentad, account: Account, nowhere: str
) -> None:
    account("claribi", "api_key", "api_key", url=nowhere)
    account("optimized", "token", "token")
    told = pentad("doctor")
    line = lines(told)

    assert told.code == 1
    assert " unreachable " in line["claribi"]
    assert " signed in " in line["optimized"]


def test_settings_that_mean_nothing_are_named_first(pentad: Pentad, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENTAD_EXPOZE", "all")
    monkeypatch.setenv("PENTAD_BUDGET", "plenty")
    told = pentad("doctor")

    assert told.code == 1
    assert [line.split()[0] for line in told.lines] == ["settings", "settings", *LABELS.values()]
    assert {"PENTAD_EXPOZE", "PENTAD_BUDGET:"} == {line.split()[1] for line in told.lines[:2]}
