"""A chart from a running server, asked for in a shell."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Pentad


def test_a_chart_of_a_running_server_is_saved_where_the_caller_is(pentad: Pentad, url: str) -> None:
    handle = pentad("call", "claribi_list_reports", '{"limit":100}', "--url", url).json["more"]["result"]
    counted = {"sql": f"SELECT status, COUNT(*) AS n FROM {handle} GROUP BY status"}
    grouped = pentad("call", "query_results", json.dumps(counted), "--url", url).json["more"]["result"]
    asked = {"result": grouped, "kind": "bar", "x": "status", "y": "n"}
    told = pentad("call", "plot_result", json.dumps(asked), "--url", url)
    saved = Path.home() / "Downloads" / "pentad" / "chart.png"

    assert (told.code, len(told.lines)) == (0, 1)
    assert "They add up to 100" in told.json["told"]
    assert str(saved) in told.err
    assert saved.read_bytes().startswith(b"\x89PNG")
