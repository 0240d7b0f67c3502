"""Whole results as CSV, JSON and Parquet: every row, every digit."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.jsontext import dumps, loads
from pentad.results.exporting import Text, json_size
from pentad.session import Session
from tests.answers.given import ragged_rows, session
from tests.proof import EXAMPLES
from tests.results.exports import ORIGIN, ROWS, export, kept

# --- the forms


async def test_csv_has_a_header_and_every_value_as_it_is_spelled(here: Session) -> None:
    told, path = await export(here, kept(here, *ROWS))

    text = path.read_bytes().decode()
    assert list(csv.reader(io.StringIO(text, newline=""), strict=True)) == [
        ["id", "price", "of", "no", "t", "yes", "deep", "Id"],
        ["9223372036854775809", "1.10", '{"x": [1.0, {"y": 2e5}]}', "", 'a "b",\nc', "", "", ""],
        ["1", "", "", "", "é", "true", "[340282366920938463463374607431768211456]", "-0.5"],
    ]
    assert text.startswith("id,price,") and text.endswith("\r\n")  # noqa: PT018
    assert told == {
        "path": str(here.folder.path / f"{path.stem}.csv"), "size": len(text.encode()), "type": "text/csv",
        "row_count": 2, "columns": ["id", "price", "of", "no", "t", "yes", "deep", "Id"],
    }  # fmt: skip


async def test_json_is_the_text_of_the_rows(here: Session) -> None:
    told, path = await export(here, kept(here, *ROWS), format="json")

    assert path.read_text("utf-8") == f"[\n{ROWS[0]},\n{ROWS[1]}\n]\n"
    assert (told["type"], told["row_count"]) == ("application/json", 2)


async def test_a_record_is_one_object(here: Session) -> None:
    told, path = await export(here, kept(here, ROWS[0], kind="record"), format="json")

    assert path.read_text("utf-8") == f"{ROWS[0]}\n"
    assert told["row_count"] == 1


async def test_columns_are_chosen_and_put_in_order(here: Session) -> None:
    stored = kept(here, *ROWS)
    told, path = await export(here, stored, format="json", fields=["t", "of", "no", "t"])
    _, table = await export(here, stored, fields=["price", "id"])

    assert path.read_text("utf-8") == (
        '[\n{"t":"a \\"b\\",\\nc","of":{"x": [1.0, {"y": 2e5}]},"no":null},\n{"t":"é"}\n]\n'
    )
    assert told["columns"] == ["t", "of", "no"]
    assert table.read_text("utf-8") == "price,id\n1.10,9223372036854775809\n,1\n"


async def test_parquet_has_what_sql_has_with_integers_of_any_size(here: Session) -> None:
    most = 2**127 - 1
    stored = kept(here, *ROWS[:1], f'{{"id":2,"most":{most},"of":{{"x":[1.5,"z"]}},"in":[{{"n":{2**63}}}]}}')
    told, path = await export(here, stored, format="parquet")
    chosen, part = await export(here, stored, format="parquet", fields=["price", "id"])

    with duckdb.connect() as database:
        rows = database.execute(
            "SELECT id::HUGEINT, price, most::HUGEINT, no FROM read_parquet(?)", [str(path)]
        )
        assert [tuple(map(str, row)) for row in rows.fetchall()] == [
            (str(2**63 + 1), "1.1", "None", "None"),
            ("2", "None", str(most), "None"),
        ]
        nested = database.execute(
            'SELECT "of".x[2]::VARCHAR, "in"[1].n::VARCHAR FROM read_parquet(?)', [str(path)]
        )
        assert nested.fetchall()[1] == ('"z"', str(2**63))
        assert database.read_parquet(str(part)).columns == ["price", "id"]
    assert (told["row_count"], told["type"]) == (2, "application/vnd.apache.parquet")
    assert told["size"] == path.stat().st_size
    assert chosen["columns"] == ["price", "id"]


async def test_parquet_names_columns_that_differ_in_case_only_apart_and_says_so(here: Session) -> None:
    told, path = await export(here, kept(here, *ROWS), format="parquet", fields=["Id", "id"])

    with duckdb.connect() as database:
        assert database.read_parquet(str(path)).columns == told["columns"] == ["Id_8", "id"]


@pytest.mark.parametrize("form", ["csv", "json", "parquet"])
async def test_a_result_without_rows_is_a_file_too(here: Session, form: str) -> None:
    told, path = await export(here, kept(here), format=form)

    assert (told["row_count"], told["size"]) == (0, path.stat().st_size)


# --- what a spreadsheet makes of it


@pytest.mark.parametrize("text", ["=1+1", "+1 (555) 0", "-x", "@SUM(A1)", "\t=1", "-1+1", "+", "--1", "-1\n"])
async def test_a_formula_gets_an_apostrophe_and_is_counted(here: Session, text: str) -> None:
    told, path = await export(here, kept(here, dumps({text: text, "b": "c"})))

    with path.open(newline="", encoding="utf-8") as file:
        assert list(csv.reader(file)) == [[f"'{text}", "b"], [f"'{text}", "c"]]
    assert told["note"].startswith("2 cells of the CSV would be a formula")


@pytest.mark.parametrize("text", ["-5", "+49170123", "-1.5e-3", "a=b", "", " =1", "'=1"])
async def test_numbers_and_other_texts_stay_as_they_are(here: Session, text: str) -> None:
    told, path = await export(here, kept(here, dumps({"a": text, "b": -7, "c": ["=1"]})))

    with path.open(newline="", encoding="utf-8") as file:
        assert list(csv.reader(file))[1] == [text, "-7", '["=1"]']
    assert "note" not in told


# --- for any rows


@settings(max_examples=EXAMPLES)
@given(rows=ragged_rows(), kind=st.sampled_from(["rows", "record"]), data=st.data())
def test_json_reads_back_as_the_rows(rows: list[dict[str, Any]], kind: str, data: st.DataObject) -> None:
    rows = rows[:1] or [{}] if kind == "record" else rows
    stored = session().store.put(rows, (), ORIGIN, "me", kind)
    chosen = data.draw(st.lists(st.sampled_from(stored.columns()), unique=True)) if stored.columns() else []
    whole = b"".join(Text(stored).pieces("json"))
    some = loads(b"".join(Text(stored, chosen).pieces("json")))
    found = loads(whole)

    assert (found if kind == "rows" else [found]) == rows
    assert len(whole) == json_size(stored)
    expected = [{name: row[name] for name in chosen if name in row} for row in rows]
    some = some if kind == "rows" else [some]
    assert [list(row.items()) for row in some] == [list(row.items()) for row in expected]


@settings(max_examples=EXAMPLES)
@given(rows=ragged_rows())
def test_csv_reads_back_as_the_rows(rows: list[dict[str, Any]]) -> None:
    stored = session().store.put(rows, (), ORIGIN, "me")
    text = Text(stored)
    whole = b"".join(text.pieces("csv")).decode()
    header, *body = csv.reader(io.StringIO(whole, newline=""), strict=True)
    columns = stored.columns()
    pairs = [*zip(header, columns, strict=True)]
    for cells, row in zip(body, rows, strict=True):
        pairs += zip(cells, [spelled(row, name) for name in columns], strict=True)

    changed = [(cell, value) for cell, value in pairs if cell != value]
    assert len(changed) == text.guarded
    assert all(cell == f"'{value}" and value[0] in "=+-@\t\r" for cell, value in changed)
    assert not [cell for cell, _ in pairs if cell.startswith(("=", "@", "\t", "\r"))]


def spelled(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return "" if value is None else value if isinstance(value, str) else dumps(value)
