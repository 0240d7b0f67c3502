"""What an account needs, and what is said when it lacks it."""

from __future__ import annotations

from typing import Any

import httpx2 as httpx
import pytest

from pentad.call import Call
from pentad.errors import PlatformError
from pentad.http.connection import Connection
from pentad.http.pacing import Budget
from pentad.operations import writes
from pentad.platforms import Platform, load
from pentad.platforms.claribi import Claribi
from pentad.platforms.optimized import Optimized, in_order
from pentad.sandbox import Sandbox
from pentad.settings import PLATFORMS, Account
from pentad_tools.claribi.reports import list_reports
from tests.clock import ManualClock
from tests.http.wire import Tape, Thing, bench, get_thing, ok

CLARIBI = {"api_key": "claribi_k1"}
OPTIMIZED = {"token": "t0ken"}
TIMBR = {"api_key": "tk_1", "url": "https://timbr.example.com"}
CLEAR = "must begin with https://, so that the credential is never sent in the clear"
NO_KEY = "contains a space or a character that no key has; it may be cut or pasted with its label"


@pytest.mark.parametrize(
    ("platform", "values", "problems"),
    [
        ("claribi", CLARIBI, []),
        ("claribi", {}, ["PENTAD_CLARIBI_API_KEY is missing"]),
        ("claribi", {"api_key": "sk_live"}, ["PENTAD_CLARIBI_API_KEY does not begin with claribi_"]),
        (
            "claribi",
            {"api_key": "claribi_mcp_x"},
            ["PENTAD_CLARIBI_API_KEY holds a key for the vendor's MCP server; a REST key is needed"],
        ),
        ("claribi", {"api_key": "claribi_ü"}, [f"PENTAD_CLARIBI_API_KEY {NO_KEY}"]),
        ("claribi", {"api_key": "claribi_a b"}, [f"PENTAD_CLARIBI_API_KEY {NO_KEY}"]),
        (
            "claribi",
            CLARIBI | {"auth_mode": "basic"},
            ["PENTAD_CLARIBI_AUTH_MODE must be one of x-api-key, bearer-key, api-key-scheme, jwt"],
        ),
        ("claribi", CLARIBI | {"slash": "yes"}, ["PENTAD_CLARIBI_SLASH must be one of true, false"]),
        (
            "claribi",
            {"auth_mode": "jwt"},
            ["PENTAD_CLARIBI_EMAIL is missing", "PENTAD_CLARIBI_PASSWORD is missing"],
        ),
        ("claribi", {"auth_mode": "jwt", "email": "a@b", "password": "pä ss"}, []),
        ("claribi", CLARIBI | {"apikey": "x"}, ["PENTAD_CLARIBI_APIKEY is not a setting"]),
        ("claribi", CLARIBI | {"url": "http://claribi.com"}, [f"PENTAD_CLARIBI_URL {CLEAR}"]),
        ("claribi", CLARIBI | {"url": "claribi.com"}, [f"PENTAD_CLARIBI_URL {CLEAR}"]),
        ("claribi", CLARIBI | {"url": "https://"}, [f"PENTAD_CLARIBI_URL {CLEAR}"]),
        ("claribi", CLARIBI | {"url": "https://[::1"}, ["PENTAD_CLARIBI_URL is not an address"]),
        ("claribi", CLARIBI | {"url": "http://localhost:8800"}, []),
        ("claribi", CLARIBI | {"url": "http://127.0.0.1:8800/claribi"}, []),
        ("claribi", CLARIBI | {"url": "http://localhost.example"}, [f"PENTAD_CLARIBI_URL {CLEAR}"]),
        ("optimized", OPTIMIZED, []),
        ("optimized", {}, ["PENTAD_OPTIMIZED_TOKEN is missing"]),
        ("optimized", {"token": "Bearer x"}, [f"PENTAD_OPTIMIZED_TOKEN {NO_KEY}"]),
        ("timbr", TIMBR, []),
        ("timbr", {"api_key": "tk_1"}, ["PENTAD_TIMBR_URL is missing"]),
        ("timbr", {"url": TIMBR["url"]}, ["PENTAD_TIMBR_API_KEY is missing"]),
        ("timbr", TIMBR | {"url": "http://timbr.example.com:11000"}, [f"PENTAD_TIMBR_URL {CLEAR}"]),
        ("timbr", TIMBR | {"url": "http://127.0.0.1:11000"}, []),
    ],
)
def test_every_problem_is_named_and_no_value(
    platform: str, values: dict[str, str], problems: list[str]
) -> None:
    assert load(platform).problems(Account(platform, values)) == problems


@pytest.mark.parametrize("tail", ["?a=b", "#x", "/?a=b"])
def test_an_address_is_nothing_but_an_address(tail: str) -> None:
    for url in (f"https://claribi.com{tail}", "https://user:pass@claribi.com"):
        (problem,) = Claribi.problems(Account("claribi", CLARIBI | {"url": url}))
        assert "an address alone" in problem
        assert "pass@" not in problem


def test_an_account_does_not_show_its_values() -> None:
    assert "claribi_k1" not in repr(Account("claribi", CLARIBI))


@pytest.mark.parametrize("name", PLATFORMS)
def test_a_platform_documents_its_settings(name: str) -> None:
    platform = load(name)
    assert platform.name == name
    (address,) = [setting for setting in platform.settings if setting.name == "url"]
    assert (address.default or "") == platform.url
    assert all(setting.meaning for setting in platform.settings)
    assert platform.make_budget("general").horizon > 0


@pytest.mark.parametrize(
    ("slash", "path"), [("true", "/api/v1/reports/"), ("false", "/api/v1/reports"), (None, "/api/v1/reports")]
)
async def test_claribi_adds_a_final_slash_if_told_to(slash: str | None, path: str) -> None:
    tape = Tape(ok({"results": []}))
    values = CLARIBI | ({"slash": slash} if slash else {})
    connection = Claribi.connect(Account("claribi", values), ManualClock(), lambda: tape)
    client = Claribi(connection, bench(Call(ManualClock())))
    assert client.path("/api/v1/reports") == path
    assert client.path("/api/auth/status/") == "/api/auth/status/"


async def test_claribi_signs_in_with_a_password() -> None:
    clock = ManualClock()
    sandbox = Sandbox(clock=clock)
    platform = sandbox.platforms["claribi"]
    values = {name: str(platform.credentials[name]) for name in ("email", "password")}
    account = Account("claribi", values | {"url": platform.url, "auth_mode": "jwt"})
    connection = Claribi.connect(account, clock, sandbox.transport)
    for _ in range(3):
        assert (await list_reports(Claribi(connection, bench(Call(clock))))).rows
        clock.advance(3600)
    paths = [exchange.path for exchange in platform.log]
    assert paths[::2] == ["/api/auth/login/", "/api/auth/token/refresh/", "/api/auth/token/refresh/"]
    await connection.aclose()


def _optimized(step: Any) -> Optimized:
    connection = Optimized.connect(Account("optimized", OPTIMIZED), ManualClock(), lambda: Tape(step))
    return Optimized(connection, bench(Call(ManualClock())))


@writes("POST /v1/groups/{GROUP_ID}/batches", budget="group")
async def post_batch(client: Optimized, group_id: str) -> Thing:
    """Draws on two budgets."""
    return await client.send(Thing, GROUP_ID=group_id)


async def test_a_batch_draws_on_the_users_and_the_groups_budget() -> None:
    client = _optimized(ok({"id": 7}))
    await post_batch(client, "g1")
    await post_batch(client, "g2")
    budgets = client.connection.pacing.budgets
    assert {name: len(budget.taken) for name, budget in budgets.items()} == {
        "user": 2,
        "group:g1": 1,
        "group:g2": 1,
    }
    await client.bound_to(get_thing).get(Thing, thing_id="7")
    assert len(budgets["user"].taken) == 3


@pytest.mark.parametrize(
    ("body", "quote", "problems"),
    [
        ({"message": "No."}, "No.", None),
        ({"message": 7}, None, None),
        ([], None, None),
        (None, None, None),
        ({"message": "No.", "errors": {}}, "No.", None),
        ({"message": "No.", "errors": ["x"]}, "No.", None),
        ({"message": "No.", "errors": {"a": ["x", 1], "b": "y"}}, None, {"a": ["x", "1"], "b": ["y"]}),
    ],
)
def test_optimized_explains_a_refusal(body: Any, quote: str | None, problems: Any) -> None:
    told = _optimized(ok({})).explain(422, body, "")
    assert (told.quote, told.problems) == (quote, problems)


def test_problems_are_sorted_by_profile() -> None:
    places = ["profiles.10.a", "profiles.2.b", "profiles.2", "name", "profiles", "x"]
    errors = {place: ["no"] for place in places}
    assert list(in_order(errors)) == ["name", "profiles", "x", "profiles.2", "profiles.2.b", "profiles.10.a"]


def test_a_platform_must_say_what_is_peculiar_to_it() -> None:
    for missing in (
        lambda: Platform.lacking({}),
        lambda: Platform.sign_in({}, ManualClock()),
        lambda: Platform.make_budget("x"),
    ):
        with pytest.raises(NotImplementedError):
            missing()


PROXIES = ("http_proxy", "https_proxy", "no_proxy", "all_proxy")


@pytest.mark.parametrize(
    "environment",
    [{}, {"https_proxy": "http://127.0.0.1:9"}, {"https_proxy": "127.0.0.1:9"}, {"no_proxy": "127.0.0.1"}],
)
async def test_the_networks_failure_is_told_as_one(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    clock = ManualClock()
    auth = Claribi.sign_in({"url": "https://127.0.0.1:9", "auth_mode": "x-api-key", **CLARIBI}, clock)
    connection = Connection("Shop", "https://127.0.0.1:9", auth, make_budget=lambda _: Budget(), clock=clock)
    client = Claribi(connection, bench(Call(clock)))
    with pytest.raises(PlatformError, match="could not be reached") as caught:
        await client.bound_to(get_thing).get(Thing, thing_id="7")
    assert "127.0.0.1" not in str(caught.value.words())
    await connection.aclose()
    assert isinstance(connection.http, httpx.AsyncClient)
    await connection.aclose()
