"""Sources: what counts as reading them, and as the same table."""

from __future__ import annotations

from typing import Any

import pytest

from mesh_tools.lint.rules.sources.declarations import duplicate_source, source_without_freshness
from mesh_tools.lint.rules.sources.readers import source_column_unused, source_fanout, source_used_outside_its_directory
from mesh_tools.lint.services import Lineage, Traced
from mesh_tools.lint.subjects import Source
from mesh_tools.model.lineage import ColumnEdge, HazardousRead, IndirectUse, ModelLineage
from support.lint_subjects import messages, project_of, source
from support.manifests import model

RECEIPTS = source("shop", "till", "receipts", columns={name: {"name": name} for name in ("ID", "paid", "printer")})
READS = {"depends_on": {"nodes": [RECEIPTS["unique_id"]]}}
DAILY = {"warn_after": {"count": 1, "period": "day"}}


def of(node: dict[str, Any], *readers: dict[str, Any]) -> Source:
    """``node``, of a project with ``readers``."""
    project = project_of("shop", *readers, sources=(node,))
    return Source(project.manifest.sources[node["unique_id"]], project)


@pytest.mark.parametrize(
    ("fields", "options", "said"),
    [
        ({}, {}, ["has no freshness"]),
        ({"freshness": {"warn_after": {"count": None}}}, {}, ["has no freshness"]),
        ({}, {"static": ("till.*",)}, []),
        ({"freshness": DAILY}, {}, []),
        ({"freshness": DAILY}, {"require": ("warn_after",)}, []),
        ({"freshness": DAILY}, {"require": ("error_after",)}, ["has a freshness without error_after"]),
        (
            {"freshness": DAILY},
            {"loaded_at": True},
            ["has a freshness, but neither loaded_at_field nor loaded_at_query"],
        ),
        ({"freshness": DAILY, "loaded_at_query": "select now()"}, {"loaded_at": True}, []),
    ],
)
def test_a_source_is_fresh_by_what_the_policy_asks_for(
    fields: dict[str, Any], options: dict[str, Any], said: list[str]
) -> None:
    assert messages(source_without_freshness, of({**RECEIPTS, **fields}), **options) == said


@pytest.mark.parametrize(
    ("other", "options", "count"),
    [
        ({"schema": "TILL"}, {}, 1),
        ({"schema": "TILL"}, {"case_sensitive": True}, 0),
        ({"database": "attic"}, {}, 0),
        ({"relation_name": "'s3://lake/receipts.parquet'"}, {}, 0),
        ({"meta": {"plugin": "gsheet"}}, {}, 0),
        ({"package_name": "dbt_till"}, {}, 0),
    ],
)
def test_the_same_table_is_the_same_relation(other: dict[str, Any], options: dict[str, Any], count: int) -> None:
    again = {**source("shop", "floor", "slips"), "schema": "till", "identifier": "receipts", **other}
    assert len(messages(duplicate_source, project_of("shop", sources=(RECEIPTS, again)), **options)) == count


def test_versions_of_a_model_are_one_reader() -> None:
    versions = [model("shop", "stg_receipts", {}, v=v, **READS) for v in (1, 2)]
    assert messages(source_fanout, of(RECEIPTS, *versions)) == []
    assert len(messages(source_fanout, of(RECEIPTS, *versions, model("shop", "turnover", {}, **READS)))) == 1


@pytest.mark.parametrize(("folder", "below", "count"), [("staging", True, 0), ("staging", False, 1), ("", True, 1)])
def test_a_folder_below_is_the_same_if_the_policy_says_so(folder: str, below: bool, count: int) -> None:  # noqa: FBT001
    path = f"models/{folder}/deep/stg_receipts.sql"
    reader = model("shop", "stg_receipts", {}, **READS, original_file_path=path)
    assert len(messages(source_used_outside_its_directory, of(RECEIPTS, reader), below=below)) == count


class TestUnusedColumns:
    READER = model("shop", "stg_receipts", {}, **READS)
    KEY = RECEIPTS["unique_id"]
    TRACED = ModelLineage(
        unique_id=READER["unique_id"],
        method="fast",
        columns={"id": (ColumnEdge(KEY, "id", "pass"),)},
        indirect=(IndirectUse(KEY, "paid", "filter"),),
    )

    def said(self, *traced: ModelLineage, reader: dict[str, Any] = READER, **options: Any) -> list[str]:
        others = [model("shop", "receipts", {}, depends_on={"nodes": [reader["unique_id"]]})]
        lineage = Lineage(lambda: Traced({one.unique_id: one for one in traced}))
        return messages(source_column_unused, of(RECEIPTS, reader, *others), lineage=lineage, **options)

    def test_a_filter_uses_a_column_too(self) -> None:
        assert self.said(self.TRACED) == ["has the column printer, which no model uses"]
        assert self.said(self.TRACED, ignore="print.*") == []

    def test_what_cannot_be_traced_may_use_all(self) -> None:
        assert self.said() == []
        assert self.said(ModelLineage(unique_id=self.READER["unique_id"], method="table")) == []
        star = ModelLineage(
            unique_id=self.READER["unique_id"], method="fast", hazards=(HazardousRead(self.KEY, "star"),)
        )
        assert self.said(star) == []

    def test_the_sql_of_an_ephemeral_model_is_that_of_its_readers(self) -> None:
        ephemeral = {**self.READER, "config": {"materialized": "ephemeral"}}
        final = ModelLineage(unique_id="model.shop.receipts", method="fast", columns=self.TRACED.columns)
        assert self.said(final, reader=ephemeral) == [
            "has the column paid, which no model uses",
            "has the column printer, which no model uses",
        ]
