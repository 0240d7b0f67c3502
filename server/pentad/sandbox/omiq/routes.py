"""The thirty-five method and path pairs of the contract."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pentad.sandbox.omiq import datasets, exporting, filing, people, sharing, workflows
from pentad.sandbox.omiq.context import Context
from pentad.sandbox.omiq.longops import Later
from pentad.sandbox.omiq.refusals import FORBIDDEN, RefusalError, Style
from pentad.sandbox.omiq.signing_in import log_in


@dataclass(frozen=True, slots=True)
class Route:
    """`operation` is the contract's operationId; `style` says how this route words its refusals."""

    method: str
    path: str
    operation: str
    answer: Callable[[Context], Mapping[str, Any] | Later]
    style: Style = "error"
    open: bool = False


def poll(context: Context) -> dict[str, Any]:
    found = context.state.long_ops.get(context.args["longOpId"])
    if found is None:
        raise RefusalError(404, "No such operation")
    if found.owner != context.user.id:
        raise RefusalError(context.state.forbidden_status, f"{FORBIDDEN} to follow this operation")
    return found.told(context.now)


_DATASET = "/datasets/{datasetId}"
_FILE = "/datasets/{datasetId}/files/{fileId}"
_WORKFLOW = "/workflows/{workflowId}"

ROUTES = (
    Route("POST", "/auth/login", "create_auth_token", log_in, open=True),
    Route("GET", "/longops/{longOpId}", "get_long_operation", poll, "text"),
    Route("GET", "/settings/config", "get_platform_config", people.platform_config),
    Route("GET", "/user", "get_current_user", people.current_user),
    Route("POST", "/user/setprefs", "set_user_preferences", people.set_preferences),
    Route("GET", "/users/search", "search_users", people.search_users, "message"),
    Route("PATCH", "/users/connection", "answer_connection_request", people.answer_connection, "message"),
    Route("GET", "/groups", "list_groups", people.list_groups),
    Route("GET", "/group/{groupId}/memberinfo", "list_group_members", people.group_members, "text"),
    Route("GET", "/datasets", "list_datasets", datasets.list_datasets),
    Route("POST", "/datasets", "create_dataset", datasets.create_dataset),
    Route("GET", _DATASET, "get_dataset", datasets.get_dataset),
    Route("POST", f"{_DATASET}/setmetadata", "set_dataset_tags", datasets.set_tags, "message"),
    Route("POST", f"{_DATASET}/setomiqmetadata", "set_file_metadata", filing.set_metadata),
    Route("POST", f"{_DATASET}/delete", "trash_dataset", datasets.trash, "text"),
    Route("POST", f"{_DATASET}/forcedelete", "purge_dataset", datasets.purge, "text"),
    Route("GET", f"{_DATASET}/files", "list_dataset_files", filing.list_files),
    Route("POST", f"{_DATASET}/files", "register_file_uploads", filing.register),
    Route("GET", _FILE, "get_dataset_file", filing.get_file),
    Route("DELETE", _FILE, "delete_dataset_file", filing.delete_file, "text"),
    Route("GET", f"{_FILE}/download", "get_file_download_url", filing.download_link, "message"),
    Route("GET", "/workflows", "list_workflows", workflows.list_workflows),
    Route("POST", "/workflows", "save_workflow", workflows.save),
    Route("GET", _WORKFLOW, "get_workflow", workflows.get_workflow, "text"),
    Route("POST", f"{_WORKFLOW}/settings", "get_workflow_settings", workflows.get_settings, "message"),
    Route("POST", f"{_WORKFLOW}/setmetadata", "set_workflow_tags", workflows.set_tags),
    Route("POST", f"{_WORKFLOW}/updateTask", "update_workflow_task", workflows.update_task),
    Route("POST", f"{_WORKFLOW}/getArtifactUrl", "get_artifact_url", workflows.artifact_link, "text"),
    Route("POST", "/export/initiate", "start_data_export", exporting.initiate),
    Route("GET", "/iam/policies", "list_resource_policies", sharing.list_policies, "message"),
    Route("POST", "/iam/policies/changeowners", "change_resource_owner", sharing.change_owner, "text"),
    Route("POST", "/sharing", "share_resource", sharing.share),
    Route("GET", "/datasets_ops/listowners", "list_dataset_owners", datasets.list_owners),
    Route("GET", "/workflows_ops/listowners", "list_workflow_owners", datasets.list_workflow_owners),
    Route("GET", "/crosstenant/listtransfers", "list_dataset_transfers", datasets.list_transfers, "text"),
)
