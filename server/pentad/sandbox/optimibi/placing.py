"""Items taken out of the repository, put into it and moved about in it, with all that is below them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pentad.sandbox.optimibi.context import Context
from pentad.sandbox.optimibi.nodes import Node
from pentad.sandbox.optimibi.state import State

# What is done about a name that is taken.
OVERWRITE, NUMBER, SKIP = "1", "2", "3"
# Folders that no deletion takes.
_ROOTS = ("/", "/public", "/home")


def ids_in(text: str) -> list[str]:
    """Ids separated by commas; a space belongs to the id."""
    return [one for one in text.split(",") if one]


def by_id(state: State, id_: str) -> Node | None:
    return next((node for node in state.nodes.values() if node.id == id_), None)


def from_here_down(state: State, path: str) -> list[Node]:
    """The item and all that is below it, the item first."""
    return [state.nodes[path], *(one for one in state.nodes.values() if one.path.startswith(f"{path}/"))]


def may_write(context: Context, node: Node) -> bool:
    return bool(node.rights(context.user) & {1, 4})


def may_delete(context: Context, node: Node) -> bool:
    return node.path not in _ROOTS and bool(node.rights(context.user) & {2, 4})


def taken_out(state: State, path: str) -> list[Node]:
    found = from_here_down(state, path)
    for one in found:
        del state.nodes[one.path]
    return found


def put(state: State, nodes: Iterable[Node], place: str) -> list[Node]:
    """Items, the first of which is to stand at this path; the others stay below it."""
    made, old = list[Node](), ""
    for node in nodes:
        old = old or node.path
        here = replace(node, path=place + node.path[len(old) :], lists=state.acls)
        state.nodes[here.path] = here
        made.append(here)
    return made


def landing(state: State, folder: str, name: str, mode: str) -> str | None:
    """Where an item may be put in a folder; None for nowhere. What is overwritten goes."""
    path = f"{folder.rstrip('/')}/{name}"
    if path not in state.nodes:
        return path
    if mode == SKIP:
        return None
    if mode == OVERWRITE:
        taken_out(state, path)
        return path
    stem, dot, ending = name.rpartition(".") if "." in name else (name, "", "")
    numbers = (f"{stem}({number}){dot}{ending}" for number in range(1, 10_000))
    return next(at for at in (f"{folder.rstrip('/')}/{one}" for one in numbers) if at not in state.nodes)


def new_id(state: State, path: str) -> str:
    state.made += 1
    return state.dice.uuid(f"made:{path}:{state.made}")


def new_node(context: Context, path: str, *, folder: bool, body: bytes | None = None) -> Node:
    """An item that the caller makes now."""
    at, name = int(context.now * 1000), path.rpartition("/")[2]
    title = name if folder else name.removesuffix(".datafor")
    id_, by, lists = new_id(context.state, path), context.user.username, context.state.acls
    return Node(path, id_, title, folder, at, at, by, body=body, lists=lists)


def with_parents(context: Context, path: str) -> None:
    """Makes a folder and those above it that are missing."""
    parts = path.strip("/").split("/")
    for number in range(1, len(parts) + 1):
        at = "/" + "/".join(parts[:number])
        if at not in context.state.nodes:
            context.state.nodes[at] = new_node(context, at, folder=True)
