"""Asking the user about a plan through their client, in both generations of the protocol.

From 2026-07-28 on a call answers that input is required, and the client repeats it with the user's answer;
before, the server asks while the call goes on. A client that declares no forms is never asked.
"""

from __future__ import annotations

import asyncio
from typing import Any

import mcp_types as types
from mcp import MCPError
from mcp.server.context import ServerRequestContext

from pentad.answering import question
from pentad.app import App
from pentad.boundary import Answer, Verdict
from pentad.consent.plans import Plan, print_of
from pentad.errors import NotFound, PlatformError
from pentad.jsontext import dumps

# Hosts give up at about 60 s; after this the plan's id is the way on.
SILENCE = 45.0
_REPEATING = "2026-07-28"
_KEY = "approve"
Context = ServerRequestContext[App, Any]
# Accepting is the answer: there is nothing to fill in.
_FORM: dict[str, Any] = {"type": "object", "properties": {}}


def can_ask(context: Context) -> bool:
    """Whether the client shows forms to its user. An empty declaration is from before there were kinds."""
    capabilities = context.session.client_capabilities
    declared = capabilities.elicitation if capabilities else None
    return declared is not None and (declared.form is not None or declared.url is None)


async def approved(
    context: Context, params: types.CallToolRequestParams, given: Answer, silence: float
) -> Answer | types.InputRequiredResult:
    """The answer once the user has said what becomes of its plan, or what has to be sent to ask them."""
    app, plan = context.lifespan_context, given.plan
    if plan is None or not can_ask(context):
        return given
    if context.protocol_version >= _REPEATING:
        plan.request = _request(params)
        return types.InputRequiredResult(input_requests={_KEY: _question(plan)}, request_state=plan.id)
    verdict = await _asked(context, plan, silence)
    return given if verdict == "cancel" else await app.settle(plan, verdict)


async def answered(context: Context, params: types.CallToolRequestParams, state: str) -> Answer:
    """What comes of a call that is repeated with the user's answer. The state comes from outside: it counts
    only for an open plan of this owner, and for the very call that the plan was made by. One that was never
    given out is a protocol error, as the specification has it; of a plan that has ended the model is told."""
    app = context.lifespan_context
    try:
        plan = app.session.plans.look(state, app.session.owner)
    except NotFound as error:
        raise MCPError(code=types.INVALID_PARAMS, message=error.message) from error
    except PlatformError as error:
        return Answer(dumps(error.words()), is_error=True)
    if not plan.request or plan.request != _request(params):
        raise MCPError(code=types.INVALID_PARAMS, message="The request state belongs to another call")
    response = (params.input_responses or {}).get(_KEY)
    action = response.action if isinstance(response, types.ElicitResult) else "cancel"
    return await app.settle(plan, action)


def _request(params: types.CallToolRequestParams) -> str:
    return print_of(params.name, params.arguments or {})


async def _asked(context: Context, plan: Plan, silence: float) -> Verdict:
    """The user's answer; no answer, in time or at all, is none."""
    message = question(plan)
    try:
        async with asyncio.timeout(silence):
            told = await context.session.elicit_form(message, _FORM, context.request_id)
    except (TimeoutError, MCPError):
        return "cancel"
    return told.action


def _question(plan: Plan) -> types.ElicitRequest:
    form = types.ElicitRequestFormParams(message=question(plan), requested_schema=_FORM)
    return types.ElicitRequest(params=form)
