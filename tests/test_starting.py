"""What a start imports, and that nothing is lost by what it leaves for later."""

from __future__ import annotations

import subprocess
import sys

import pytest

from pentad import operations
from pentad.settings import PLATFORMS

PACKAGES = ("pentad.verbs", *(f"pentad_tools.{name}" for name in PLATFORMS))
SCRIPT = """
import sys
from pentad.app import App
from pentad.settings import Settings
app = App(Settings(sandbox=True))
assert app.problems() == []
late = ("pentad_tools.claribi.data_sources", "pentad_tools.optimibi.users.registration",
        *(f"pentad.sandbox.{name}" for name in app.session.platforms))
early = [name for name in late if name in sys.modules]
one = app.operations["claribi_list_data_sources"].name
print(early, one, app.session.accounts(app.operations[one]), "pentad.sandbox.claribi" in sys.modules)
"""


@pytest.mark.parametrize("package", PACKAGES)
def test_the_core_of_a_package_is_all_that_its_modules_mark_as_core(package: str) -> None:
    marked = [one.name for one in operations.in_package(package) if one.core]

    assert [one.name for one in operations.core_of(package)] == marked
    assert marked


def test_a_start_leaves_what_is_not_listed_and_the_sandbox_platforms_for_later() -> None:
    told = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)  # noqa: S603
    assert told.stdout.strip() == "[] claribi_list_data_sources ('default',) False"


def test_all_operations_are_offered_whatever_was_imported_before() -> None:
    offered = operations.Offered(PACKAGES)
    every = [one for package in PACKAGES for one in operations.in_package(package)]

    assert list(offered.core.values()) == [one for one in every if one.core]
    assert list(offered.values()) == every
    assert offered.get("claribi_make_coffee") is None
