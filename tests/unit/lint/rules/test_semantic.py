"""The semantic layer: semantic models, metrics and saved queries."""

from __future__ import annotations

from typing import Any

import pytest

from mesh_tools.lint.rules.semantic import semantic_model_on_non_public_model, semantic_required_fields
from mesh_tools.lint.subjects import Semantic
from support.lint_subjects import messages, project_of
from support.manifests import model


def semantic(kind: str, *, access: str = "public", **fields: Any) -> Semantic:
    """One that is made of a model."""
    node = model("shop", "orders", {}, access=access)
    made = {
        "unique_id": f"{kind}.shop.sales",
        "name": "sales",
        "package_name": "shop",
        "depends_on": {"nodes": [node["unique_id"]]},
        **fields,
    }
    section = {"semantic_model": "semantic_models", "metric": "metrics", "saved_query": "saved_queries"}[kind]
    sections: dict[str, Any] = {section: (made,)}
    project = project_of("shop", node, **sections)
    return Semantic(getattr(project.manifest, section)[made["unique_id"]], project)


@pytest.mark.parametrize(
    ("kind", "access", "count"),
    [("semantic_model", "public", 0), ("semantic_model", "private", 1), ("metric", "private", 0)],
)
def test_only_semantic_models_are_made_of_models(kind: str, access: str, count: int) -> None:
    assert len(messages(semantic_model_on_non_public_model, semantic(kind, access=access))) == count


@pytest.mark.parametrize(
    ("kind", "fields", "required", "said"),
    [
        ("metric", {"label": ""}, {"metric": ("label",)}, ["has no label"]),
        ("metric", {"label": "Sales"}, {"metric": ("label",)}, []),
        ("metric", {}, {"measure": ("label",)}, []),
        ("metric", {"config": {"meta": {"unit": "EUR"}}}, {"metric": ("config.meta.unit",)}, []),
        ("metric", {"type_params": {}}, {"metric": ("type_params.measure",)}, ["has no type_params.measure"]),
        ("saved_query", {"query_params": {}}, {"saved_query": ("query_params",)}, ["has no query_params"]),
        (
            "semantic_model",
            {"entities": [{"name": "order", "type": "primary"}], "dimensions": [{"name": "day"}]},
            {"entity": ("type", "expr"), "dimension": ("description",)},
            ["has the entity order without expr", "has the dimension day without description"],
        ),
    ],
)
def test_keys_that_the_policy_wants(
    kind: str, fields: dict[str, Any], required: dict[str, tuple[str, ...]], said: list[str]
) -> None:
    assert messages(semantic_required_fields, semantic(kind, **fields), required=required) == said
