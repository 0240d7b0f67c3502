"""Tools that talk to the client while they run, as servers did before 2026-07-28, and changes that clients
are told of, in both ways."""

from __future__ import annotations

import asyncio
from typing import Any

import mcp_types as types
from mcp.server.subscriptions import InMemorySubscriptionBus, PromptsListChanged, ToolsListChanged
from mcp.shared.message import ServerMessageMetadata

from tests.conformance.fixtures import Context, Fixture, fixture, said

CHANGES = InMemorySubscriptionBus()
DEFAULTS: dict[str, Any] = {
    "name": {"type": "string", "default": "John Doe"},
    "age": {"type": "integer", "default": 30},
    "score": {"type": "number", "default": 95.5},
    "status": {"type": "string", "enum": ["active", "inactive", "pending"], "default": "active"},
    "verified": {"type": "boolean", "default": True},
}
_PLAIN = ["option1", "option2", "option3"]
_TITLED = [
    {"const": f"value{number}", "title": f"{word} Option"}
    for number, word in enumerate(("First", "Second", "Third"), 1)
]
ENUMS: dict[str, Any] = {
    "untitledSingle": {"type": "string", "enum": _PLAIN},
    "titledSingle": {"type": "string", "oneOf": _TITLED},
    "legacyEnum": {
        "type": "string",
        "enum": ["opt1", "opt2", "opt3"],
        "enumNames": ["Option One", "Option Two", "Option Three"],
    },
    "untitledMulti": {"type": "array", "items": {"type": "string", "enum": _PLAIN}},
    "titledMulti": {"type": "array", "items": {"anyOf": _TITLED}},
}
SAMPLED = {"type": "object", "properties": {"prompt": {"type": "string"}}, "required": ["prompt"]}
_Params = types.CallToolRequestParams


async def _logging(context: Context, params: _Params) -> types.CallToolResult:
    for words in ("Tool execution started", "Tool processing data", "Tool execution completed"):
        told = types.LoggingMessageNotificationParams(level="info", data=words)
        await context.session.send_notification(
            types.LoggingMessageNotification(params=told), related_request_id=context.request_id
        )
        await asyncio.sleep(0)
    return said("logged")


async def _sampling(context: Context, params: _Params) -> types.CallToolResult:
    prompt = str((params.arguments or {})["prompt"])
    message = types.SamplingMessage(role="user", content=types.TextContent(type="text", text=prompt))
    request = types.CreateMessageRequest(
        params=types.CreateMessageRequestParams(messages=[message], max_tokens=100)
    )
    related = ServerMessageMetadata(related_request_id=context.request_id)
    answer = await context.session.send_request(request, types.CreateMessageResult, metadata=related)
    return said(f"LLM response: {answer.content}")


async def _form(context: Context, properties: dict[str, Any]) -> types.CallToolResult:
    schema = {"type": "object", "properties": properties}
    answer = await context.session.elicit_form("Please fill in", schema, context.request_id)
    return said(f"Elicitation completed: action={answer.action}, content={answer.content}")


async def _defaults(context: Context, params: _Params) -> types.CallToolResult:
    return await _form(context, DEFAULTS)


async def _enums(context: Context, params: _Params) -> types.CallToolResult:
    return await _form(context, ENUMS)


async def _tools_changed(context: Context, params: _Params) -> types.CallToolResult:
    await CHANGES.publish(ToolsListChanged())
    return said("said so")


async def _prompts_changed(context: Context, params: _Params) -> types.CallToolResult:
    await CHANGES.publish(PromptsListChanged())
    return said("said so")


FIXTURES: dict[str, Fixture] = dict(
    (
        fixture("test_tool_with_logging", "Logs three times.", _logging),
        fixture("test_sampling", "Asks the client's model.", _sampling, SAMPLED),
        fixture("test_elicitation_sep1034_defaults", "A form with defaults.", _defaults),
        fixture("test_elicitation_sep1330_enums", "A form with choices.", _enums),
        fixture("test_trigger_tool_change", "Says that tools changed.", _tools_changed),
        fixture("test_trigger_prompt_change", "Says that prompts changed.", _prompts_changed),
    )
)
