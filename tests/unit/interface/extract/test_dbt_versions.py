"""One project, parsed by each dbt version from 1.10 to 2.0, has one interface.

``tests/cases/manifests/versions`` holds what each wrote, without macros, SQL, times and paths.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from mesh_tools.artifacts.manifest import read_manifest
from mesh_tools.interface.document import to_yaml
from mesh_tools.interface.extract import interface_of

MANIFESTS = sorted((Path(__file__).parents[3] / "cases" / "manifests" / "versions").glob("*.json"))
VERSIONS = ["dbt_1.10", "dbt_1.11", "dbt_1.12", "dbt_2.0"]


def test_each_version_is_there() -> None:
    assert [path.stem for path in MANIFESTS] == VERSIONS


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.stem)
def test_the_accepted_interface_is_the_same_but_for_the_version_of_dbt(path: Path) -> None:
    first, this = (interface_of(read_manifest(manifest)) for manifest in (MANIFESTS[0], path))
    assert this.dbt_version is not None
    assert this.dbt_version.startswith(path.stem.removeprefix("dbt_"))
    assert to_yaml(replace(this, dbt_version=first.dbt_version)) == to_yaml(first)


def test_it_holds_versions_keys_checks_tests_and_meanings() -> None:
    """So that the sameness above means something."""
    interface = interface_of(read_manifest(MANIFESTS[0]))
    orders = interface.product("orders")
    assert orders is not None
    assert [version.v for version in orders.versions] == [1, 2]
    kinds = {guarantee.kind for guarantee in orders.latest_version.guarantees}
    assert kinds == {"accepted_values", "check", "not_null", "primary_key", "relationship", "unique"}
    assert orders.latest_version.scope == "Orders of private customers."
    assert orders.versions[0].deprecation_date == "2027-06-30"
