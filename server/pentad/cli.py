"""The command line. Every command imports what it needs and no more."""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import sys
from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any

import pentad
from pentad import logs, settings

if TYPE_CHECKING:
    from pentad.app import App


def run(arguments: Sequence[str]) -> int:
    """Carry out a command and return its exit code."""
    given = parser().parse_args(arguments)
    command: Command = given.command
    try:
        return command(given)
    except KeyboardInterrupt:
        return 130
    finally:
        gc.enable()


Command = Callable[[argparse.Namespace], int]


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser("pentad", description="One MCP server for five platforms.")
    top.add_argument("--version", action="version", version=f"pentad {pentad.__version__}")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def command(act: Command, words: str, name: str | None = None) -> argparse.ArgumentParser:
        sub = commands.add_parser(name or act.__name__, help=words, description=words)
        sub.set_defaults(command=act)
        return sub

    _serve_options(command(serve, "serve MCP over stdio, or over HTTP on this machine only"))
    command(demo, "tell a short story on the embedded sandbox, through a real client and server")
    box = command(sandbox, "serve the embedded platforms over HTTP for other clients")
    box.add_argument("--port", type=_port, default=0, help="default: a free one, named in the first line")
    _listing_options(command(tools, "the tools exactly as a client is told of them"))
    accounting = command(operations, "every operation of every platform, exposed or not")
    accounting.add_argument("--json", action="store_true")
    _call_options(command(call, "call one operation and print what a model would read"))
    _audit_options(command(audit, "what was changed, by whose approval and with what outcome"))
    examining = command(doctor, "check every account: reachable, signed in, headroom, what to do next")
    examining.add_argument("--sandbox", action="store_true", default=None)
    config = command(configure, "print a ready configuration for an assistant", "config")
    config.add_argument("host", choices=("claude", "cursor", "vscode"))
    config.add_argument("--sandbox", action="store_true")
    return top


def _serve_options(sub: argparse.ArgumentParser) -> None:
    _exposing(sub)
    sub.add_argument("--http", type=_port, metavar="PORT", help="streamable HTTP on 127.0.0.1:PORT/mcp")
    sub.add_argument(
        "--structured", action="store_true", default=None, help="repeat answers as structured content"
    )


def _listing_options(sub: argparse.ArgumentParser) -> None:
    _exposing(sub)
    sub.add_argument("--json", action="store_true", help="the protocol's own entries")


def _call_options(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("name")
    sub.add_argument("arguments", nargs="?", default="{}", help="a JSON object")
    sub.add_argument("--sandbox", action="store_true", default=None)
    sub.add_argument("--url", help="a running `pentad serve --http`, so that handles and plans live on")
    _permitting(sub)


def _audit_options(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--since", type=_moment, metavar="TIME", help="such as 2026-11-01T09:30 (UTC)")
    sub.add_argument("--operation", metavar="PATTERN", help="a name or pattern such as claribi_*")
    sub.add_argument("--outcome", choices=("begun", "done", "refused", "unknown"))
    sub.add_argument("--json", action="store_true", help="one object a line")


def _permitting(sub: argparse.ArgumentParser) -> None:
    for name, metavar, words in (
        ("confirm", "WAY", "approval of what reaches people or shared state: never, auto or human"),
        ("allow", "EFFECTS", "effects beyond read and write: destructive, admin"),
        ("spend_limit", "LIMIT", "what is spent without a plan: 20 of each kind, or credits=20,model=10"),
    ):
        option = f"--{name.replace('_', '-')}"
        sub.add_argument(option, type=_reader(name), metavar=metavar, help=words)


def _exposing(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--sandbox", action="store_true", default=None, help="the embedded platforms, no account needed"
    )
    sub.add_argument("--read-only", action="store_true", default=None, help="hide and refuse every change")
    sub.add_argument(
        "--expose", choices=("core", "lean", "all"), help="which tools are listed (default core)"
    )
    for name, words in (
        ("platforms", "offer these alone, comma-separated"),
        ("tools", "list these operations too, names or patterns such as timbr_*"),
        ("exclude", "neither list nor call these, names or patterns"),
    ):
        sub.add_argument(f"--{name}", type=_reader(name), metavar="NAMES", help=words)
    _permitting(sub)


def _reader(name: str) -> Callable[[str], Any]:
    """Read an option as the setting of its name is read, and say the same words about a bad value."""

    def read(text: str) -> Any:
        try:
            return settings.READERS[name](text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return read


def _moment(text: str) -> float:
    """Epoch seconds of a date or an ISO time, in UTC where it names no zone."""
    from datetime import UTC, datetime

    try:
        at = datetime.fromisoformat(text)
        return (at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError) as error:
        raise argparse.ArgumentTypeError(f"{text!r} is neither a date nor an ISO time") from error


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text[:6]) > 65535:
        raise argparse.ArgumentTypeError(f"{text[:60]!r} is not a port; the address is always 127.0.0.1")
    return int(text)


def _app(given: argparse.Namespace, **more: Any) -> App:
    from pentad.app import App

    names = (
        *("sandbox", "read_only", "expose", "structured", "platforms", "tools", "exclude"),
        *("confirm", "allow", "spend_limit"),
    )
    wanted = {name: value for name in names if (value := getattr(given, name, None)) is not None}
    read = settings.load(**(wanted | more))
    logs.install(read.log)
    return App(read)


def serve(given: argparse.Namespace) -> int:
    from pentad.serving import serve_http, serve_stdio

    app = _app(given)
    for problem in app.problems():
        print(f"pentad: {problem}", file=sys.stderr)
    work = serve_stdio(app) if given.http is None else serve_http(app, given.http)
    gc.enable()
    gc.freeze()
    return _async(work) if given.http is None else _listening(work, given.http)


def demo(given: argparse.Namespace) -> int:
    from pentad.demo import tell

    del given
    return _async(tell())


def sandbox(given: argparse.Namespace) -> int:
    from pentad.sandbox.serve import serve as serve_sandbox

    return _listening(serve_sandbox(given.port), given.port)


def tools(given: argparse.Namespace) -> int:
    from pentad.protocol import entry

    app = _app(given)
    entries = [entry(operation, app.session.accounts(operation)) for operation in app.tools.values()]
    if given.json:
        print(
            json.dumps(
                [e.model_dump(mode="json", by_alias=True, exclude_none=True) for e in entries], indent=1
            )
        )
        return 0
    for listed in entries:
        print(f"{listed.name}\n    {listed.description}")
    return 0


def operations(given: argparse.Namespace) -> int:
    from pentad.catalogue import catalogue

    rows = catalogue()
    if given.json:
        print(json.dumps(rows, indent=1))
        return 0
    for row in rows:
        state = row["effect"] if row["exposed"] else f"off: {row['reason']}"
        print(f"{row['name']:<42} {row['method'] or '':<7}{row['path'] or '':<48} {state}")
    return 0


def call(given: argparse.Namespace) -> int:
    from pentad import calling

    try:
        arguments = json.loads(given.arguments)
    except ValueError as error:
        print(f"pentad: the arguments are not JSON: {error}", file=sys.stderr)
        return 2
    if not isinstance(arguments, dict):
        print("pentad: the arguments must be a JSON object", file=sys.stderr)
        return 2
    if given.url:
        return _async(calling.remote(given.url, given.name, arguments))
    return _async(calling.local(_app(given, expose="all"), given.name, arguments))


def audit(given: argparse.Namespace) -> int:
    from pentad import auditing

    try:
        entries = auditing.found(settings.load().audit_folder, given.since, given.operation, given.outcome)
    except OSError as error:
        print(f"pentad: the audit cannot be read: {error.strerror}", file=sys.stderr)
        return 1
    for line in auditing.as_json(entries) if given.json else auditing.as_table(entries):
        print(line)
    if not entries:
        print("pentad: nothing of that kind is recorded", file=sys.stderr)
    return 0


def doctor(given: argparse.Namespace) -> int:
    from pentad.doctor import examine

    return _async(examine(_app(given, expose="all")))


def configure(given: argparse.Namespace) -> int:
    from pentad.hosts import configuration

    print(configuration(given.host, sandbox=given.sandbox))
    return 0


def _listening(work: Coroutine[Any, Any, Any], port: int) -> int:
    try:
        return _async(work)
    except OSError as error:
        print(f"pentad: port {port} cannot be used: {error.strerror}", file=sys.stderr)
        return 1


def _async(work: Coroutine[Any, Any, Any]) -> int:
    return asyncio.run(work) or 0
