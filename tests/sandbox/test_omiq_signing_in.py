"""OMIQ: personal tokens, service accounts, and one login at a time."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from pentad.sandbox import Fault
from pentad.sandbox.omiq.refusals import DISPLACED, FORBIDDEN
from tests.sandbox.omiq_desk import Desk
from tests.witness import Contract, check_exchange


def claims(token: str) -> dict[str, Any]:
    middle = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    return found


async def log_in(desk: Desk, account: str = "secret") -> str:
    told = await desk.ask("POST", "/auth/login", json.loads(desk.held[account]))
    token: str = told.json()["jwt"]
    return token


async def test_a_personal_token_is_good_for_eight_hours() -> None:
    desk = Desk()
    assert claims(desk.held["token"])["exp"] == int(desk.clock.time()) + 8 * 3_600
    desk.clock.advance(8 * 3_600 - 1)
    assert (await desk.ask("GET", "/user")).json()["user"]["name"] == "Mirela Okonjo"
    desk.clock.advance(1)
    assert (await desk.ask("GET", "/user")).status_code == 401


@pytest.mark.parametrize("token", ["a.b.c", "none", "..", ""])
async def test_a_made_up_token_is_refused(token: str) -> None:
    assert (await Desk().ask("GET", "/user", token=token or " ")).status_code == 401


async def test_a_secret_gives_a_token_of_its_own_account_for_a_while() -> None:
    desk = Desk()
    assert len(json.loads(desk.held["secret"])["token"]) == 42
    desk.state.token_life = 120
    token = await log_in(desk)
    assert claims(token)["exp"] == int(desk.clock.time()) + 120
    assert "iat" not in claims(token)
    assert (await desk.ask("GET", "/user", token=token)).json()["user"]["name"] == "instrument-sync"
    desk.clock.advance(120)
    assert (await desk.ask("GET", "/user", token=token)).status_code == 401


@pytest.mark.parametrize("status", [401, 500])
async def test_a_newer_login_displaces_the_older_token_of_that_account_alone(status: int) -> None:
    desk = Desk()
    desk.state.displaced_status = status
    first, other = await log_in(desk), await log_in(desk, "other_secret")
    second = await log_in(desk)
    displaced = await desk.ask("GET", "/user", token=first)
    assert (displaced.status_code, DISPLACED in displaced.text) == (status, True)
    for token in (second, other, desk.held["token"]):
        assert (await desk.ask("GET", "/user", token=token)).status_code == 200


async def test_a_sign_in_elsewhere_displaces_a_personal_token() -> None:
    desk = Desk()
    account = desk.state.users[int(claims(desk.held["token"])["sub"])]
    desk.state.sign_in(account, desk.clock.time())
    assert DISPLACED in (await desk.ask("GET", "/user")).text


async def test_a_wrong_secret_is_refused_and_the_exchange_is_as_documented() -> None:
    desk = Desk()
    secret = json.loads(desk.held["secret"])
    for body in (secret, {**secret, "token": "guess"}, {"email": secret["email"]}):
        await desk.ask("POST", "/auth/login", body)
    assert [exchange.status for exchange in desk.platform.log] == [200, 401, 400]
    good = desk.platform.log[0]
    contract = Contract.load("omiq")
    assert contract.check_response("POST", good.path, 200, good.response_headers, good.response_body).known
    assert [one for one in check_exchange(contract, good) if "second credential" not in one] == []


@pytest.mark.parametrize("status", [403, 500])
async def test_a_reader_reads_what_is_shared_and_is_told_what_is_not(status: int) -> None:
    desk, token = Desk(), ""
    desk.state.forbidden_status, token = status, desk.held["reader_token"]
    listed = (await desk.ask("GET", "/datasets", token=token)).json()["datasets"]
    assert [row["id"] for row in listed] == [desk.samples["dataset"]]
    workflow = f"/workflows/{desk.samples['workflow']}"
    assert (await desk.ask("GET", workflow, token=token)).status_code == 200
    calls: list[tuple[str, str, Any]] = [
        ("GET", f"/datasets/{desk.samples['small_dataset']}", None),
        ("GET", f"/workflows/{desk.samples['big_workflow']}", None),
        ("POST", f"{workflow}/setmetadata", {"metadata": {}}),
        ("DELETE", f"/datasets/{desk.samples['dataset']}/files/{desk.samples['file']}", None),
        ("GET", f"/longops/{desk.samples['long_op']}", None),
    ]
    for method, path, body in calls:
        refused = await desk.ask(method, path, body, token)
        assert (refused.status_code, FORBIDDEN in refused.text) == (status, True)


async def test_faults_meet_both_hosts() -> None:
    desk = Desk()
    link = (await desk.read(f"/longops/{desk.samples['long_op']}"))["val"]["url"]
    desk.platform.faults.add(Fault("status", status=503, path="/api/user"))
    desk.platform.faults.add(Fault("status", status=503, path="/raw/*"))
    assert (await desk.ask("GET", "/user")).json() == {"error": "Something went wrong"}
    assert (await desk.fetch(link)).headers["content-type"] == "application/xml"
    assert (await desk.fetch(link)).status_code == 200
