"""Kinds of content, and of schemas, that no operation of Pentad has."""

from __future__ import annotations

import base64
from typing import Any

import mcp_types as types
from mcp import MCPError

from tests.conformance.fixtures import Context, Fixture, fixture, said
from tests.conformance.operations import PNG

PICTURE = base64.b64encode(PNG).decode()
# One sample of silence.
WAV = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQIAAAAAAA=="
# Word for word what the suite looks for, as it checks that nothing of it is left out.
KEYWORDS: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {
        "address": {
            "$anchor": "addressDef",
            "type": "object",
            "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
        }
    },
    "properties": {
        "name": {"type": "string"},
        "address": {"$ref": "#/$defs/address"},
        "contactMethod": {"type": "string", "enum": ["phone", "email"]},
        "phone": {"type": "string"},
        "email": {"type": "string"},
    },
    "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
    "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
    "then": {"required": ["phone"]},
    "else": {"required": ["email"]},
    "additionalProperties": False,
}
IN_A_HEADER: dict[str, Any] = {
    "type": "object",
    "properties": {"region": {"type": "string", "x-mcp-header": "Region"}},
    "required": ["region"],
}
# Two faults, for the inspector's lint to find: what reports none must be able to report some.
LOOSE: dict[str, Any] = {
    "type": "object",
    "properties": {"several": {"type": ["string", "null"]}, "anything": {}},
}
_Params = types.CallToolRequestParams


def embedded(uri: str, kind: str, text: str) -> types.EmbeddedResource:
    contents = types.TextResourceContents(uri=uri, mime_type=kind, text=text)
    return types.EmbeddedResource(type="resource", resource=contents)


async def _audio(context: Context, params: _Params) -> types.CallToolResult:
    return said(types.AudioContent(type="audio", data=WAV, mime_type="audio/wav"))


async def _resource(context: Context, params: _Params) -> types.CallToolResult:
    return said(embedded("test://embedded-resource", "text/plain", "This is an embedded resource content."))


async def _several(context: Context, params: _Params) -> types.CallToolResult:
    picture = types.ImageContent(type="image", data=PICTURE, mime_type="image/png")
    data = embedded("test://mixed-content-resource", "application/json", '{"test":"data","value":123}')
    return said("Multiple content types test:", picture, data)


async def _listed(context: Context, params: _Params) -> types.CallToolResult:
    return said(f"{params.name} was called")


async def _needing(context: Context, params: _Params) -> types.CallToolResult:
    """Needs what the client has not declared, whoever calls."""
    needed = types.ClientCapabilities(sampling=types.SamplingCapability())
    if not context.session.check_client_capability(needed):
        data = {"requiredCapabilities": needed.model_dump(by_alias=True, exclude_none=True)}
        message = "This tool needs sampling"
        raise MCPError(code=types.MISSING_REQUIRED_CLIENT_CAPABILITY, message=message, data=data)
    return said("sampling is there")


FIXTURES: dict[str, Fixture] = dict(
    (
        fixture("test_audio_content", "A sound.", _audio),
        fixture("test_embedded_resource", "A resource inside the answer.", _resource),
        fixture("test_multiple_content_types", "Text, a picture and a resource.", _several),
        fixture("test_missing_capability", "Needs a client that can sample.", _needing),
        fixture("json_schema_2020_12_tool", "Tool with JSON Schema 2020-12 features", _listed, KEYWORDS),
        fixture("test_loose_schema", "Its schema has two faults.", _listed, LOOSE),
        fixture("test_header_parameter", "Its argument is repeated in a header.", _listed, IN_A_HEADER),
    )
)
