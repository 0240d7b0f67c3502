"""How the house is kept: who may import whom, how large things get, what the documents say."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.generated import FILES, ROOT, renewed

SOURCES = sorted([*ROOT.glob("server/**/*.py"), *ROOT.glob("tools/**/*.py")])
ALL = sorted([*SOURCES, *ROOT.glob("tests/**/*.py"), *ROOT.glob("benchmarks/**/*.py")])


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@cache
def imports(path: Path) -> frozenset[str]:
    return frozenset(imported(tree(path)))


def imported(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def forbidden(path: Path) -> tuple[str, ...]:
    """What a module must not know, with all that lies in it."""
    within = name_of(path).removeprefix("server/pentad/")
    if within.startswith("tools/"):
        return ("pentad.app", "pentad.boundary", "pentad.session")
    if within.startswith("http/"):
        return ("pentad_tools", "pentad.platforms", "pentad.app", "pentad.boundary")
    if within.startswith("sandbox/"):
        return ("pentad_tools", "pentad.http", "pentad.platforms", "pentad.operations")
    return ("pentad_tools",)


def test_dependencies_point_one_way() -> None:
    wrong = [
        f"{name_of(path)}: {used}"
        for path in SOURCES
        for used in imports(path)
        for one in forbidden(path)
        if used == one or used.startswith(f"{one}.")
    ]

    assert wrong == []


def test_nothing_but_httpx2_speaks_http_and_nothing_heavy_is_imported() -> None:
    others = {"httpx", "requests", "aiohttp", "urllib3", "rich", "typer", "tests"}
    roots = {name_of(path): {name.partition(".")[0] for name in imports(path)} for path in SOURCES}

    assert {name: found for name, used in roots.items() if (found := used & others)} == {}


def test_modules_stay_within_300_lines() -> None:
    lines = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in ALL}

    assert {name: count for name, count in lines.items() if count > 300} == {}


def test_functions_stay_within_25_lines() -> None:
    long = [
        f"{name_of(path)}: {node.name}: {lines} lines"
        for path in SOURCES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (lines := body_lines(node)) > 25
    ]

    assert long == []


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function's statements; its signature and docstring are its contract, not its length."""
    statements = node.body[1:] if ast.get_docstring(node) else node.body
    if not statements:
        return 0
    return (statements[-1].end_lineno or 0) - statements[0].lineno + 1


@pytest.mark.parametrize("name", FILES)
def test_generated_tables_are_true(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")

    assert renewed(text) == text


def test_every_command_of_the_readme_exists() -> None:
    from pentad.cli import parser

    help_text = parser().format_help()
    told = set(re.findall(r"^\| `pentad (\w+)", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE))

    assert told == set(re.findall(r"^    (\w+)", help_text, re.MULTILINE))


def test_agents_md_is_short() -> None:
    assert len((ROOT / "AGENTS.md").read_text("utf-8").splitlines()) <= 60


def test_a_command_loads_nothing_of_the_protocol_or_of_servers() -> None:
    script = "import sys, pentad.app, pentad.cli; print({'mcp', 'starlette', 'uvicorn'} & sys.modules.keys())"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603
    assert told.stdout.strip() == "set()"
