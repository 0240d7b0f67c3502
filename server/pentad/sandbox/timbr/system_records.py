"""The rows of the sys_* tables that belong to the platform: permissions, agents, curated questions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pentad.sandbox.timbr.model import (
    ACTIVE_DATASOURCE,
    AGENT,
    DATASOURCES,
    EXAMPLES,
    KNOWLEDGE_BASE,
    SCHEMAS,
)
from pentad.sandbox.timbr.system_rows import Row, RowsOf, Surroundings

CHANGED = "2026-08-30 07:15:00"


def ontologies(about: Surroundings) -> Iterator[Row]:
    for one in about.visible:
        yield one.name, one.description


def domains(about: Surroundings) -> Iterator[Row]:
    yield "logistics", "Buying, storing and moving", ",".join(one.name for one in about.visible)


def permissions(about: Surroundings) -> Iterator[Row]:
    """The form of a resource is that which a published connector takes apart."""
    for ontology in about.visible:
        for schema in SCHEMAS:
            if schema in about.user.schemas:
                yield "QUERY", f"`ontology`.`{ontology.name}`.`schema`.`{schema}`"


def agents(about: Surroundings) -> Iterator[Row]:
    del about
    yield AGENT, KNOWLEDGE_BASE


def agent_options(about: Surroundings) -> Iterator[Row]:
    del about
    yield AGENT, "ontology", "supply_chain"
    yield AGENT, "schema", "dtimbr"
    yield AGENT, "enable_trace", "false"


def knowledge_bases(about: Surroundings) -> Iterator[Row]:
    del about
    yield KNOWLEDGE_BASE, "Questions about buying and moving", CHANGED


def examples(about: Surroundings) -> Iterator[Row]:
    del about
    for question, statement in EXAMPLES:
        yield KNOWLEDGE_BASE, example_name(question), question, statement, None, 1, CHANGED


def example_name(question: str) -> str:
    return "_".join(re.findall(r"[a-z0-9]+", question.lower())[:4])


def rules(about: Surroundings) -> Iterator[Row]:
    del about
    text = "Late means after the promised day: use the concept late_shipment."
    yield KNOWLEDGE_BASE, "what_late_means", "INSTRUCTION", "late_shipment", "concept", text, CHANGED


def history(about: Surroundings) -> Iterator[Row]:
    del about
    question, statement = EXAMPLES[0]
    began, ended = "2026-08-30 08:00:00", "2026-08-30 08:00:06"
    yield "q-1", AGENT, question, began, ended, "completed", statement, 10, None


def traces(about: Surroundings) -> Iterator[Row]:
    del about
    for kind, milliseconds in (("identify_concept", 1900), ("generate_sql", 2700), ("execute_query", 80)):
        yield "t-1", "q-1", AGENT, kind, "completed", milliseconds


def ontology_tags(about: Surroundings) -> Iterator[Row]:
    for one in about.visible:
        yield one.name, "owner", "operations"


def datasource_tags(about: Surroundings) -> Iterator[Row]:
    del about
    for name in DATASOURCES:
        yield name, "use", "live" if name == ACTIVE_DATASOURCE else "archive"


def nothing(about: Surroundings) -> Iterator[Row]:
    del about
    yield from ()


RECORDS: dict[str, RowsOf] = {
    "sys_ontologies": ontologies,
    "sys_domains": domains,
    "sys_permissions": permissions,
    "sys_agents": agents,
    "sys_agents_options": agent_options,
    "sys_knowledgebase": knowledge_bases,
    "sys_knowledgebase_examples": examples,
    "sys_knowledgebase_rules": rules,
    "sys_agents_running": nothing,
    "sys_agents_history": history,
    "sys_agents_chain_trace_log": traces,
    "sys_agents_benchmarks": nothing,
    "sys_ontologies_tags": ontology_tags,
    "sys_datasources_tags": datasource_tags,
    "sys_llm_recommendation": nothing,
}
