"""Tags that must be there, and tags that must not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from mesh_tools.lint.matching import is_wholly
from mesh_tools.lint.regexes import Regex
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.rules.metadata.required import Criteria, unfulfilled
from mesh_tools.lint.subjects import (
    Column,
    Exposure,
    Model,
    Seed,
    Semantic,
    Snapshot,
    Source,
    Test,
    UnitTest,
)

_Kind = Literal["model", "source", "seed", "snapshot", "column", "exposure", "test", "unit_test", "semantic"]


@rule("MET003", "required-tags", severity="warn", tier="opt-in")
def required_tags(
    resource: Column | Exposure | Model | Seed | Semantic | Snapshot | Source | Test | UnitTest,
    *,
    required: Mapping[str, tuple[str, ...]],
    criteria: Criteria = "all",
) -> Found:
    """A resource lacks a tag that those of its kind are to have.

    Why:
        Jobs select by tags: what has none is never built, or by nobody's job.

    Options:
        required: By kind (`model`, `public` for public models, `column`, `primary_key` for columns with a constraint of
            that name, `source`, `seed`, `snapshot`, `exposure`, `test`, `unit_test`, `semantic`): tags.
        criteria: Whether `all` of them must be there, `any`, or exactly `one`.

    Bad:
        mesh.yml:
            lint: {rules: {MET003: {required: {model: [hourly, daily]}, criteria: one}}}
        models/orders.yml:
            models:
              - name: orders
                config:
                  tags: [finance]  # MET003
        models/orders.sql:
            select 1 as order_id

    Good:
        mesh.yml:
            lint: {rules: {MET003: {required: {model: [hourly, daily]}, criteria: one}}}
        models/orders.yml:
            models:
              - name: orders
                config: {tags: [finance, daily]}
        models/orders.sql:
            select 1 as order_id

    To do:
        Add the tag, best for the whole folder in dbt_project.yml.
    """
    wanted = _wanted(resource, required)
    if not wanted:
        return
    tags = resource.tags
    missing = [tag for tag in wanted if tag not in tags]
    if criteria == "all":
        for tag in missing:
            yield resource.raised(f"lacks the tag {tag}", "config", "tags", key=tag)
    elif told := unfulfilled(criteria, wanted, missing):
        yield resource.raised(f"has {told} as a tag", "config", "tags")


def _wanted(
    resource: Column | Exposure | Model | Seed | Semantic | Snapshot | Source | Test | UnitTest,
    required: Mapping[str, tuple[str, ...]],
) -> tuple[str, ...]:
    found = required.get(resource.kind, ())
    if "public" in required and isinstance(resource, Model) and resource.is_public:
        return required["public"]
    if "primary_key" in required and isinstance(resource, Column):
        constraints = resource.node.constraints or ()
        is_key = any(constraint.type == "primary_key" for constraint in constraints)
        return (*found, *required["primary_key"]) if is_key else found
    return found


@rule("MET004", "tag-not-allowed", severity="warn", tier="opt-in")
def tag_not_allowed(
    resource: Column | Exposure | Model | Seed | Semantic | Snapshot | Source | Test | UnitTest,
    *,
    allowed: tuple[Regex, ...] = (".*",),
    forbidden: tuple[Regex, ...] = (),
    types: tuple[_Kind, ...] = ("model", "source", "seed", "snapshot"),
) -> Found:
    """A resource has a tag that the policy does not know, or forbids.

    Why:
        A tag with a typing error selects nothing, and nobody notices.

    Options:
        allowed: Tags, as regular expressions of the whole.
        forbidden: Tags that are not allowed although they match.
        types: Kinds of resources: `model`, `source`, `seed`, `snapshot`, `column`, `exposure`, `test`, `unit_test`,
            `semantic`.

    Bad:
        mesh.yml:
            lint: {rules: {MET004: {allowed: [hourly, daily, "team_.*"]}}}
        models/orders.yml:
            models:
              - name: orders
                config:
                  tags: [dayly, team_sales]  # MET004
        models/orders.sql:
            select 1 as order_id

    Good:
        mesh.yml:
            lint: {rules: {MET004: {allowed: [hourly, daily, "team_.*"]}}}
        models/orders.yml:
            models:
              - name: orders
                config: {tags: [daily, team_sales]}
        models/orders.sql:
            select 1 as order_id

    To do:
        Mend the tag, or add it to the policy.
    """
    if resource.kind not in types:
        return
    for tag in resource.tags:
        known = any(is_wholly(pattern, tag) for pattern in allowed)
        if not known or any(is_wholly(pattern, tag) for pattern in forbidden):
            yield resource.raised(f"has the tag {tag}, which is not allowed", "config", "tags", key=tag)
