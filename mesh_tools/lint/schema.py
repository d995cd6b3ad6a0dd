"""The JSON Schema of the linter's settings, with every rule's code and options: what an editor completes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from mesh_tools.lint.page import page_of
from mesh_tools.lint.rule import Rule
from mesh_tools.mesh.config import LintPolicy, LintSettings
from mesh_tools.model.schema import Schema, components_of, document_schema

_SEVERITIES = {"enum": ["error", "warn", "info", "off", False]}


def with_rules(schema: Schema, rules: Mapping[str, Rule]) -> Schema:
    """``schema``, of a document that holds the linter's settings, with the rules in it."""
    defs: dict[str, Schema] = schema["$defs"]
    known = {code: _rule(rule, defs) for code, rule in rules.items() if rule.check}
    written: Schema = {"type": "object", "properties": known}
    written["additionalProperties"] = {"description": "A rule of your own, or of a package."}
    for name in (LintSettings.__name__, LintPolicy.__name__):
        definition = defs.get(name)
        if definition is not None:
            described = definition["properties"]["rules"].get("description", "")
            definition["properties"]["rules"] = {"description": described, "$ref": "#/$defs/LintRules"}
    defs["LintRules"] = written
    return schema


def json_schema(rules: Mapping[str, Rule]) -> Schema:
    """The JSON Schema (2020-12) of the lint.yml of a project."""
    (reference,), components = components_of(LintPolicy)
    return with_rules(document_schema("lint.yml", components, **reference), rules)


def _rule(rule: Rule, defs: dict[str, Schema]) -> Schema:
    texts = page_of(rule).options
    options = {
        field.name: {**_type(field.type, defs), **({"description": texts[field.name]} if field.name in texts else {})}
        for field in msgspec.structs.fields(rule.options)
    }
    settings = {
        "type": "object",
        "properties": {"severity": _SEVERITIES, **options},
        "additionalProperties": False,
    }
    return {"description": rule.summary, "anyOf": [_SEVERITIES, settings]}


def _type(annotation: Any, defs: dict[str, Schema]) -> Schema:
    """The schema of an option's type; what that refers to joins ``defs``."""
    (found,), components = components_of(annotation)
    defs |= components
    return found
