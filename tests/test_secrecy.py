"""What is taken out of what platforms send, and what survives it."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.call import Call
from pentad.jsontext import dumps, loads
from pentad.results.csvtext import read_csv
from pentad.results.folder import Scratch
from pentad.results.record import NOWHERE
from pentad.results.splitting import Split
from pentad.results.store import Store
from pentad.secrecy import SECRET, SWEPT, without_secrets
from tests.clock import ManualClock
from tests.http.test_bodies import MANY, ROW, Desk, cut
from tests.http.wire import parts
from tests.proof import EXAMPLES

JWT = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJib2IifQ.c2lnbmVkLWJ5LW5vYm9keQ"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nIBAAK\n-----END RSA PRIVATE KEY-----"
# A text with a secret in it, and what is left of it.
SHAPES = {
    JWT: SECRET,
    PEM: SECRET,
    "gAAAAABl" + "Zm9v-_" * 16 + "==": SECRET,
    "claribi_key_" + "a1B2c3D4" * 4: SECRET,
    "claribi_sk_live_" + "a1b2c3d4" * 4: SECRET,
    "tk_" + "q7w8e9r0" * 5: SECRET,
    "sk-proj-Ab1_" + "x" * 30: SECRET,
    "sk-" + "0a1b2c3d" * 4: SECRET,
    "AKIAIOSFODNN7EXAMPLE": SECRET,
    "postgres://bi:hunter2@db.example.org/sales": f"postgres://bi:{SECRET}@db.example.org/sales",
    "Bearer 0123456789abcdef-XY": f"Bearer {SECRET}",
    "Server=db;User Id=bi;Password=hunter2;": f"Server=db;User Id=bi;Password={SECRET};",
    "https://a.test/?x=1&access_token=hunter2&y=2": f"https://a.test/?x=1&access_token={SECRET}&y=2",
    "https://a.test/x?token=hunter2-7f3a#y": f"https://a.test/x?token={SECRET}#y",
    "/report?y=2&JWT=hunter2-7f3a": f"/report?y=2&JWT={SECRET}",
}
# Names that the five contracts and the vendors' samples have for secrets, and the usual others.
NAMES = (
    "password", "Password", "db_password", "j_password", "initpwd", "passwd", "secret", "client_secret",
    "clientSecret", "privateKey", "private-key", "api_key", "apiKey", "x-api-key", "mcp_api_key",
    "secret_key", "accessKey", "token", "access_token", "refreshToken", "id_token", "auth_token", "bearer",
    "Authorization", "credentials", "connection_string", "Set-Cookie", "jsessionid", "session_id",
    "secretAccessKey", "owner[user].password",
)  # fmt: skip
PLAIN_NAMES = (
    "token_count", "secret_santa", "tokens", "token_type", "token_name", "next_token", "page_token", "cursor",
    "response_id", "poll_url", "plan", "password_changed_at", "key", "keys", "passport", "user", "a", "",
    "signedUrls", "download_url", "session", "secretary", "authorized", "description", "bearer_of_news",
)  # fmt: skip
SURVIVING = (
    "The password is wrong; reset it under Settings.",
    "https://cloud.omiq.test/profile?token=true&jwt=no",
    "the filter token=hunter2-7f3a of a query",
    "password = secret, they said, and a token of thanks",
    "Bearer of bad news since 2024",
    "bearer certificates",
    "2f0c9d7a-51b4-4e0e-9a37-0d7c1b6f8e11",
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk",
    "https://files.example.org/exports/9001.pdf?expires=1767225600&signature=0f3a",
    "https://db.example.org:8080/a?mail=ann@example.org",
    "ann@example.org: see https://example.org",
    "sk-SK",
    "task-force-2024-of-the-northern-region",
    "claribi_list_reports",
    "claribi_reportgenerationsettings",
    "tk_maxx",
    "eyJustAWord.and.another",
    "create-batch-40-profiles-7k2m",
    "SELECT * FROM users WHERE password='x'",
    "-----BEGIN PUBLIC KEY-----",
    "gAAAA",
)

words = st.sampled_from(SURVIVING) | st.text(st.sampled_from("abc xyz-_.:/=&?1é\u200d"), max_size=12).map(
    lambda text: f" {text} "
)
numbers = st.integers() | st.decimals(-(10**6), 10**6, places=2) | st.booleans() | st.none()
Pair = tuple[Any, Any]


def told(shape: str) -> Pair:
    return f"see {shape} here", f"see {SHAPES[shape]} here"


def same(value: Any) -> Pair:
    return value, value


def hidden(value: Any) -> Any:
    """What is left of a value under a secret's name, whose objects have no names that only describe."""
    if isinstance(value, str):
        return value and SECRET
    if isinstance(value, list):
        return [hidden(item) for item in value]
    return {name: hidden(part) for name, part in value.items()} if isinstance(value, dict) else value


def deeper(inner: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
    lists = st.lists(inner, max_size=3).map(lambda made: ([x for x, _ in made], [y for _, y in made]))
    plain = st.tuples(st.sampled_from(PLAIN_NAMES), inner)
    under = st.recursive(
        words | numbers,
        lambda part: st.lists(part, max_size=2) | st.dictionaries(st.sampled_from(["x", "value"]), part),
        max_leaves=3,
    ).map(lambda value: (value, hidden(value)))
    members = st.lists(plain | st.tuples(st.sampled_from(NAMES), under), max_size=4)
    return lists | members.map(
        lambda made: ({name: pair[0] for name, pair in made}, {name: pair[1] for name, pair in made})
    )


pairs: st.SearchStrategy[Pair] = st.recursive(
    (words | numbers).map(same) | st.sampled_from(sorted(SHAPES)).map(told), deeper, max_leaves=12
)
rows = st.lists(pairs.map(lambda pair: ({"row": pair[0]}, {"row": pair[1]})), min_size=1, max_size=5)


@settings(max_examples=EXAMPLES, deadline=None)
@given(pairs)
def test_secrets_go_however_deep_they_are_and_nothing_else_does(pair: Pair) -> None:
    sent, left = pair

    assert dumps(without_secrets(loads(dumps(sent)))) == dumps(loads(dumps(left)))
    assert without_secrets(without_secrets(sent)) == without_secrets(sent)


@settings(max_examples=EXAMPLES, deadline=None)
@given(rows, st.booleans(), st.lists(st.integers(min_value=0, max_value=2000), max_size=8))
async def test_rows_that_stream_in_lose_the_same_secrets(
    made: list[Pair], escaped: bool, cuts: list[int]
) -> None:
    text = dumps({"data": [sent for sent, _ in made]})
    body = (_escaped(text) if escaped else text).encode()
    split = Split(_parted(body, cuts), members=("data",), label="Acme")
    lines = [line async for line in split]

    left = [loads(dumps(left)) for _, left in made]
    assert dumps([loads(line.text) for line in lines]) == dumps(left)
    assert split.swept is (dumps(left) != dumps(loads(text)["data"]))


def _escaped(text: str) -> str:
    """The same JSON by a writer that escapes slashes and spells letters as escapes."""
    decoder, out, at = json.JSONDecoder(), "", 0
    while at < len(text):
        if text[at] != '"':
            out, at = out + text[at], at + 1
            continue
        inside, at = decoder.raw_decode(text, at)
        spelt = "".join(
            f"\\u{ord(sign):04x}" if sign in "ekP_" else json.dumps(sign)[1:-1] for sign in inside
        )
        out += f'"{spelt}"'.replace("/", "\\/")
    return out


async def _parted(body: bytes, cuts: list[int]) -> AsyncGenerator[bytes]:
    at = 0
    for end in [*sorted(cuts), len(body)]:
        yield body[at:end]
        at = end


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_a_secret_hides_texts_and_nothing_else(name: str) -> None:
    kept = {name: [None, 0, True, "", ["x"]]}

    assert without_secrets({name: "x"} | kept) == {name: [None, 0, True, "", [SECRET]]}
    assert without_secrets([{name: "plain"}]) == [{name: SECRET}]


def test_what_describes_a_credential_stays() -> None:
    key = {"id": "k1", "name": "ci", "permissions": ["reports:read"], "expires_at": "2027-02-03", "limit": 3}

    assert without_secrets({"api_key": key}) == {"api_key": key}
    assert without_secrets({"api_key": key | {"value": "abc", "hash": "def"}}) == {
        "api_key": key | {"value": SECRET, "hash": SECRET}
    }
    login = {"credentials": {"username": "ann", "pass": "x", "more": [{"scheme": "y"}]}}
    assert without_secrets(login) == {
        "credentials": {"username": "ann", "pass": SECRET, "more": [{"scheme": SECRET}]}
    }


def test_what_people_write_survives() -> None:
    data = {name: list(SURVIVING) for name in PLAIN_NAMES}

    assert without_secrets(data) == data


def test_a_private_key_that_was_cut_goes_to_its_end() -> None:
    assert without_secrets(f"a {PEM[:45]}") == f"a {SECRET}"


async def test_cells_of_a_table_go_by_column_and_by_shape(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"name,Password,note\nann,hunter2,{JWT}\nbob,,none\n", "utf-8")
    clock = ManualClock()
    store = Store(clock, scratch=Scratch(tmp_path / "kept"))
    stored = await read_csv(tmp_path / "a.csv", store.draft((), NOWHERE, "me"), Call(clock).left)

    assert stored is not None
    assert list(stored) == [
        {"name": "ann", "Password": SECRET, "note": SECRET},
        {"name": "bob", "Password": "", "note": "none"},
    ]


@pytest.mark.parametrize(
    "text", ["eyJ", "-ey", "claribi_a", "sk-_", "_sk-a", "://a:", "bearer ", "-----BEGIN "]
)
def test_no_text_takes_long(text: str) -> None:
    long = text * 20_000 + "k_tk_A.eyJ"

    assert without_secrets(long) == long


async def test_an_answer_remarks_what_was_taken_out_of_it_however_large_it_is(tmp_path: Path) -> None:
    for rows in (3, MANY):
        sent = dumps({"data": {"rows": [ROW | {"password": "hunter2", "log": JWT}] * rows, "token": "x"}})
        desk = Desk(tmp_path, parts(*cut(sent.encode())))
        answer = await desk.ask()

        assert [answer.rows[0], answer.rows[-1]] == [ROW | {"password": SECRET, "log": SECRET}] * 2
        assert desk.line.call.notes == [SWEPT]
