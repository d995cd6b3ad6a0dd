"""Who reads sources, and what of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from mesh_tools.artifacts.manifest import ModelNode, SnapshotNode
from mesh_tools.lint.matching import is_wholly
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.services import Lineage
from mesh_tools.lint.subjects import Project, Source


@rule("SRC004", "source-unused", severity="warn", tier="recommended")
def source_unused(source: Source, *, min: int = 1) -> Found:  # noqa: A002 - the option's name
    """Nothing reads a source.

    Tests of it do not count.

    Why:
        It is loaded, paid for and watched for nothing; or a model reads the table without its declaration.

    Options:
        min: How many models, snapshots, exposures must read it at least.

    Bad:
        models/_sources.yml:
            sources:
              - name: till
                tables:
                  - name: receipts  # SRC004

    Good:
        models/_sources.yml:
            sources:
              - name: till
                tables:
                  - name: receipts
        models/stg_receipts.sql:
            select * from {{ source('till', 'receipts') }}

    To do:
        Remove the declaration, or read it with `source()`.
    """
    count = len(source.children)
    if count < min:
        yield source.raised("is read by nothing" if not count else f"has {count} readers, fewer than {min}")


@rule("SRC005", "source-fanout", severity="warn", tier="strict")
def source_fanout(source: Source, *, max: int = 1) -> Found:  # noqa: A002 - the option's name
    """Several models read a source.

    Versions of a model count as one.

    Why:
        Each of them cleans the data in its own way, and a change of the source is mended in several places.

    Options:
        max: How many models may read it.

    Bad:
        models/_sources.yml:
            sources:
              - name: till
                tables:
                  - name: receipts  # SRC005
        models/stg_receipts.sql:
            select * from {{ source('till', 'receipts') }}
        models/turnover.sql:
            select sum(amount) as turnover from {{ source('till', 'receipts') }}

    Good:
        models/_sources.yml:
            sources:
              - name: till
                tables:
                  - name: receipts
        models/stg_receipts.sql:
            select * from {{ source('till', 'receipts') }}
        models/turnover.sql:
            select sum(amount) as turnover from {{ ref('stg_receipts') }}

    To do:
        Let one staging model read the source, and all others that model.
    """
    if len(source.children) > max:
        names = sorted({reader.name for reader in _readers(source) if isinstance(reader, ModelNode)})
        if len(names) > max:
            yield source.raised(f"is read by {len(names)} models, more than {max}: {', '.join(names)}")


@rule("SRC006", "source-used-outside-its-directory", severity="info", tier="opt-in")
def source_used_outside_its_directory(source: Source, *, below: bool = True) -> Found:
    """A model reads a source that is declared in another directory.

    Why:
        The declaration stands beside the models that clean its data: so who changes one sees the other.

    Options:
        below: Whether models may lie in folders below that of the declaration.

    Bad:
        mesh.yml:
            lint: {rules: {SRC006: warn}}
        models/staging/till/_sources.yml:
            sources:
              - name: till
                tables:
                  - name: receipts  # SRC006
        models/marts/turnover.sql:
            select sum(amount) as turnover from {{ source('till', 'receipts') }}

    Good:
        mesh.yml:
            lint: {rules: {SRC006: warn}}
        models/staging/till/_sources.yml:
            sources:
              - name: till
                tables:
                  - name: receipts
        models/staging/till/stg_till__receipts.sql:
            select * from {{ source('till', 'receipts') }}

    To do:
        Read the staging model of that directory, or move the declaration.
    """
    folder = PurePosixPath(source.path).parent
    outside = []
    for reader in _readers(source):
        other = PurePosixPath(reader.original_file_path).parent
        if other != folder and not (below and folder in other.parents):
            outside.append(reader.name)
    if outside:
        yield source.raised(f"is declared in {folder}, and read outside of it by {', '.join(sorted(set(outside)))}")


def _readers(source: Source) -> Iterator[ModelNode | SnapshotNode]:
    """The models and snapshots that read it."""
    for unique_id in source.children:
        node = source.project.resources.get(unique_id)
        if isinstance(node, (ModelNode, SnapshotNode)):
            yield node


@rule("SRC007", "source-column-unused", severity="info", tier="opt-in")
def source_column_unused(source: Source, lineage: Lineage, *, ignore: str = "") -> Found:
    """No model uses a column that is declared of a source.

    Where the SQL of one of the readers cannot be traced, nothing is said of the source.

    Why:
        A declared column is promised to be there, described and often tested: for whom?

    Options:
        ignore: A regular expression of columns that nobody has to use.

    Bad:
        compile:
        mesh.yml:
            lint: {rules: {SRC007: warn}}
        models/_sources.yml:
            sources:
              - name: till
                tables:
                  - name: receipts
                    columns:
                      - name: receipt_id
                      - name: printer  # SRC007
        models/stg_receipts.sql:
            select receipt_id from {{ source('till', 'receipts') }}

    Good:
        compile:
        mesh.yml:
            lint: {rules: {SRC007: warn}}
        models/_sources.yml:
            sources:
              - name: till
                tables:
                  - name: receipts
                    columns:
                      - name: receipt_id
                      - name: is_void
        models/stg_receipts.sql:
            select receipt_id from {{ source('till', 'receipts') }} where not is_void

    To do:
        Remove the column's entry, or use it.
    """
    used = _used_columns(source, lineage) if source.node.columns else None
    if used is None:
        return
    for column in source.node.columns or {}:
        if column.lower() not in used and not (ignore and is_wholly(ignore, column)):
            yield source.raised(f"has the column {column}, which no model uses", ("columns", column), key=column)


def _used_columns(source: Source, lineage: Lineage) -> set[str] | None:
    """In lower case; ``None`` when nothing reads the source, or something does of which it is not known how."""
    node, used = source.node.unique_id, set[str]()
    readers = _traced_readers(source.node.unique_id, source.project, set())
    for unique_id in readers:
        traced = lineage.models.get(unique_id)
        columns = traced.used_columns(node) if traced else None
        if traced is None or columns is None or any(read.node == node for read in traced.hazards):
            return None
        used.update(column.lower() for column in columns)
    return used if readers else None


def _traced_readers(unique_id: str, project: Project, found: set[str]) -> set[str]:
    """Those that read it; instead of ephemeral models those whose SQL holds theirs."""
    for reader in project.children.get(unique_id, ()):
        model = project.models_by_id.get(reader)
        if model is not None and model.materialized == "ephemeral":
            _traced_readers(reader, project, found)
        else:
            found.add(reader)
    return found
