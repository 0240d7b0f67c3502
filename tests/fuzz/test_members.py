"""Hostile values for members of stored settings: their names are in no schema, so they are taken from what
the platform tells, and each is answered as any other argument is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from tests.fuzz.arguments import ANYTHING
from tests.fuzz.trying import trial
from tests.inside import example_of
from tests.proof import PROOF

EACH = 60 if PROOF else 3
READERS = {
    "optimibi_patch_settings": "optimibi_get_settings_snapshot",
    "optimibi_save_branding_config": "optimibi_get_branding_config",
    "optimibi_save_cas_config": "optimibi_get_cas_config",
    "optimibi_save_ldap_config": "optimibi_get_ldap_config",
    "optimibi_save_oauth2_config": "optimibi_get_oauth2_config",
    "optimibi_save_saml_config": "optimibi_get_saml_config",
    "optimibi_update_olap_settings": "optimibi_get_olap_settings",
    "optimibi_update_system_settings": "optimibi_get_system_settings",
}


def names_in(told: Mapping[str, Any]) -> list[str]:
    """The members that a record, or the rows of a table, are about."""
    if "rows" in told:
        return [str(row[0]) for row in told["rows"]]
    return [*told.get("settings", told)]


@pytest.mark.parametrize("name", READERS)
def test_a_hostile_member_gets_an_honest_answer_and_does_no_harm(tmp_path: Path, name: str) -> None:
    with trial(tmp_path) as tried:
        operations = tried.world.app.operations
        reader = operations[READERS[name]]
        known = names_in(json.loads(tried.run(reader.name, example_of(tried.world, reader)).text))
        assert len(known) > 1
        example = example_of(tried.world, operations[name])
        for member in known:
            hostile = st.fixed_dictionaries({member: ANYTHING}).map(
                lambda value: example | {"settings": value}
            )
            tried.attack_with(name, hostile, EACH)


def test_every_operation_with_settings_is_tried(tmp_path: Path) -> None:
    with trial(tmp_path) as tried:
        operations = tried.world.app.operations.values()
        having = {one.name for one in operations if "settings" in one.arguments.schema()["properties"]}
        assert having == set(READERS)
