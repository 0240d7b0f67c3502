"""What a route's function is given, and the manners that several routes share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pentad.sandbox.asgi import Call
from pentad.sandbox.omiq.access import User
from pentad.sandbox.omiq.records import RANKS, DataFile, Dataset, Grant, Kind, Role, Workflow
from pentad.sandbox.omiq.refusals import FORBIDDEN, RefusalError
from pentad.sandbox.omiq.spelling import is_object, loads
from pentad.sandbox.omiq.state import State

T = TypeVar("T")

_BOOLEANS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Context:
    call: Call
    state: State
    who: User | None
    args: Mapping[str, str]
    now: float

    @property
    def user(self) -> User:
        """The one who signed in; the route that is open to all must not ask."""
        if self.who is None:
            raise RefusalError(401)
        return self.who

    def body(self) -> dict[str, Any]:
        """The JSON body; anything but an object is refused."""
        try:
            body = loads(self.call.body or b"{}")
        except ValueError as error:
            raise RefusalError(400, "The body is not valid JSON") from error
        if not is_object(body):
            raise RefusalError(400, "The body has to be a JSON object")
        return body

    def empty(self) -> None:
        if self.body():
            raise RefusalError(400, "The body has to be an empty object")

    def flag(self, name: str, *, default: bool = False) -> bool:
        """True, False, true and false are taken."""
        text = self.call.param(name)
        if text is None:
            return default
        if text.lower() not in _BOOLEANS:
            raise RefusalError(400, f"{name}: {text} is not a boolean")
        return _BOOLEANS[text.lower()]

    def limited(self, items: Iterable[T]) -> list[T]:
        """The first `limit` of items that come latest change first; 0 keeps all."""
        text = self.call.param("limit") or "0"
        if not text.isdecimal():
            raise RefusalError(400, f"limit: {text} is not a count")
        return list(items)[: int(text) or None]

    def arg(self, name: str) -> int:
        return number_of(self.args[name], name)

    def role(self, grants: Iterable[Grant]) -> str:
        """The caller's highest role, as a person or through a group; empty if none."""
        mine = {group.id for group in self.state.groups.values() if self.user.id in group.members}
        held = [one.role for one in grants if one.holder == self.user.id or one.holder in mine]
        return max(held, key=lambda role: RANKS[role], default="")

    def permit(self, grants: Iterable[Grant], role: Role, what: str) -> None:
        if RANKS.get(self.role(grants), 0) < RANKS[role]:
            raise RefusalError(self.state.forbidden_status, f"{FORBIDDEN} to {_DEEDS[role]} {what}")

    def dataset(self, role: Role = "READER", id_: int | None = None) -> Dataset:
        wanted = self.arg("datasetId") if id_ is None else id_
        found = self.state.datasets.get(wanted)
        if found is None:
            raise RefusalError(404, f"Dataset {wanted} was not found")
        self.permit(found.grants, role, f"dataset {wanted}")
        return found

    def file(self, role: Role = "READER") -> DataFile:
        dataset, wanted = self.dataset(role), self.arg("fileId")
        found = self.state.files.get(wanted)
        if found is None or found.dataset != dataset.id:
            raise RefusalError(404, f"File {wanted} was not found in dataset {dataset.id}")
        return found

    def workflow(self, role: Role = "READER", id_: int | None = None) -> Workflow:
        wanted = self.arg("workflowId") if id_ is None else id_
        found = self.state.workflows.get(wanted)
        if found is None:
            raise RefusalError(404, f"Workflow {wanted} was not found")
        self.permit(found.grants, role, f"workflow {wanted}")
        return found

    def resource(self, kind: Kind, id_: int, role: Role = "READER") -> Dataset | Workflow:
        return self.dataset(role, id_) if kind == "DATASET" else self.workflow(role, id_)


_DEEDS: Mapping[str, str] = {"READER": "open", "EDITOR": "change", "OWNER": "dispose of"}


def number_of(text: str, name: str) -> int:
    if not (text.isdecimal() and text.isascii()):
        raise RefusalError(400, f"{name}: {text} is not an id")
    return int(text)


def need(body: Mapping[str, Any], name: str, kind: type[T]) -> T:
    """A required member of the given JSON type; true is no number here."""
    value = body.get(name)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise RefusalError(400, f"{name}: missing or of the wrong type")
    return value


def kind_of(value: object) -> Kind:
    if value == "DATASET":
        return "DATASET"
    if value == "WORKFLOW":
        return "WORKFLOW"
    raise RefusalError(400, f"resourceType: {value} is not known")
