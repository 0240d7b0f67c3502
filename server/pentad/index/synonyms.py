"""What people say for the words that operations are named and described with, on any platform."""

from __future__ import annotations

from collections.abc import Mapping

# Verbs first, in the order of AGENTS.md, then nouns that several platforms share. Words of one platform
# alone stand in its `vocabulary`.
GENERAL: Mapping[str, str] = {
    "list": "show which all every names ids overview see browse many what whose available find",
    "get": "show read open look details single particular check what current fetch",
    "find": "search look locate where",
    "describe": "schema structure explain details columns fields properties types tables contains inside "
    "metadata write what which",
    "browse": "list show see explore walk",
    "read": "get show open see view fetch look contents rows data next more further remaining rest page "
    "continue",
    "query": "sql select join filter count sum average aggregate group combine merge compare execute rows",
    "run": "execute perform start submit launch",
    "create": "add new make set up start begin register fresh",
    "update": "change edit modify rename correct set",
    "delete": "remove drop erase discard rid",
    "export": "save write download file store csv excel spreadsheet",
    "upload": "import send load add put file",
    "download": "save fetch file export get store disk",
    "generate": "run rerun create produce build make",
    "refresh": "recalculate recompute reload renew update stale old outdated fresh again force latest",
    "verify": "check test valid validate good works working",
    "ask": "question natural language plain english",
    "answer": "question written prose words sentence explain summary",
    "search": "find look similar lookup match",
    "clear": "empty flush drop reset purge invalidate",
    "show": "list see display",
    "apply": "carry confirm confirmed approve approved approval agree agreed accept execute perform go "
    "pending send",
    "plot": "draw chart graph diagram picture image visualise visualize figure",
    "plan": "prepared previewed pending change",
    "status": "state finished done ready progress pending failed",
    "usage": "used consumed consumption left remaining enough quota limit limits cost",
    "limits": "ceilings caps maximum allowance headroom",
    "result": "answer rows data earlier previous kept loaded fetched",
    "off": "disabled enable enabled turn switched",
    "account": "configured signed user connected",
    "key": "token credential",
    "permissions": "rights allowed access scopes may",
}
