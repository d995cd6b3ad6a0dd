"""Descriptions that are missing."""

from __future__ import annotations

from typing import Literal

from mesh_tools.lint.places import YamlPlace
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.subjects import Exposure, Macro, Model, Seed, Semantic, Snapshot, Source, Test, UnitTest
from mesh_tools.lint.subjects.project import text_of

_WithColumns = Literal["model", "source", "seed", "snapshot"]
_Resource = Literal["seed", "snapshot", "exposure", "semantic", "test", "unit_test"]


@rule("DOC001", "model-description-missing", severity="warn", tier="recommended")
def model_description_missing(model: Model, *, min_length: int = 1) -> Found:
    """A model has no description. Public models are the business of PUB002.

    Why:
        Who comes to the model next has to read its SQL, and that of what it reads, to know what a row is.

    Options:
        min_length: The least number of characters.

    Bad:
        models/stg_orders.yml:
            models:
              - name: stg_orders  # DOC001
        models/stg_orders.sql:
            select 1 as order_id

    Good:
        models/stg_orders.yml:
            models:
              - name: stg_orders
                description: Orders as the shop's system has them, one row for each.
        models/stg_orders.sql:
            select 1 as order_id

    To do:
        Say in a sentence what a row is, and which rows there are.
    """
    if not model.is_public and len(model.description) < min_length:
        yield model.raised(_missing("description", model.description, min_length), "description")


@rule("DOC002", "column-description-missing", severity="info", tier="strict")
def column_description_missing(
    resource: Model | Source | Seed | Snapshot,
    *,
    types: tuple[_WithColumns, ...] = ("model",),
    min_length: int = 1,
) -> Found:
    """A column that YAML names has no description. Columns of public models are the business of PUB002.

    Why:
        A name in a list says no more than the SQL does: what the value means, and when it is null, is what readers ask.

    Options:
        types: Whose columns: `model`, `source`, `seed`, `snapshot`.
        min_length: The least number of characters.

    Bad:
        models/stg_orders.yml:
            models:
              - name: stg_orders
                columns:
                  - name: order_id  # DOC002
                  - {name: status, description: "Open, paid or sent."}
        models/stg_orders.sql:
            select 1 as order_id, 'paid' as status

    Good:
        models/stg_orders.yml:
            models:
              - name: stg_orders
                columns:
                  - {name: order_id, description: Key of the order.}
                  - {name: status, description: "Open, paid or sent."}
        models/stg_orders.sql:
            select 1 as order_id, 'paid' as status

    To do:
        Describe it, or take it off the list if there is nothing to say.
    """
    if resource.kind not in types or (isinstance(resource, Model) and resource.is_public):
        return
    for column in (resource.node.columns or {}).values():
        text = text_of(column.description)
        if len(text) < min_length:
            message = f"has the column {column.name}, which {_missing('description', text, min_length)}"
            yield resource.raised(message, ("columns", column.name), key=column.name)


@rule("DOC007", "source-description-missing", severity="info", tier="strict")
def source_description_missing(
    source: Source, *, levels: tuple[Literal["source", "table"], ...] = ("source", "table"), min_length: int = 1
) -> Found:
    """A source, or a table of it, has no description.

    Why:
        What comes from outside is what the team can find out least about later: where it is from, how often it is
        loaded, what is missing in it.

    Options:
        levels: `source`: the source as a whole; `table`: each table.
        min_length: The least number of characters.

    Bad:
        models/_sources.yml:
            sources:
              - name: till  # DOC007
                tables:
                  - name: receipts  # DOC007

    Good:
        models/_sources.yml:
            sources:
              - name: till
                description: What the tills in the shops send at night.
                tables:
                  - name: receipts
                    description: One row for each receipt.

    To do:
        Say where the data is from, and what a row of the table is.
    """
    node = source.node
    whole = text_of(node.source_description)
    if "source" in levels and len(whole) < min_length and _is_first_table(source):
        message = f"is a table of the source {node.source_name}, which {_missing('description', whole, min_length)}"
        yield source.raised(message, place=source.source_place.below("description"), key="source")
    if "table" in levels and len(source.description) < min_length:
        yield source.raised(_missing("description", source.description, min_length), "description", key="table")


@rule("DOC008", "resource-description-missing", severity="info", tier="strict")
def resource_description_missing(
    resource: Seed | Snapshot | Exposure | Semantic | Test | UnitTest,
    *,
    types: tuple[_Resource, ...] = ("seed", "snapshot", "exposure", "semantic"),
    min_length: int = 1,
) -> Found:
    """A seed, a snapshot, an exposure or a metric has no description.

    Why:
        These are what people outside the team meet first: a dashboard that nobody can place, a list of codes without
        an origin.

    Options:
        types: Of `seed`, `snapshot`, `exposure`, `semantic` (metrics, semantic models, saved queries), `test` and
            `unit_test` (the data tests that are files of their own, and unit tests).
        min_length: The least number of characters.

    Bad:
        seeds/countries.csv:
            code,name
            NO,Norway
        seeds/_seeds.yml:
            seeds:
              - name: countries  # DOC008

    Good:
        seeds/countries.csv:
            code,name
            NO,Norway
        seeds/_seeds.yml:
            seeds:
              - name: countries
                description: Countries that the shop sends to, by ISO 3166.

    To do:
        Say what it is, and who needs it.
    """
    if resource.kind not in types or (isinstance(resource, Test) and resource.is_generic):
        return
    if len(resource.description) < min_length:
        yield resource.raised(_missing("description", resource.description, min_length), "description")


@rule("DOC009", "macro-description-missing", severity="info", tier="strict")
def macro_description_missing(
    macro: Macro, *, arguments: bool = True, min_length: int = 1, ignore: tuple[str, ...] = ("generate_", "test_")
) -> Found:
    """A macro, or a documented argument of it, has no description.

    Why:
        A macro is code that others call: without words they read its Jinja, or write another one.

    Options:
        arguments: Whether each argument that YAML names needs a description, too.
        min_length: The least number of characters.
        ignore: Beginnings of names that need none: what overrides dbt's own macros, and generic tests.

    Bad:
        macros/cents.sql:
            {% macro cents(column) %}({{ column }} * 100)::int{% endmacro %}
        macros/_macros.yml:
            macros:
              - name: cents  # DOC009
                arguments:
                  - name: column  # DOC009

    Good:
        macros/cents.sql:
            {% macro cents(column) %}({{ column }} * 100)::int{% endmacro %}
        macros/_macros.yml:
            macros:
              - name: cents
                description: An amount in whole cents.
                arguments:
                  - {name: column, description: An amount in euros.}

    To do:
        Describe it in a YAML file beside it, under `macros:`.
    """
    if macro.name.startswith(tuple(ignore)):
        return
    if len(macro.description) < min_length:
        yield macro.raised(_missing("description", macro.description, min_length), "description")
    for argument in (macro.node.arguments or ()) if arguments and isinstance(macro.place, YamlPlace) else ():
        text = text_of(argument.description)
        if len(text) < min_length:
            message = f"has the argument {argument.name}, which {_missing('description', text, min_length)}"
            yield macro.raised(message, ("arguments", argument.name), key=argument.name)


def _is_first_table(source: Source) -> bool:
    """So that a source is told of once, not with each of its tables."""
    for other in source.project.manifest.sources.values():
        if other.source_name == source.node.source_name and other.package_name == source.node.package_name:
            return other.unique_id == source.node.unique_id
    return False


def _missing(what: str, text: str, min_length: int) -> str:
    return f"has a {what} of {len(text)} characters, fewer than {min_length}" if text else f"has no {what}"
