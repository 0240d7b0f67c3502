"""The twelve seeded models, two over each connection."""

from __future__ import annotations

from collections.abc import Mapping

from pentad.sandbox.optimibi.model import Join, Model, calendar, drill, many, single

_STORE = drill(
    "store",
    "Store",
    "store",
    "geography",
    ("region", "Region", '"store"."region"'),
    ("city", "City", '"store"."city"'),
    ("store_name", "Store", '"store"."store_name"'),
)
_ACCOUNT = drill(
    "account",
    "Account",
    "ACCOUNT",
    "chart",
    ("class", "Account class", '"ACCOUNT"."ACCOUNT_CLASS"'),
    ("account", "Account", '"ACCOUNT"."ACCOUNT_NAME"'),
)
_CENTER = single(
    "center", "Cost centre", "COST_CENTER", ("center_name", "Cost centre", '"COST_CENTER"."COST_CENTER_NAME"')
)
_DEPARTMENT = drill(
    "department",
    "Department",
    "department",
    "organisation",
    ("division", "Division", '"department"."division"'),
    ("department_name", "Department", '"department"."department_name"'),
)
_CARRIER = single(
    "carrier",
    "Carrier",
    "carrier",
    ("carrier_name", "Carrier", '"carrier"."carrier_name"'),
    ("mode", "Mode", '"carrier"."mode"'),
)
_CAMPAIGN = single(
    "campaign",
    "Campaign",
    "campaign",
    ("campaign_name", "Campaign", '"campaign"."campaign_name"'),
    ("medium", "Medium", '"campaign"."medium"'),
)
_SITE = single("site", "Site", "site", ("site_name", "Site", '"site"."site_name"'))
_DEVICE = single(
    "device",
    "Device",
    "device",
    ("kind", "Kind", '"device"."kind"'),
    ("firmware", "Firmware", '"device"."firmware"'),
)

_LINE = Join("ticket", '"ticket"."ticket_id" = "ticket_line"."ticket_id"')
_SOLD_IN = Join("store", '"store"."store_id" = "ticket"."store_id"')
_SOLD = Join("product", '"product"."product_id" = "ticket_line"."product_id"')
_LEDGER = tuple(
    Join(table, f'"{table}"."{key}" = "{{fact}}"."{key}"')
    for table, key in (("ACCOUNT", "ACCOUNT_NO"), ("COST_CENTER", "COST_CENTER_ID"))
)

_RETAIL = Model(
    "RetailSales",
    "Retail sales",
    "retail_dw",
    "sales",
    "ticket_line",
    (_LINE, _SOLD_IN, _SOLD),
    (
        _STORE,
        single(
            "product",
            "Product",
            "product",
            ("category", "Category", '"product"."category"'),
            ("brand", "Brand", '"product"."brand"'),
            ("product_name", "Product", '"product"."product_name"'),
        ),
        single("ticket", "Ticket", "ticket", ("channel", "Channel", '"ticket"."channel"')),
        calendar("ticket", "sold_at", "Sold"),
    ),
    many(
        "ticket_line",
        ("net_amount", "Net amount", "sum"),
        ("quantity", "Quantity", "sum"),
        ("discount", "Average discount", "avg"),
        ("ticket_id", "Tickets", "distinct-count"),
        ("net_amount", "Highest line", "max"),
    ),
    "klind",
    settings=(("EnableXmla", "false"), ("Provider", "mondrian"), ("UseContentChecksum", "true")),
)
_PLAN = Model(
    "StorePlan",
    "Store plan",
    "retail_dw",
    "sales",
    "target",
    (Join("store", '"store"."store_id" = "target"."store_id"'),),
    (_STORE, calendar("target", "month_start", "Month")),
    many("target", ("plan_amount", "Plan", "sum")),
    "klind",
)
_WORKS_IN = Join("department", '"department"."department_id" = "employee"."department_id"')
_SITE_OF_WORK = single("employee", "Employee", "employee", ("site", "Site", '"employee"."site"'))
_HEADCOUNT = Model(
    "Headcount",
    "Headcount",
    "people_hr",
    "dbo",
    "employee",
    (_WORKS_IN,),
    (_DEPARTMENT, _SITE_OF_WORK, calendar("employee", "hired_on", "Hired")),
    many("employee", ("employee_id", "Employees", "count"), ("percentage", "Average percentage", "avg")),
    "eholm",
)
_ABSENCE = Model(
    "Absence",
    "Absence",
    "people_hr",
    "dbo",
    "absence",
    (Join("employee", '"employee"."employee_id" = "absence"."employee_id"'), _WORKS_IN),
    (
        _DEPARTMENT,
        single("absence", "Absence", "absence", ("kind", "Kind", '"absence"."kind"')),
        calendar("absence", "started_on", "Started"),
    ),
    many("absence", ("days", "Days", "sum"), ("absence_id", "Cases", "count")),
    "eholm",
)
_SHIPPED = (
    Join("carrier", '"carrier"."carrier_id" = "shipment"."carrier_id"'),
    Join("depot", '"depot"."depot_id" = "shipment"."depot_id"'),
)
_SHIPMENTS = Model(
    "Shipments",
    "Lieferungen / shipments",
    "freight",
    "freight",
    "shipment",
    _SHIPPED,
    (
        _CARRIER,
        single("depot", "Depot", "depot", ("country", "Country", '"depot"."country"')),
        calendar("shipment", "shipped_at", "Shipped"),
    ),
    many(
        "shipment",
        ("shipment_id", "Shipments", "count"),
        ("weight_kg", "Weight", "sum"),
        ("freight_cost", "Freight cost", "sum"),
    ),
    "cdubois",
)
_SERVICE = Model(
    "CarrierService",
    "Carrier service",
    "freight",
    "freight",
    "shipment",
    _SHIPPED[:1],
    (_CARRIER,),
    many("shipment", ("days_late", "Average delay", "avg"), ("days_late", "Longest delay", "max")),
    "cdubois",
)
_GENERAL = Model(
    "GeneralLedger",
    "General ledger",
    "finance_gl",
    "GL",
    "JOURNAL",
    tuple(Join(one.table, one.on.format(fact="JOURNAL")) for one in _LEDGER),
    (_ACCOUNT, _CENTER, calendar("JOURNAL", "POSTED_ON", "Posted")),
    many("JOURNAL", ("AMOUNT", "Amount", "sum"), ("ENTRY_NO", "Entries", "count")),
    "anovak",
)
_BUDGET = Model(
    "Budget",
    "Budget",
    "finance_gl",
    "GL",
    "BUDGET",
    tuple(Join(one.table, one.on.format(fact="BUDGET")) for one in _LEDGER),
    (
        _ACCOUNT,
        _CENTER,
        single("plan", "Plan", "BUDGET", ("fiscal_year", "Year", '"BUDGET"."FISCAL_YEAR"')),
    ),
    many("BUDGET", ("PLANNED", "Planned", "sum")),
    "anovak",
)
_VISITS = Model(
    "WebVisits",
    "Web visits",
    "web_clicks",
    "web",
    "visit",
    (
        Join("campaign", '"campaign"."campaign_id" = "visit"."campaign_id"'),
        Join("page", '"page"."page_id" = "visit"."page_id"'),
    ),
    (
        _CAMPAIGN,
        single("page", "Page", "page", ("page_path", "Landing page", '"page"."page_path"')),
        single("visit", "Visit", "visit", ("country", "Country", '"visit"."country"')),
        calendar("visit", "started_at", "Started"),
    ),
    many(
        "visit",
        ("visit_id", "Visits", "count"),
        ("page_views", "Page views", "sum"),
        ("revenue", "Revenue", "sum"),
    ),
    "fzhang",
)
_CAMPAIGNS = Model(
    "Campaigns",
    "Kampagnen",
    "web_clicks",
    "web",
    "visit",
    _VISITS.joins[:1],
    (_CAMPAIGN,),
    many("visit", ("revenue", "Revenue", "sum"), ("visit_id", "Visits", "count")),
    "fzhang",
)
_OF_DEVICE = (
    Join("device", '"device"."device_id" = "reading"."device_id"'),
    Join("site", '"site"."site_id" = "device"."site_id"'),
)
_READINGS = Model(
    "SensorReadings",
    "Sensor readings",
    "sensors",
    "iot",
    "reading",
    _OF_DEVICE,
    (_SITE, _DEVICE, calendar("reading", "taken_at", "Taken")),
    many(
        "reading",
        ("value", "Average value", "avg"),
        ("value", "Highest value", "max"),
        ("reading_id", "Readings", "count"),
    ),
    "nfoster",
)
_FLEET = Model(
    "DeviceFleet",
    "Device fleet",
    "sensors",
    "iot",
    "device",
    (Join("site", '"site"."site_id" = "device"."site_id"'),),
    (_SITE, _DEVICE),
    many("device", ("device_id", "Devices", "count"), ("battery", "Average battery", "avg")),
    "nfoster",
    annotated=True,
)

MODELS: Mapping[str, Model] = {
    one.name: one
    for one in (
        _RETAIL,
        _PLAN,
        _HEADCOUNT,
        _ABSENCE,
        _SHIPMENTS,
        _SERVICE,
        _GENERAL,
        _BUDGET,
        _VISITS,
        _CAMPAIGNS,
        _READINGS,
        _FLEET,
    )
}
