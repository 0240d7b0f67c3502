"""The five contracts as schemathesis reads them: which operations it can try, and where it asks them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import httpx2 as httpx
import schemathesis
import yaml
from schemathesis import APIOperation, Case, CheckFunction
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok

from pentad import operations
from pentad.catalogue import catalogue
from pentad.jsontext import dumps
from pentad.sandbox import PLATFORMS, Sandbox
from pentad.sandbox.asgi import matched
from pentad.sandbox.optimibi.routes import ROUTES
from pentad.sandbox.optimibi.routing import OLDER
from tests.clock import ManualClock

FOLDER = Path(__file__).parents[1] / "contracts"
CONTRACTS = {name: name for name in PLATFORMS} | {"optimized": "optimized_app"}

# What a person would put into a path, by the sandbox's own samples; anything else is unknown there.
PLACES: Mapping[str, Mapping[str, str]] = {
    "claribi": {
        "report_id": "completed_report",
        "dashboard_id": "dashboard",
        "data_source_id": "data_source",
    },
    "omiq": {
        "longOpId": "long_op",
        "groupId": "group",
        "datasetId": "dataset",
        "fileId": "file",
        "workflowId": "workflow",
    },
    "optimibi": {"catalog": "model", "reportId": "report_id", "name": "token_configuration"},
    "optimized": {"GROUP_ID": "group"},
    "timbr": {
        "ontology_name": "ontology",
        "ontology": "ontology",
        "concept_name": "concept",
        "view_name": "view",
        "response_id": "response_id",
        "config_name": "config_name",
    },
}
Tried: TypeAlias = APIOperation[Any, Any, Any, Any]
Made: TypeAlias = Case[Any]
_METHODS = {"get", "put", "post", "delete", "patch"}

schemathesis.serializer.alias("application/text", "text/plain")


@cache
def left_out(platform: str) -> Mapping[str, str]:
    """Operations of the contract that the sandbox does not have, and why: what is not exposed for good."""
    served = {one for op in operations.in_package(f"pentad_tools.{platform}") for one in op.covers}
    rows = [row for row in catalogue() if row["platform"] == platform]
    told = {one: str(row["reason"]) for row in rows for one in row["operation_ids"] if one not in served}
    return {one: why for one, why in told.items() if not why.startswith("signs in")}


@cache
def operations_of(platform: str) -> Mapping[str, Tried]:
    """What is tried, by operation id. Credentials are the sandbox's, so that none are made up."""
    text = (FOLDER / f"{CONTRACTS[platform]}.openapi.yaml").read_text("utf-8")
    raw = yaml.load(text, Loader=yaml.CSafeLoader)
    del raw["security"], raw["servers"], raw["components"]["securitySchemes"]
    for part in (part for item in raw["paths"].values() for name, part in item.items() if name in _METHODS):
        part.pop("security", None)
    schema = schemathesis.openapi.from_dict(raw)
    found = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    named = {str(raw["paths"][one.path][one.method]["operationId"]): one for one in found}
    return {name: one for name, one in named.items() if name not in left_out(platform)}


def failures(case: Made, answer: httpx.Response, checks: Sequence[CheckFunction]) -> list[str]:
    """Where an answer departs from the contract, by the names of what schemathesis found."""
    answer.elapsed = timedelta(0)
    try:
        case.validate_response(answer, checks=list(checks))
    except FailureGroup as group:
        return [f"{type(one).__name__} {answer.status_code}" for one in group.exceptions]
    return []


def _part(value: Any) -> Any:
    """A part as it can be sent: in a form of several parts a number is text."""
    if isinstance(value, tuple):
        name, content, *more = value
        return name, _part(content), *more
    return value if isinstance(value, bytes | str) else dumps(value)


class Counter:
    """A platform of the sandbox, fresh, that is asked over its own transport. Of Optimibi's two editions it
    is the newer one, unless only the older has the address."""

    def __init__(self, platform: str, operation: Tried, runner: asyncio.Runner) -> None:
        sandbox = Sandbox(clock=ManualClock())
        self.operation = operation
        self.box = sandbox.platforms[platform]
        self.places = {name: str(self.box.samples[key]) for name, key in PLACES[platform].items()}
        self._client = httpx.AsyncClient(transport=sandbox.transport(), timeout=None)
        self._signed = self.box.headers()
        self._runner = runner
        self.sent = 0
        editions = {one.editions for one in ROUTES if matched(one.path, operation.path) is not None}
        if platform == "optimibi" and editions == {OLDER}:
            self.box.state.edition = "older"

    def answer(self, case: Made) -> httpx.Response:
        """Every second time about something that is there."""
        self.sent += 1
        for name in list(case.path_parameters or {}) if self.sent % 2 else ():
            if name in self.places:
                case.path_parameters[name] = self.places[name]
        told = case.as_transport_kwargs(base_url=self.box.url, headers=self._signed)
        told.pop("cookies", None)
        if told.get("files"):
            told["files"] = [(name, _part(value)) for name, value in told["files"]]
        if isinstance(told.get("data"), bytes | str):
            told["content"] = told.pop("data")
        request = self._client.build_request(**told)
        # The form of several parts is looked at again beside the answer.
        request.read()
        return self._runner.run(self._client.send(request))
