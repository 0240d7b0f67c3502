"""Which address answers which operation, in which edition, and how it meets the anonymous user."""

from __future__ import annotations

from typing import Any

from pentad.sandbox.optimibi import (
    alerting,
    backups,
    branding,
    browsing,
    configuring,
    connecting,
    directory,
    downloading,
    filing,
    granting,
    inputs,
    lineage,
    metadata,
    modelling,
    personal,
    publishing,
    registering,
    ruling,
    security,
    settings,
    sign_on,
    signing_in,
    staffing,
    tokens,
    trash,
    watching,
)
from pentad.sandbox.optimibi.routing import NEWER, OLDER, A, D, M, Route

_EMPTY: dict[str, Any] = {"success": True, "msg": "", "data": []}
_NOTHING: list[Any] = []
_NO_CONNECTIONS: dict[str, Any] = {"success": True, "databaseConnections": []}
_NOBODY: dict[str, Any] = {"success": True, "data": {}}
_NO_LINEAGE: dict[str, Any] = {"success": True, "objs": [], "links": []}

_SIGNING_IN = (
    Route("POST", f"{D}/extension/auth/login", "login_session", signing_in.login, alone="open"),
    Route("GET", f"{D}/extension/auth/logout", "logout_session", signing_in.logout, alone="open"),
    Route("POST", "/j_spring_security_check", "login_form", signing_in.login_form, alone="open"),
    Route("GET", "/j_spring_security_check", "login_form_get", signing_in.login_form_get, alone="open"),
    Route("GET", "/Logout", "logout_form", signing_in.logout_form, alone="open"),
    Route("GET", f"{D}/extension/auth/fetchUser", "get_session_info", personal.session_info, alone="open"),
    Route("GET", f"{D}/extension/auth/captcha.jpg", "get_login_captcha", settings.captcha, NEWER, "open"),
    Route("POST", f"{D}/core/initLocale", "init_session_locale", personal.init_locale, alone="open"),
)
_FILES = f"{M}/repo/files"
_CONTENT = (
    Route("GET", f"{_FILES}/tree", "get_file_tree", browsing.tree, alone="page"),
    Route("GET", f"{_FILES}/children", "list_folder_children", browsing.children, alone=_NOTHING),
    Route("GET", f"{_FILES}/search", "search_repository", browsing.search, alone=_EMPTY),
    Route("GET", f"{_FILES}/acl", "get_item_acl", browsing.item_acl, alone="denied"),
    Route("GET", f"{_FILES}/download", "download_repository_item", downloading.download_one, alone="file"),
    Route(
        "POST",
        f"{_FILES}/downloadList",
        "download_repository_items",
        downloading.download_several,
        alone="file",
    ),
    Route("GET", f"{D}/open/{{reportId}}", "open_report", downloading.report_page, alone="page"),
    Route("GET", f"{D}/edit/{{reportId}}", "edit_report", downloading.edit_page, alone="page"),
    Route("GET", f"{D}/integrate/{{reportId}}", "embed_report", downloading.report_page, alone="page"),
    Route("GET", f"{D}/createDo", "open_blank_report_designer", downloading.designer_page, alone="page"),
    Route("GET", f"{M}/user-settings/favorites", "list_favorites", personal.favourites, alone=_NOTHING),
    Route("GET", f"{M}/user-settings/recent", "list_recent_items", personal.recents, alone=_NOTHING),
    Route("POST", f"{D}/user-settings/recent", "add_recent_items", personal.add_recents, OLDER),
    Route("POST", f"{M}/user-settings/recent", "add_recent_items", personal.add_recents, NEWER),
    Route("GET", f"{M}/user-settings/display", "get_display_settings", personal.display, alone=_NOTHING),
)
_ANALYSIS = f"{M}/datasource/analysis"
_MODELS = (
    Route("GET", f"{M}/mondrian/list", "list_models", modelling.list_models, NEWER, _EMPTY),
    Route("GET", f"{M}/mondrian/simplelist", "list_models_brief", modelling.list_brief, NEWER, _EMPTY),
    Route("GET", f"{M}/mondrian/checkexists", "check_model_exists", modelling.check_exists),
    Route("POST", f"{M}/mondrian/verify", "verify_model", modelling.verify, NEWER),
    Route("POST", f"{M}/mondrian/upgrade", "upgrade_model_schema", modelling.upgrade),
    Route(
        "POST",
        f"{_ANALYSIS}/catalogs/downloadList",
        "download_models",
        modelling.download_several,
        alone="file",
    ),
    Route("GET", f"{_ANALYSIS}/catalog/{{catalog}}", "get_model_source", modelling.source, NEWER, "file"),
    Route("GET", f"{_ANALYSIS}/{{catalog}}/download", "download_model", modelling.download, NEWER, "file"),
    Route("GET", f"{_ANALYSIS}/{{catalog}}/acl", "get_model_acl", modelling.model_acl, NEWER, "denied"),
    Route("GET", f"{M}/lineage/connection", "get_connection_lineage", lineage.of_connection, OLDER, _EMPTY),
    Route("GET", f"{M}/lineage/schema", "get_model_lineage", lineage.of_model, OLDER, _EMPTY),
    Route("POST", f"{M}/lineage/link", "get_lineage_graph", lineage.graph, NEWER, _NO_LINEAGE),
    Route("POST", f"{D}/cube/query/execute", "execute_cube_query", modelling.execute),
)
_DATA = (
    Route(
        "GET", f"{M}/connection/list", "list_connections", connecting.list_connections, alone=_NO_CONNECTIONS
    ),
    Route("GET", f"{M}/connection/get", "get_connection", connecting.get_connection, alone="denied"),
    Route("PUT", f"{M}/connection/test", "test_connection", connecting.try_connection, alone="denied"),
    Route("GET", f"{M}/connection/checkexists", "check_connection_exists", connecting.check_exists, NEWER),
    Route("GET", f"{M}/connection/sensitivity", "get_connection_sensitivity", connecting.sensitivity, NEWER),
    Route("GET", f"{M}/connection/poolingParameters", "list_pooling_parameters", connecting.pooling, NEWER),
    Route("GET", f"{M}/connection/acl", "get_connection_acl", connecting.connection_acl, NEWER, "denied"),
    Route("POST", f"{M}/metadata/schemas", "list_connection_schemas", metadata.schemas, alone="denied"),
    Route("POST", f"{M}/metadata/tables", "list_schema_tables", metadata.tables, alone="denied"),
    Route("POST", f"{M}/metadata/columns", "list_table_columns", metadata.columns, alone=_EMPTY),
    Route("POST", f"{M}/metadata/previewcolumn", "preview_table_data", metadata.preview, alone="denied"),
    Route("POST", f"{M}/metadata/checkunique", "check_columns_unique", metadata.check_unique, alone="denied"),
    Route("POST", f"{D}/modeler/dict/query", "list_dictionaries", inputs.list_dictionaries, OLDER, _EMPTY),
    Route("POST", f"{M}/dict/query", "list_dictionaries", inputs.list_dictionaries, NEWER, _EMPTY),
    Route("POST", f"{M}/dict/data", "get_dictionary_values", inputs.dictionary_values, alone=_EMPTY),
    Route(
        "POST",
        f"{D}/modeler/parameter/query",
        "list_report_parameters",
        inputs.list_parameters,
        OLDER,
        _EMPTY,
    ),
    Route("POST", f"{M}/parameter/query", "list_parameters", inputs.list_parameters, alone=_EMPTY),
    Route("POST", f"{M}/parameter/data", "get_parameter_values", inputs.parameter_values),
    Route("GET", f"{M}/parameter/system", "list_system_parameters", inputs.system_parameters, NEWER),
)
_PEOPLE = tuple(
    route
    for base, editions in ((M, NEWER), (A, OLDER))
    for route in (
        Route("GET", f"{base}/user/detail", "get_own_profile", directory.own_profile, editions, _NOBODY),
        Route("GET", f"{base}/user/list", "list_users", directory.users, editions, admin=True),
        Route("GET", f"{base}/user/speciallist", "list_grantable_users", directory.grantable, editions),
        Route("GET", f"{base}/roles/list", "list_roles", directory.roles, editions),
        Route("GET", f"{base}/roles/types", "list_user_types", directory.user_types, editions),
    )
)
_RULES = (
    Route("POST", f"{M}/auth/obj/query", "list_object_rules", security.object_rules),
    Route("POST", f"{M}/auth/row/query", "list_row_rules", security.row_rules),
    Route("POST", f"{M}/auth/row/config/query", "list_row_rule_conditions", security.row_conditions),
    Route("POST", f"{M}/auth/row/granted/query", "list_row_rule_grants", security.row_grants),
    Route("POST", f"{M}/auth/row/verify", "verify_row_rule", security.verify_row_rule),
    Route("POST", f"{D}/alert/list", "list_alerts", watching.list_alerts, alone=_EMPTY),
    Route("GET", f"{D}/alert/detail", "get_alert", watching.get_alert, alone="denied"),
    Route("GET", "/api/scheduler/getJobs", "list_scheduled_jobs", watching.list_jobs),
)
_SERVER = (Route("GET", f"{D}/version/info", "get_version", settings.version, alone="open"),)

ROUTES = (
    *_SIGNING_IN,
    *_CONTENT,
    *_MODELS,
    *_DATA,
    *_PEOPLE,
    *_RULES,
    *_SERVER,
    *alerting.ROUTES,
    *inputs.ROUTES,
    *watching.ROUTES,
    *configuring.ROUTES,
    *sign_on.ROUTES,
    *backups.ROUTES,
    *branding.ROUTES,
    *filing.ROUTES,
    *trash.ROUTES,
    *personal.ROUTES,
    *registering.ROUTES,
    *staffing.ROUTES,
    *tokens.ROUTES,
    *connecting.ROUTES,
    *publishing.ROUTES,
    *granting.ROUTES,
    *ruling.ROUTES,
)
