"""Bodies: JSON, forms and plain text, each as its type says."""

from __future__ import annotations

import json
from decimal import Decimal
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.http.encodings import Attachment, Form, Parts, Text, encoded
from tests.http.wire import THING, Line, Thing, create_thing, ok
from tests.proof import EXAMPLES

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@settings(max_examples=EXAMPLES)
@given(st.dictionaries(TEXTS, TEXTS | st.none()))
def test_a_form_brings_every_text_and_leaves_out_what_is_not_given(fields: dict[str, str | None]) -> None:
    kind, body = encoded(Form(fields)) or ("", b"")

    assert kind == "application/x-www-form-urlencoded"
    told = dict(parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=bool(body)))
    assert told == {name: value for name, value in fields.items() if value is not None}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (False, "false"),
        (12, "12"),
        (Decimal("1.10"), "1.10"),
        (["/public/Ä", "b"], '["/public/Ä","b"]'),
        ({"a": None, "b": [True]}, '{"a":null,"b":[true]}'),
        ("Ops&Sales", "Ops&Sales"),
    ],
)
def test_a_form_writes_flags_as_words_and_what_has_parts_as_json(value: Any, text: str) -> None:
    _, body = encoded(Form(x=value)) or ("", b"")

    assert parse_qsl(body.decode()) == [("x", text)]


@settings(max_examples=EXAMPLES)
@given(st.binary(), st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1), TEXTS)
def test_a_form_of_several_parts_brings_files_and_texts(content: bytes, name: str, text: str) -> None:
    parts = Parts(smart=True, about=text, nothing=None, file=Attachment(name, content, "image/png"))
    kind, body = encoded(parts) or ("", b"")

    head = f"Content-Type: {kind}\r\n\r\n".encode()
    found = {}
    for part in BytesParser(policy=HTTP).parsebytes(head + body).iter_parts():
        field = part.get_param("name", header="content-disposition")
        found[field] = part.get_content_type(), part.get_payload(decode=True)
    assert found.keys() == {"smart", "about", "file"}
    assert found["smart"][1] == b"true"
    assert found["about"][1] == text.encode()
    assert found["file"] == ("image/png", content)


@pytest.mark.parametrize(
    ("body", "kind", "content"),
    [
        (Text("a,b"), "text/plain; charset=UTF-8", b"a,b"),
        ('{"x":1.10}', "application/json", b'{"x":1.10}'),
        (["é"], "application/json", b'["\\u00e9"]'),
        ({}, "application/json", b"{}"),
        (Form(), "application/x-www-form-urlencoded", b""),
    ],
)
async def test_a_request_says_how_its_body_is_written(body: Any, kind: str, content: bytes) -> None:
    line = Line(ok(THING))
    await line.shop().bound_to(create_thing).send(Thing, body=body)
    (request,) = line.seen

    assert (request.headers["content-type"], request.content) == (kind, content)


async def test_a_request_without_a_body_names_no_kind() -> None:
    line = Line(ok(THING))
    await line.shop().bound_to(create_thing).send(Thing)

    assert "content-type" not in line.seen[0].headers
    assert encoded(None) is None
    assert json.loads((encoded({"a": [1, None]}) or ("", b""))[1]) == {"a": [1, None]}
