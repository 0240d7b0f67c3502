"""Tools that answer that input is required, with requests that Pentad itself never makes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import mcp_types as types
from mcp import MCPError

from tests.conformance.fixtures import Answered, Answering, Context, Fixture, fixture, said

Requests: TypeAlias = Mapping[str, types.InputRequest]
_Params = types.CallToolRequestParams
# What an answer to each request must be; whatever else comes back is asked for again.
_FITTING: Mapping[type[Any], type[Any]] = {
    types.ElicitRequest: types.ElicitResult,
    types.CreateMessageRequest: types.CreateMessageResult,
    types.ListRootsRequest: types.ListRootsResult,
}


def form(message: str, name: str) -> types.ElicitRequest:
    """One text is asked for."""
    schema = {"type": "object", "properties": {name: {"type": "string"}}, "required": [name]}
    return types.ElicitRequest(params=types.ElicitRequestFormParams(message=message, requested_schema=schema))


def sample(words: str) -> types.CreateMessageRequest:
    message = types.SamplingMessage(role="user", content=types.TextContent(type="text", text=words))
    return types.CreateMessageRequest(
        params=types.CreateMessageRequestParams(messages=[message], max_tokens=100)
    )


NAME: Requests = {"user_name": form("What is your name?", "name")}
CAPITAL: Requests = {"capital_question": sample("What is the capital of France?")}
ROOTS: Requests = {"client_roots": types.ListRootsRequest()}
SEVERAL: Requests = {**NAME, "greeting": sample("Generate a greeting"), **ROOTS}
STEPS: tuple[Requests, ...] = (
    {"step1": form("Step 1: What is your name?", "name")},
    {"step2": form("Step 2: What is your favorite color?", "color")},
)


def required(requests: Requests, state: str | None = None) -> types.InputRequiredResult:
    return types.InputRequiredResult(input_requests=dict(requests), request_state=state)


def answered(requests: Requests, responses: Mapping[str, Any] | None) -> bool:
    """Whether there is a fitting answer to each; what nobody asked for is passed over."""
    given = responses or {}
    return all(isinstance(given.get(key), _FITTING[type(asked)]) for key, asked in requests.items())


def _asking(requests: Requests, state: str | None = None) -> Answering:
    async def answer(context: Context, params: _Params) -> Answered:
        if not answered(requests, params.input_responses):
            return required(requests, state)
        if params.request_state != state:
            raise MCPError(code=types.INVALID_PARAMS, message="The request state is not the one given out")
        return said(f"answered: {', '.join(requests)}")

    return answer


async def _in_rounds(context: Context, params: _Params) -> Answered:
    """The state says which round was asked last."""
    if params.request_state is None:
        return required(STEPS[0], "0")
    if params.request_state not in ("0", "1"):
        raise MCPError(code=types.INVALID_PARAMS, message="The request state is not one given out")
    last = int(params.request_state)
    if not answered(STEPS[last], params.input_responses):
        return required(STEPS[last], params.request_state)
    return required(STEPS[1], "1") if last == 0 else said("both rounds are over")


async def _only_declared(context: Context, params: _Params) -> Answered:
    """Asks for no more than the client says it can answer."""
    declared = context.session.client_capabilities
    asked: Requests = {
        **(NAME if declared and declared.elicitation else {}),
        **(CAPITAL if declared and declared.sampling else {}),
    }
    return said("nothing can be asked") if answered(asked, params.input_responses) else required(asked)


_PREFIX = "test_input_required_result"
FIXTURES: dict[str, Fixture] = dict(
    (
        fixture(f"{_PREFIX}_elicitation", "Asks for a name.", _asking(NAME)),
        fixture(f"{_PREFIX}_sampling", "Asks a model.", _asking(CAPITAL)),
        fixture(f"{_PREFIX}_list_roots", "Asks for roots.", _asking(ROOTS)),
        fixture(f"{_PREFIX}_multiple_inputs", "Asks for three things.", _asking(SEVERAL, "several")),
        fixture(f"{_PREFIX}_multi_round", "Asks twice.", _in_rounds),
        fixture(f"{_PREFIX}_capabilities", "Asks for what was declared.", _only_declared),
    )
)
