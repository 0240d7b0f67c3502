"""Servers as processes of their own: started, read from line by line, and never left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from threading import Timer
from typing import IO, Any

from mcp.client.stdio import StdioServerParameters

PIPES: Mapping[str, Any] = {
    "stdin": subprocess.PIPE,
    "stdout": subprocess.PIPE,
    "stderr": subprocess.PIPE,
    "text": True,
    "encoding": "utf-8",
}
Process = subprocess.Popen[str]


@contextmanager
def guarded(process: Process, seconds: float = 20) -> Generator[Process]:
    """The process for as long as the block runs; one that hangs is killed, so that reading from it ends."""
    guard = Timer(seconds, process.kill)
    guard.daemon = True
    guard.start()
    try:
        yield process
    finally:
        guard.cancel()
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def ended(process: Process, within: float = 10) -> tuple[int, str, str]:
    """Exit code, and what was still to be read from standard output and standard error."""
    code = process.wait(within)
    return code, stream(process.stdout).read(), stream(process.stderr).read()


def tell(process: Process, message: Mapping[str, Any]) -> None:
    """Send one message of the protocol."""
    stdin = stream(process.stdin)
    stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    stdin.flush()


def heard(process: Process) -> dict[str, Any]:
    """The next line of standard output, which must be one JSON object."""
    message: dict[str, Any] = json.loads(stream(process.stdout).readline())
    return message


def stream(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None
    return pipe


def launch(*arguments: str, **environ: str) -> StdioServerParameters:
    """`pentad` with these arguments, for a client to start, in this process's environment."""
    return StdioServerParameters(
        command=sys.executable, args=["-m", "pentad", *arguments], env=dict(os.environ) | environ
    )
