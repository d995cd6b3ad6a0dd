"""DOC and TST: how much of a project is documented, and tested."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mesh_tools.lint.layers import DEFAULT_LAYERS, layer_of
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.subjects import Model, Project


@rule("DOC010", "documentation-coverage", severity="warn", tier="opt-in")
def coverage_of_documentation(
    project: Project, *, least: float = 100.0, by_layer: Mapping[str, float] | None = None
) -> Found:
    """A smaller share of the models is described than the policy asks for.

    Why:
        A project that comes late to documentation gets there step by step: the share only goes up.

    Options:
        least: Percent of the models that have a description.
        by_layer: Percent by layer, instead of `least`: `{marts: 100, staging: 50}`.

    Bad:
        dbt_project.yml:
            name: shop  # DOC010
            version: 1.0.0
            profile: shop
        models/orders.sql:
            select 1 as order_id

    Good:
        models/orders.sql:
            select 1 as order_id
        models/orders.yml:
            models:
              - name: orders
                description: Orders, one row for each.

    To do:
        Describe more models, or lower the share to what is true today and raise it later.
    """
    for layer, wanted, models in _groups(project, least, by_layer):
        share = _percent(sum(bool(model.description) for model in models), len(models))
        if share < wanted:
            yield project.raised(f"describes {_shown(share)} of its {layer}, less than {_shown(wanted)}", key=layer)


@rule("TST006", "test-coverage", severity="warn", tier="opt-in")
def coverage_of_tests(
    project: Project,
    *,
    least: float = 100.0,
    least_unit: float = 0.0,
    by_layer: Mapping[str, float] | None = None,
    tests_per_model: float = 0.0,
) -> Found:
    """A smaller share of the models is tested than the policy asks for.

    Why:
        A project that comes late to tests gets there step by step: the share only goes up.

    Options:
        least: Percent of the models that have a data test.
        least_unit: Percent of the models that have a unit test.
        by_layer: Percent of the models that have a data test by layer, instead of `least`: `{marts: 100, staging: 50}`.
        tests_per_model: How many data tests there are for each model, on average.

    Bad:
        dbt_project.yml:
            name: shop  # TST006
            version: 1.0.0
            profile: shop
        models/orders.sql:
            select 1 as order_id

    Good:
        models/orders.sql:
            select 1 as order_id
        models/orders.yml:
            models:
              - name: orders
                columns: [{name: order_id, data_tests: [unique, not_null]}]

    To do:
        Test more models, or lower the share to what is true today and raise it later.
    """
    for layer, wanted, models in _groups(project, least, by_layer):
        share = _percent(sum(bool(model.tests) for model in models), len(models))
        if share < wanted:
            yield project.raised(f"tests {_shown(share)} of its {layer}, less than {_shown(wanted)}", key=layer)
    models = list(project.models)
    unit = _percent(sum(bool(model.unit_tests) for model in models), len(models))
    if unit < least_unit:
        message = f"has unit tests of {_shown(unit)} of its models, less than {_shown(least_unit)}"
        yield project.raised(message, key="unit")
    average = sum(len(model.tests) for model in models) / len(models) if models else tests_per_model
    if average < tests_per_model:
        yield project.raised(f"has {average:.1f} data tests for each model, fewer than {tests_per_model:g}", key="each")


def _groups(
    project: Project, least: float, by_layer: Mapping[str, float] | None
) -> Iterable[tuple[str, float, list[Model]]]:
    """What is counted together: its name, the percentage that is wanted, its models."""
    models = list(project.models)
    if not by_layer:
        yield "models", least, models
        return
    for layer, wanted in by_layer.items():
        members = [model for model in models if layer_of(model.path, model.name, DEFAULT_LAYERS) == layer]
        yield f"models in {layer}", wanted, members


def _percent(part: int, whole: int) -> float:
    return 100.0 * part / whole if whole else 100.0


def _shown(share: float) -> str:
    return f"{share:.0f} %" if share >= 1 or share == 0 else f"{share:.1f} %"
