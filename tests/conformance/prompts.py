"""Prompts, of which Pentad has none, and their completion."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import mcp_types as types
from mcp import MCPError

from tests.conformance.contents import PICTURE, embedded
from tests.conformance.fixtures import Context
from tests.conformance.questions import answered, form, required

_CONTEXT = {"user_context": form("What context should the prompt use?", "context")}
_ASKING = "test_input_required_result_prompt"
_ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "test_simple_prompt": (),
    "test_prompt_with_arguments": ("arg1", "arg2"),
    "test_prompt_with_embedded_resource": ("resourceUri",),
    "test_prompt_with_image": (),
    _ASKING: (),
}
_VALUES = ("paris", "park", "party", "test value")


def _simple(given: Mapping[str, str]) -> list[types.ContentBlock | str]:
    return ["This is a simple prompt for testing."]


def _with_arguments(given: Mapping[str, str]) -> list[types.ContentBlock | str]:
    return [f"Prompt with arguments: arg1='{given['arg1']}', arg2='{given['arg2']}'"]


def _with_resource(given: Mapping[str, str]) -> list[types.ContentBlock | str]:
    resource = embedded(given["resourceUri"], "text/plain", "Embedded resource content for testing.")
    return [resource, "Please process the embedded resource above."]


def _with_image(given: Mapping[str, str]) -> list[types.ContentBlock | str]:
    picture = types.ImageContent(type="image", data=PICTURE, mime_type="image/png")
    return [picture, "Please analyze the image above."]


def _asked(given: Mapping[str, str]) -> list[types.ContentBlock | str]:
    return ["The context was given."]


_WORDS: Mapping[str, Callable[[Mapping[str, str]], list[types.ContentBlock | str]]] = dict(
    zip(_ARGUMENTS, (_simple, _with_arguments, _with_resource, _with_image, _asked), strict=True)
)


async def list_prompts(
    context: Context, params: types.PaginatedRequestParams | None
) -> types.ListPromptsResult:
    prompts = [
        types.Prompt(
            name=name,
            description="A prompt of the suite.",
            arguments=[types.PromptArgument(name=one, required=True) for one in arguments],
        )
        for name, arguments in _ARGUMENTS.items()
    ]
    return types.ListPromptsResult(prompts=prompts)


async def get_prompt(
    context: Context, params: types.GetPromptRequestParams
) -> types.GetPromptResult | types.InputRequiredResult:
    given = params.arguments or {}
    if params.name not in _WORDS or not given.keys() >= set(_ARGUMENTS[params.name]):
        raise MCPError(code=types.INVALID_PARAMS, message="No such prompt, or not all of its arguments")
    if params.name == _ASKING and not answered(_CONTEXT, params.input_responses):
        return required(_CONTEXT)
    parts = _WORDS[params.name](given)
    blocks = [types.TextContent(type="text", text=part) if isinstance(part, str) else part for part in parts]
    return types.GetPromptResult(messages=[types.PromptMessage(role="user", content=one) for one in blocks])


async def complete(context: Context, params: types.CompleteRequestParams) -> types.CompleteResult:
    fitting = [value for value in _VALUES if value.startswith(params.argument.value)]
    return types.CompleteResult(
        completion=types.Completion(values=fitting, total=len(fitting), has_more=False)
    )
