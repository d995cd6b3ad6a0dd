from __future__ import annotations

from mesh_tools.lineage.graph import ANY, MeshLineage, Reached
from mesh_tools.lineage.inputs import inputs_of
from mesh_tools.lineage.trace import trace
from mesh_tools.model.lineage import ColumnEdge, ModelLineage
from support.lineage_meshes import CompiledProject


def mesh() -> MeshLineage:
    ops, fleet = CompiledProject("ops"), CompiledProject("fleet")
    raw = ops.source("raw", ("id", "miles", "carrier"))
    ops.model("stg", 'select id, miles * 1.6 as km, carrier from "ops"."raw"."raw"', raw)
    ops.model("flights", 'select id, km, carrier from "ops"."main"."stg" where km > 0', "model.ops.stg")
    fleet.stub("ops", "flights", ("id", "km", "carrier"))
    sql = 'select carrier as airline, sum(km) as km from "ops"."main"."flights" group by carrier'
    fleet.model("distances", sql, "model.ops.flights")
    fleet.model("opaque", 'select columns(*) from "ops"."main"."flights"', "model.ops.flights")
    fleet.model("after", 'select airline from "fleet"."main"."opaque"', "model.fleet.opaque")
    return MeshLineage(trace(inputs_of([ops.manifest, fleet.manifest])))


def known(reached: tuple[Reached, ...]) -> set[tuple[str, str, str]]:
    return {(place.node, place.column, str(place.kind)) for place in reached if place.is_known}


def test_upstream_goes_to_the_sources_across_projects() -> None:
    assert known(mesh().upstream("model.fleet.distances", "km")) == {
        ("model.ops.flights", "km", "aggregate"),
        ("model.ops.stg", "km", "aggregate"),
        ("source.ops.raw.raw", "miles", "aggregate"),
    }


def test_downstream_goes_to_the_last_reader() -> None:
    assert known(mesh().downstream("source.ops.raw.raw", "carrier")) == {
        ("model.ops.stg", "carrier", "pass"),
        ("model.ops.flights", "carrier", "pass"),
        ("model.fleet.distances", "airline", "rename"),
    }


def test_a_path_leads_from_the_column_to_what_was_reached() -> None:
    reached = mesh().downstream("source.ops.raw.raw", "carrier")[-1]
    (airline,) = [each for each in mesh().downstream("model.ops.stg", "carrier") if each.column == "airline"]
    assert airline.path == (
        ("model.ops.stg", "carrier"),
        ("model.ops.flights", "carrier"),
        ("model.fleet.distances", "airline"),
    )
    assert reached.path[0] == ("source.ops.raw.raw", "carrier")


def test_what_lies_behind_a_model_that_was_not_traced_is_reached_but_not_known() -> None:
    unknown = [place for place in mesh().downstream("model.ops.stg", "km") if not place.is_known]
    assert {(place.node, place.column) for place in unknown} == {
        ("model.fleet.opaque", ANY),
        ("model.fleet.after", ANY),
    }


def test_upstream_of_a_model_that_was_not_traced_is_not_known() -> None:
    above = mesh().upstream("model.fleet.after", "airline")
    assert ("model.ops.flights", ANY, None) in {(place.node, place.column, place.kind) for place in above}


def test_used_columns_are_all_that_a_reader_uses_itself() -> None:
    graph = mesh()
    assert graph.used_columns("model.fleet.distances", "model.ops.flights") == frozenset({"carrier", "km"})
    assert graph.used_columns("model.fleet.distances", "model.ops.stg") == frozenset()
    assert graph.used_columns("model.fleet.opaque", "model.ops.flights") is None
    assert graph.used_columns("model.fleet.unheard_of", "model.ops.flights") is None
    assert [lineage.unique_id for lineage in graph.unknown()] == ["model.fleet.opaque"]
    assert set(graph.readers("model.ops.flights")) == {"model.fleet.distances", "model.fleet.opaque"}


def test_used_columns_of_a_star_over_unknown_columns_are_not_known() -> None:
    ops = CompiledProject("ops")
    raw = ops.source("raw")
    reader = ops.model("all", 'select * from "ops"."raw"."raw"', raw)
    assert MeshLineage(trace(inputs_of([ops.manifest]))).used_columns(reader, raw) is None


def test_a_cycle_ends() -> None:
    def model(name: str, parent: str) -> ModelLineage:
        return ModelLineage(
            unique_id=name, method="exact", columns={"x": (ColumnEdge(parent, "x", "pass"),)}, reads=(parent,)
        )

    graph = MeshLineage({"a": model("a", "b"), "b": model("b", "a")})
    assert [place.node for place in graph.upstream("a", "x")] == ["b"]
    assert [place.node for place in graph.downstream("a", "x")] == ["b"]
