"""What stands before a deployment: proxies with their own idea of the final slash, or nothing behind them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import quote, urlencode

from pentad.sandbox.asgi import Call, Reply, html_reply
from pentad.sandbox.timbr.routes import is_known

HOST = "timbr.sandbox"

# A call as the API service gets to see it, or an answer without it.
Gateway = Callable[[Call], Call | Reply]

_AGENTS = "/timbr/openapi/execute/"


def as_documented(call: Call) -> Call | Reply:
    return call


def slashed(call: Call) -> Call | Reply:
    """Insists on the final slash: only a GET is told where to go."""
    if call.path.endswith("/"):
        return call if is_known(call.path) else replace(call, path=call.path[:-1])
    return _moved(call) if call.method == "GET" else html_reply(404, "Not Found")


def slashless(call: Call) -> Call | Reply:
    """Knows no path with a final slash."""
    if call.path.endswith("/"):
        return html_reply(404, "Not Found")
    return call if is_known(call.path) else replace(call, path=f"{call.path}/")


def without_service(call: Call) -> Call | Reply:
    """No API service is deployed, so that every path belongs to the web interface."""
    del call
    return html_reply(200, "Timbr")


def without_model(call: Call) -> Call | Reply:
    """No language model is set up, so that the agents' paths do not exist."""
    return html_reply(404, "Not Found") if call.path.startswith(_AGENTS) else call


def _moved(call: Call) -> Reply:
    mount = call.base.split("://", 1)[1].partition("/")
    query = f"?{urlencode(call.query)}" if call.query else ""
    location = f"{mount[1]}{mount[2]}{quote(call.path)}/{query}"
    return Reply(301, b"", {"location": location, "content-type": "text/html"})


GATEWAYS: Mapping[str, Gateway] = {
    HOST: as_documented,
    f"gateway.{HOST}": slashed,
    f"plain.{HOST}": slashless,
    f"bare.{HOST}": without_service,
    f"no-llm.{HOST}": without_model,
}

URLS = {
    f"{host.partition('.')[0].replace('-', '_')}_url": f"https://{host}" for host in GATEWAYS if host != HOST
}
