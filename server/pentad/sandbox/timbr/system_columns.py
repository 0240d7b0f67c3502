"""The columns of the sys_* tables, as `name` for text and `name:type` for the rest."""

from __future__ import annotations

_LOGGED = "query_id agent_name question start_time:timestamp"

COLUMNS = {
    name: tuple(columns.split())
    for name, columns in {
        "sys_ontologies": "ontology description",
        "sys_domains": "name description ontologies",
        "sys_ontology": "concept inheritance inheritance_level:int primary_keys label_keys description query",
        "sys_concepts": "concept description",
        "sys_properties": "property_name property_type is_measure:int is_multi:int description logic_query",
        "sys_concept_properties": "concept property_name property_type tables datasource_id",
        "sys_concept_relationships": "concept relationship_name target_concept inverse_name is_inverse:int "
        "is_mtm:int source_properties target_properties transitivity:int description tables datasource_id",
        "sys_views": "view_name description is_cube:int tables number_of_rows:bigint view_json "
        "view_properties",
        "sys_view_properties": "view_name property_name property_type",
        "sys_concept_mappings": "concept mapping_name number_of_rows:bigint tables datasource_id",
        "sys_properties_statistics": "property_name target_name target_type distinct_count:bigint "
        "non_null_count:bigint stats updated_at:timestamp",
        "sys_permissions": "permission resource",
        "sys_agents": "agent_name knowledge_bases",
        "sys_agents_options": "agent_name option_name option_value",
        "sys_knowledgebase": "knowledge_base description changed_on:timestamp",
        "sys_knowledgebase_examples": "knowledge_base example_name question query instructions "
        "validate_sql:int changed_on:timestamp",
        "sys_knowledgebase_rules": "knowledge_base rule_name rule_type target_name target_type instructions "
        "changed_on:timestamp",
        "sys_agents_running": f"{_LOGGED} current_step",
        "sys_agents_history": f"{_LOGGED} end_time:timestamp status generated_sql rows_returned:int error",
        "sys_agents_chain_trace_log": "trace_id query_id agent_name chain_type status duration:int",
        "sys_agents_benchmarks": "run_id agent_name completed:int total:int start_time:timestamp",
        "sys_relationships": "relationship_name inverse_name description",
        "sys_mappings": "mapping_name concept tables datasource_id",
        "sys_inheritance": "concept parent_concept",
        "sys_lineage": "source_type source_name target_type target_name",
        "sys_tags": "target_type target_name tag_name tag_value",
        "sys_ontologies_tags": "ontology tag_name tag_value",
        "sys_datasources_tags": "datasource tag_name tag_value",
        "sys_llm_recommendation": "target_type target_name recommendation",
    }.items()
}

# What belongs to no single ontology, and is there in `system_db` too.
PLATFORM_WIDE = frozenset(
    {"sys_ontologies", "sys_domains", "sys_permissions", "sys_ontologies_tags", "sys_datasources_tags"}
    | {name for name in COLUMNS if name.startswith(("sys_agents", "sys_knowledgebase"))}
)


def column_names(table: str) -> list[str]:
    return [column.partition(":")[0] for column in COLUMNS[table]]


def column_types(table: str) -> list[str]:
    return [column.partition(":")[2] or "string" for column in COLUMNS[table]]
