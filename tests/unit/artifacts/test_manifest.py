"""Manifests of dbt 1 and dbt 2 say the same, and what is unknown or missing does no harm.

``tests/cases/manifests`` holds one small project, parsed by both engines, without macros, SQL and times.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_tools.artifacts.manifest import (
    Manifest,
    ModelNode,
    TestNode,
    decode_manifest,
    own_meta,
    own_tags,
    read_manifest,
)
from mesh_tools.errors import Location, MeshError

CASES = Path(__file__).parents[2] / "cases" / "manifests"
ENGINES = ("dbt_1", "dbt_2")
HERE = Location("manifest.json")


@pytest.fixture(params=ENGINES)
def manifest(request: pytest.FixtureRequest) -> Manifest:
    return read_manifest(CASES / request.param / "manifest.json")


def _document(engine: str = "dbt_1") -> dict[str, Any]:
    document: dict[str, Any] = json.loads((CASES / engine / "manifest.json").read_text(encoding="utf-8"))
    return document


def _decoded(document: Any) -> Manifest:
    return decode_manifest(json.dumps(document).encode(), HERE)


def _model(manifest: Manifest, unique_id: str) -> ModelNode:
    node = manifest.nodes[unique_id]
    assert isinstance(node, ModelNode)
    return node


def _test(manifest: Manifest, prefix: str) -> TestNode:
    return next(test for test in manifest.tests() if test.name.startswith(prefix))


def test_metadata_tells_the_project_and_the_engine() -> None:
    majors = [read_manifest(CASES / engine / "manifest.json").metadata.dbt_major for engine in ENGINES]
    assert majors == [1, 2]


@pytest.mark.parametrize(
    ("version", "major"),
    [("1.11.16", 1), ("2.0.0-alpha.4", 2), ("2", 2), ("", 0), ("unknown", 0), ("\u00b2.1", 0), ("9" * 5000, 0)],
    ids=["release", "alpha", "bare", "none", "word", "superscript", "endless"],
)
def test_dbt_major_is_zero_when_it_cannot_be_told(version: str, major: int) -> None:
    document = _document()
    document["metadata"]["dbt_version"] = version
    assert _decoded(document).metadata.dbt_major == major


def test_own_models(manifest: Manifest) -> None:
    assert manifest.project == "shop"
    assert sorted(model.unique_id for model in manifest.own_models()) == [
        "model.shop.orders.v1",
        "model.shop.orders.v2",
        "model.shop.stg_orders",
        "model.shop.totals",
    ]


def test_models_of_packages_are_not_own() -> None:
    document = _document()
    document["nodes"]["model.shop.totals"]["package_name"] = "dbt_utils"
    assert "model.shop.totals" not in {model.unique_id for model in _decoded(document).own_models()}


def test_a_versioned_public_model_with_a_contract(manifest: Manifest) -> None:
    model = _model(manifest, "model.shop.orders.v2")
    assert (model.name, model.version, model.latest_version) == ("orders", 2, 2)
    assert model.is_public
    assert model.contract_enforced
    assert model.config.materialized == "table"
    assert (model.group, model.description) == ("sales", "One row for each order")
    assert (model.schema, model.alias) == ("main", "orders_v2")
    assert [(constraint.type, constraint.columns) for constraint in model.constraints or ()] == [
        ("primary_key", ("order_id",))
    ]
    assert [call.name for call in model.refs] == ["stg_orders"]
    assert model.depends_on.nodes == ("model.shop.stg_orders",)


def test_an_older_version_has_its_own_columns_and_deprecation_date(manifest: Manifest) -> None:
    model = _model(manifest, "model.shop.orders.v1")
    assert list(model.columns or {}) == ["order_id", "country_code"]
    assert (model.deprecation_date or "")[:10] == "2031-01-31"


def test_a_model_that_promises_nothing(manifest: Manifest) -> None:
    model = _model(manifest, "model.shop.totals")
    assert not model.is_public
    assert not model.contract_enforced
    assert model.version is None


def test_columns(manifest: Manifest) -> None:
    columns = _model(manifest, "model.shop.orders.v2").columns or {}
    assert {name: column.data_type for name, column in columns.items()} == {
        "order_id": "integer",
        "country_code": "varchar",
        "amount": "decimal(18, 2)",
    }
    assert [constraint.type for constraint in columns["order_id"].constraints or ()] == ["not_null"]


@pytest.mark.parametrize(
    ("column", "meta", "tags"),
    [
        pytest.param("order_id", {"mesh": {"semantic_type": "order_number"}}, ("key",), id="declares its own"),
        pytest.param("amount", {}, (), id="declares none, which dbt 2 writes as the model's"),
    ],
)
def test_a_columns_own_meta_and_tags(manifest: Manifest, column: str, meta: dict[str, Any], tags: tuple[str]) -> None:
    model = _model(manifest, "model.shop.orders.v2")
    node = (model.columns or {})[column]
    assert own_meta(node, model, manifest.metadata) == meta
    assert own_tags(node, model, manifest.metadata) == tags


def test_a_column_of_dbt_1_may_repeat_the_models_meta() -> None:
    document = _document()
    node = document["nodes"]["model.shop.orders.v2"]
    node["columns"]["amount"] |= {"meta": node["meta"], "tags": node["tags"], "config": None}
    manifest = _decoded(document)
    model = _model(manifest, "model.shop.orders.v2")
    assert own_meta((model.columns or {})["amount"], model, manifest.metadata) == node["meta"]
    assert own_tags((model.columns or {})["amount"], model, manifest.metadata) == ("gold",)


def test_generic_tests(manifest: Manifest) -> None:
    unique = _test(manifest, "unique_orders_v2")
    assert (unique.column_name, unique.attached_node) == ("order_id", "model.shop.orders.v2")
    assert unique.test_metadata is not None
    assert unique.test_metadata.name == "unique"
    assert (_test(manifest, "not_null_orders_v2").config.severity or "").lower() == "warn"
    accepted = _test(manifest, "accepted_values_orders_v2")
    assert accepted.config.where == "country_code is not null"
    assert accepted.test_metadata is not None
    assert accepted.test_metadata.kwargs["values"] == ["NL", "BE"]
    relationship = _test(manifest, "relationships_orders_v2")
    assert {call.name for call in relationship.refs} >= {"countries"}


def test_a_singular_test_has_no_metadata(manifest: Manifest) -> None:
    test = _test(manifest, "totals_are_not_negative")
    assert test.test_metadata is None
    assert test.depends_on.nodes == ("model.shop.totals",)


def test_the_config_is_whole() -> None:
    document = _document()
    document["nodes"]["model.shop.totals"]["config"] |= {"x_own": {"deep": ["a", 1, None]}, "materialized": 5}
    totals = _model(_decoded(document), "model.shop.totals")
    assert totals.all_config["x_own"] == {"deep": ["a", 1, None]}
    assert totals.config.materialized is None
    assert totals.patch_path is None or totals.patch_path.startswith("shop://")


@pytest.mark.parametrize(
    ("written", "read"), [(["a", "b"], ("a", "b")), (None, ()), ([], ())], ids=["list", "null", "empty"]
)
def test_tags_of_unit_tests_and_of_what_exposures_read_through(written: Any, read: tuple[str, ...]) -> None:
    document = _document()
    named = {"name": "it", "package_name": "shop", "depends_on": {"nodes": ["model.shop.totals"]}}
    document["unit_tests"] = {
        "unit_test.shop.it": {"unique_id": "unit_test.shop.it", "config": {"tags": written}, **named}
    }
    for kind, unique_id in (("metrics", "metric.shop.it"), ("saved_queries", "saved_query.shop.it")):
        document[kind] = {unique_id: {"unique_id": unique_id, "tags": written, **named}}
    document["semantic_models"] = {"semantic_model.shop.it": {"unique_id": "semantic_model.shop.it", **named}}
    document["functions"] = {
        "function.shop.it": {"unique_id": "function.shop.it", "resource_type": "function", "tags": written, **named}
    }
    manifest = _decoded(document)
    assert manifest.unit_tests["unit_test.shop.it"].tags == read
    assert manifest.metrics["metric.shop.it"].tags == manifest.saved_queries["saved_query.shop.it"].tags == read
    resources = {resource.unique_id for resource in manifest.resources()}
    assert {"function.shop.it", "semantic_model.shop.it", "source.shop.raw.orders", *manifest.nodes} <= resources


def test_sources_exposures_and_groups(manifest: Manifest) -> None:
    source = manifest.sources["source.shop.raw.orders"]
    assert (source.source_name, source.name, source.identifier) == ("raw", "orders", "raw_orders")
    exposure = manifest.exposures["exposure.shop.turnover"]
    assert (exposure.type, exposure.label, exposure.url) == ("dashboard", "Turnover", "https://example.com/turnover")
    assert set(exposure.depends_on.nodes) == {"model.shop.totals", "model.shop.orders.v2"}
    assert (exposure.owner or {})["email"] == "board@example.com"
    group = manifest.groups["group.shop.sales"]
    assert (group.owner or {})["email"] == "sales@example.com"


def test_both_engines_are_read_alike() -> None:
    first, second = (read_manifest(CASES / engine / "manifest.json") for engine in ENGINES)
    assert _facts(first) == _facts(second)


def _facts(manifest: Manifest) -> dict[str, Any]:
    """All that the mesh uses of a model, evened out."""
    return {
        model.unique_id: {
            "columns": {
                name: (
                    column.data_type,
                    column.description or "",
                    [constraint.type for constraint in column.constraints or ()],
                    own_meta(column, model, manifest.metadata),
                    own_tags(column, model, manifest.metadata),
                )
                for name, column in (model.columns or {}).items()
                if model.name == "orders"
            },
            "access": model.access,
            "contract": model.contract_enforced,
            "constraints": [(constraint.type, constraint.columns) for constraint in model.constraints or ()],
            "depends_on": model.depends_on.nodes,
            "deprecated": (model.deprecation_date or "")[:10],
            "file": (model.path, model.original_file_path),
            "group": model.group,
            "meta": model.meta,
            "name": (model.name, model.version, model.latest_version),
            "relation": (model.database, model.schema, model.alias),
            "tags": model.tags,
        }
        for model in sorted(manifest.own_models(), key=lambda model: model.unique_id)
    }


class TestTolerance:
    @pytest.mark.parametrize("engine", ENGINES)
    def test_a_resource_type_that_nobody_knew_is_left_out(self, engine: str) -> None:
        document = _document(engine)
        known = set(document["nodes"])
        document["nodes"]["agent.shop.x"] = {"resource_type": "agent", "unique_id": "agent.shop.x", "new": True}
        manifest = _decoded(document)
        assert set(manifest.nodes) == known
        assert manifest == _decoded(_document(engine))

    def test_keys_that_nobody_knew_are_ignored_everywhere(self) -> None:
        document = _with_unknown_keys(_document())
        assert list(_decoded(document).nodes) == list(_document()["nodes"])

    @pytest.mark.parametrize("part", ["nodes", "sources", "exposures", "groups", "unit_tests"])
    @pytest.mark.parametrize("how", ["missing", "null"])
    def test_a_part_may_be_missing_or_null(self, part: str, how: str) -> None:
        document = _document()
        if how == "missing":
            del document[part]
        else:
            document[part] = None
        assert getattr(_decoded(document), part) == {}

    @pytest.mark.parametrize("how", ["missing", "null"])
    @pytest.mark.parametrize("engine", ENGINES)
    def test_a_key_of_a_node_may_be_missing_or_null_unless_it_names_the_node(self, engine: str, how: str) -> None:
        needed = {"unique_id", "name", "package_name", "resource_type"}
        for unique_id in ("model.shop.orders.v2", "seed.shop.countries", "snapshot.shop.orders_history"):
            for key in _document(engine)["nodes"][unique_id].keys() - needed:
                document = _document(engine)
                if how == "missing":
                    del document["nodes"][unique_id][key]
                else:
                    document["nodes"][unique_id][key] = None
                assert unique_id in _decoded(document).nodes, key

    @pytest.mark.parametrize("key", ["unique_id", "name", "package_name", "resource_type"])
    def test_a_node_without_its_name_is_told(self, key: str) -> None:
        document = _document()
        del document["nodes"]["model.shop.totals"][key]
        with pytest.raises(MeshError, match=f"this manifest is not as dbt writes it.*`{key}`"):
            _decoded(document)

    def test_a_null_inside_meta_does_no_harm(self) -> None:
        document = _document()
        document["nodes"]["model.shop.totals"]["meta"] = {"a": None, "b": [None]}
        assert _model(_decoded(document), "model.shop.totals").meta == {"a": None, "b": [None]}


def _with_unknown_keys(value: Any, key: str = "") -> Any:
    """``value`` with a key more in every mapping, other than those whose keys are names."""
    if isinstance(value, list):
        return [_with_unknown_keys(item) for item in value]
    if not isinstance(value, dict):
        return value
    known = {name: _with_unknown_keys(item, name) for name, item in value.items()}
    named = {"columns", "nodes", "sources", "exposures", "groups", "unit_tests", "functions", "metrics"}
    has_names = key in named | {"semantic_models", "saved_queries"}
    return known if has_names else known | {"x_new": [None, {"y": 1}]}


class TestFuzz:
    """Whatever the bytes are: a manifest, or one clear error."""

    @settings(deadline=None)
    @given(st.binary(max_size=200))
    def test_arbitrary_bytes(self, data: bytes) -> None:
        _read_or_refuse(data)

    @settings(deadline=None)
    @given(
        st.sampled_from(ENGINES),
        st.integers(0, 2**20),
        st.integers(0, 8),
        st.binary(max_size=8) | st.sampled_from([b"null", b"{}", b"[]", b"1e999", b'"\\ud800"', b"9" * 40]),
    )
    def test_a_manifest_with_bytes_replaced(self, engine: str, start: int, length: int, by: bytes) -> None:
        data = (CASES / engine / "manifest.json").read_bytes()
        start %= len(data)
        _read_or_refuse(data[:start] + by + data[start + length :])

    @settings(deadline=None)
    @given(st.data(), st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.just([]) | st.just({}))
    def test_a_manifest_with_a_value_replaced(self, data: st.DataObject, by: Any) -> None:
        document = _document(data.draw(st.sampled_from(ENGINES)))
        place: Any = document
        while True:
            key = data.draw(st.sampled_from(list(place) if isinstance(place, dict) else range(len(place))))
            if not isinstance(place[key], (dict, list)) or not place[key] or data.draw(st.integers(0, 4)) == 0:
                break
            place = place[key]
        place[key] = by
        _read_or_refuse(json.dumps(document).encode())


def _read_or_refuse(data: bytes) -> None:
    try:
        manifest = decode_manifest(data, HERE)
    except MeshError as error:
        assert "\n" not in error.message  # noqa: PT017 - either outcome is good
        assert error.hint  # noqa: PT017
    else:
        assert manifest.metadata.dbt_major >= 0
