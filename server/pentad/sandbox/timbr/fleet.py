"""The ontology `fleet`, small enough to be read at a glance, and the empty one that new ones start from."""

from __future__ import annotations

from pentad.sandbox.timbr.ontology import ROOT, Concept, Measure, Ontology, Property, Relationship, View

_PROPERTIES = (
    Property("entity_id", "string", "Identifier of the row, unique in the ontology"),
    Property("entity_type", "string", "Concept that the row is mapped to"),
    Property("entity_label", "string", "Name for people"),
    Property("vehicle_id", "int", "Number of a vehicle"),
    Property("plate", "string", "Number plate"),
    Property("mileage_km", "bigint", "Kilometres driven"),
    Property("driver_id", "int", "Number of the driver, missing while parked"),
    Property("payload_t", "double", "Load in tonnes"),
    Property("driver_name", "string", "Name of a driver"),
    Property("hired_on", "date", "First day of work", "dd/MM/yyyy"),
)

_CONCEPTS = (
    Concept(ROOT, None, "Root of everything"),
    Concept(
        "vehicle",
        ROOT,
        "Anything with an engine",
        ("vehicle_id", "plate", "mileage_km", "driver_id"),
        key="vehicle_id",
        label="plate",
    ),
    Concept(
        "truck",
        "vehicle",
        "Vehicle above 3.5 t",
        ("payload_t",),
        key="vehicle_id",
        label="plate",
        source="yard.trucks",
    ),
    Concept("van", "vehicle", "Vehicle up to 3.5 t", key="vehicle_id", label="plate", source="yard.vans"),
    Concept(
        "driver",
        ROOT,
        "Who drives",
        ("driver_id", "driver_name", "hired_on"),
        key="driver_id",
        label="driver_name",
        source="hr.drivers",
    ),
)

FLEET = Ontology(
    name="fleet",
    description="Vehicles and their drivers",
    storage="fleet",
    concepts=_CONCEPTS,
    properties={one.name: one for one in _PROPERTIES},
    relationships=(
        Relationship(
            "driven_by",
            "vehicle",
            "driver",
            "drives",
            "many to one",
            "driver_id",
            "driver_id",
            "Who drives the vehicle",
        ),
    ),
    measures=(Measure("total_mileage", "vehicle", "bigint", "SUM", "`mileage_km`", "Kilometres in all"),),
    views=(
        View(
            "parked",
            "Vehicles without a driver",
            "SELECT `plate`, `entity_type` FROM `dtimbr`.`vehicle` WHERE `driver_id` IS NULL",
            (("plate", "string"), ("entity_type", "string")),
        ),
    ),
)

EMPTY = Ontology(
    name="empty",
    description="",
    storage="empty",
    concepts=_CONCEPTS[:1],
    properties={one.name: one for one in _PROPERTIES[:3]},
)

DATA = """
CREATE TABLE fleet.map_driver AS
SELECT 'driver:' || id AS entity_id, 'driver' AS entity_type, name AS entity_label, id AS "@row",
  id::INTEGER AS driver_id, name AS driver_name,
  DATE '2012-03-01' + roll('hired', id, 0, 4000)::INTEGER AS hired_on
FROM (VALUES (1, 'Zoë Brandt'), (2, 'Seán O''Shea'), (3, 'Ingrid Ås'), (4, 'Łukasz Nowak'))
  AS listed(id, name);

CREATE TEMP TABLE vehicles AS
SELECT id, 'PT-' || (4100 + id) AS plate, roll('mileage', id, 100, 900000) AS mileage_km,
  nullif(roll('driver', id, 0, 4), 0)::INTEGER AS driver_id FROM range(1, 13) AS numbers(id);

CREATE TABLE fleet.map_truck AS
SELECT 'truck:' || id AS entity_id, 'truck' AS entity_type, plate AS entity_label, id AS "@row",
  id::INTEGER AS vehicle_id, plate, mileage_km, driver_id, 4 + roll('payload', id, 0, 360) / 10 AS payload_t
FROM vehicles WHERE id <= 7;

CREATE TABLE fleet.map_van AS
SELECT 'van:' || id AS entity_id, 'van' AS entity_type, plate AS entity_label, id AS "@row",
  id::INTEGER AS vehicle_id, plate, mileage_km, driver_id
FROM vehicles WHERE id > 7;
"""
