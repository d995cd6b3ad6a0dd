"""Names of everything that is no model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from mesh_tools.lint.matching import is_wholly
from mesh_tools.lint.regexes import Regex
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.subjects import (
    Exposure,
    Group,
    Macro,
    Project,
    Seed,
    Semantic,
    Snapshot,
    Source,
    Test,
    UnitTest,
)

_SNAKE_CASE = "[a-z_][a-z0-9_]*"
_KINDS = "exposure group macro metric project saved_query seed semantic_model snapshot source"
_DEFAULT: Mapping[str, str] = MappingProxyType(dict.fromkeys(_KINDS.split(), _SNAKE_CASE))
_SEMANTIC = {"metrics": "metric", "saved_queries": "saved_query"}

_Named = Exposure | Group | Macro | Project | Seed | Semantic | Snapshot | Source | Test | UnitTest


@rule("NAM007", "resource-name-pattern", severity="warn", tier="strict")
def resource_name_pattern(
    resource: Exposure | Group | Macro | Project | Seed | Semantic | Snapshot | Source | Test | UnitTest,
    *,
    patterns: Mapping[str, Regex] | None = None,
) -> Found:
    """A seed, snapshot, source, macro, exposure, test, metric, group or the project is not called as its kind is to be.

    Unless a pattern is set, names of all but tests and tables of sources are in lower case, with underscores.

    Why:
        Names that follow one pattern can be guessed, sorted and searched.

    Options:
        patterns: By kind a regular expression that the whole name matches: `exposure`, `group`, `macro`, `metric`,
            `project`, `saved_query`, `seed`, `semantic_model`, `snapshot`, `source`, `source_table`, `test`,
            `unit_test`. Kinds that are not named keep their default.

    Bad:
        seeds/countryCodes.csv:
            code
            DE
        seeds/seeds.yml:
            seeds:
              - name: countryCodes  # NAM007
        models/sources.yml:
            sources:
              - name: Till  # NAM007
                tables: [{name: receipts}, {name: Returns}]
        macros/toEuro.sql:
            {% macro toEuro(cents) %}{{ cents }} / 100{% endmacro %}  -- NAM007

    Good:
        seeds/country_codes.csv:
            code
            DE
        models/sources.yml:
            sources:
              - name: till
                tables: [{name: receipts}, {name: Returns}]
        macros/to_euro.sql:
            {% macro to_euro(cents) %}{{ cents }} / 100{% endmacro %}

    To do:
        Rename it, and whatever refers to it.
    """
    for kind, name in _names(resource):
        pattern = (patterns or _DEFAULT).get(kind) or _DEFAULT.get(kind)
        if pattern is not None and not is_wholly(pattern, name):
            message = f"is a {kind.replace('_', ' ')} whose name does not match '{pattern}'"
            if kind != "source" or not isinstance(resource, Source):
                yield resource.raised(message, key=kind)
            elif _is_first_table(resource):
                message = f"is of a source whose name does not match '{pattern}'"
                yield resource.raised(message, place=resource.source_place, key=kind)


def _names(resource: _Named) -> Iterator[tuple[str, str]]:
    if isinstance(resource, Source):
        yield "source", resource.node.source_name
        yield "source_table", resource.name
    elif isinstance(resource, Semantic):
        yield _SEMANTIC.get(resource.section, "semantic_model"), resource.name
    else:
        yield resource.kind, resource.name


def _is_first_table(source: Source) -> bool:
    """Whether it is the first table of its source in the manifest: a source is told once."""
    firsts = source.project.once("NAM007", lambda: _first_tables(source.project))
    return firsts.get(source.node.source_name) == source.node.unique_id


def _first_tables(project: Project) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in project.manifest.sources.values():
        if node.package_name == project.name:
            found.setdefault(node.source_name, node.unique_id)
    return found
