"""What several projects declare, each in its own way: sources, and versions of packages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from msgspec import Struct

from mesh_tools.artifacts.manifest import SourceNode
from mesh_tools.lint.places import Place, YamlPlace
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.services import Files
from mesh_tools.lint.subjects import Mesh, MeshProject
from mesh_tools.lint.subjects.mesh import Member
from mesh_tools.lint.subjects.node import subject_of
from mesh_tools.lint.subjects.packages import Pinned, packages_of
from mesh_tools.sqltypes import compare_types


@rule("OWN003", "source-declared-twice", severity="warn", tier="recommended", side="mesh")
def source_declared_twice(project: MeshProject) -> Found:
    """Several domains declare the same physical source, and do not agree about it.

    They may read the same table; but its freshness, its loader and the types of its columns are what they are. The
    domain that comes first by name is taken at its word, and the others are told.

    Why:
        One of the declarations is wrong, and nobody knows which; an alarm that one domain raises means nothing to the
        other.

    Bad:
        sales/models/raw.yml:
            sources:
              - name: raw
                loader: nightly_export
                tables: [{name: orders}]
        shop/models/raw.yml:
            sources:
              - name: raw
                loader: change_capture  # OWN003
                tables:
                  - name: orders

    Good:
        sales/models/raw.yml:
            sources:
              - name: raw
                loader: change_capture
                tables: [{name: orders}]
        shop/models/raw.yml:
            sources:
              - name: raw
                loader: change_capture
                tables: [{name: orders}]

    To do:
        Let one domain own the source and offer a product that is made of it, which the others ref. Until then, make the
        declarations agree.
    """
    mesh = project.mesh
    firsts = mesh.once("OWN003", lambda: _first_declarations(mesh))
    for source in project.member.sources:
        relation = _relation(source)
        first = firsts.get(relation) if relation else None
        if first is None or mesh.domain_of(first.member.name) == project.domain:
            continue
        found = list(_disagreements(source, first, project.member))
        if found:
            other = f"{first.member.name}.{first.source.source_name}.{first.source.name}"
            words = "; ".join(words for words, _ in found)
            subject = subject_of(project.member.summary.nodes[source.unique_id])
            yield subject.raised(
                f"is the same table as {other}, which is declared otherwise: {words}", place=found[0][1]
            )


_Where = tuple[str, ...]
"""Database, schema and identifier, or the file that is read."""


class _Declared(Struct, frozen=True):
    source: SourceNode
    member: Member


def _first_declarations(mesh: Mesh) -> dict[_Where, _Declared]:
    found: dict[_Where, _Declared] = {}
    for _, name in sorted((mesh.domain_of(name), name) for name in mesh.members):
        member = mesh.members[name]
        for source in member.sources:
            if (relation := _relation(source)) is not None:
                found.setdefault(relation, _Declared(source, member))
    return found


def _relation(source: SourceNode) -> _Where | None:
    if source.plugin or not source.schema:  # what a plugin loads has no relation of its own
        return None
    if (name := source.relation_name) and ("/" in name or "(" in name):  # DuckDB reads a file in its place
        return (name,)
    return (source.database or "").lower(), source.schema.lower(), (source.identifier or source.name).lower()


def _disagreements(source: SourceNode, first: _Declared, member: Member) -> Iterator[tuple[str, Place]]:
    """What differs, in words, and where it stands here."""
    other = first.source
    table = YamlPlace(file=source.original_file_path, steps=(("sources", source.source_name), ("tables", source.name)))
    whole = YamlPlace(file=source.original_file_path, steps=(("sources", source.source_name),))
    if source.has_freshness != other.has_freshness or (source.has_freshness and source.freshness != other.freshness):
        yield f"freshness ({_freshness(source)} here, {_freshness(other)} there)", table.below("freshness")
    if source.loader and other.loader and source.loader != other.loader:
        yield f"loader ({source.loader} here, {other.loader} there)", whole.below("loader")
    theirs = {name.lower(): column.data_type for name, column in (other.columns or {}).items()}
    for name, column in (source.columns or {}).items():
        there = theirs.get(name.lower())
        if column.data_type and there and not _alike(column.data_type, there, member, first.member):
            place = table.below(("columns", column.name), "data_type")
            yield f"column {column.name} ({column.data_type} here, {there} there)", place


def _alike(here: str, there: str, member: Member, other: Member) -> bool:
    if member.adapter != other.adapter:
        return True  # each warehouse has names of its own
    return compare_types(there, here, member.adapter).kind == "same"


def _freshness(source: SourceNode) -> str:
    freshness = source.freshness
    limits = (("warn", freshness.warn_after), ("error", freshness.error_after)) if freshness else ()
    texts = [f"{word} after {limit.count} {limit.period}" for word, limit in limits if limit and limit.count]
    return ", ".join(texts) or "none"


@rule("OWN004", "package-version-skew", severity="info", tier="strict", side="mesh")
def package_version_skew(project: MeshProject, files: Files) -> Found:
    """A project installs an older version of a package than another one does.

    Versions are those of `package-lock.yml`, else those that `packages.yml` asks for; of a package in a folder that of
    its `dbt_project.yml`.

    Why:
        One macro then means two things in one mesh: keys are hashed, dates are cut and tests count in two ways, and
        models that look alike do not fit together.

    Bad:
        shop/vendor/money/dbt_project.yml:
            {name: money, version: 1.0.0}
        shop/packages.yml:
            packages:
              - local: vendor/money  # OWN004
        sales/vendor/money/dbt_project.yml:
            {name: money, version: 1.2.0}
        sales/packages.yml:
            packages:
              - local: vendor/money

    Good:
        shop/vendor/money/dbt_project.yml:
            {name: money, version: 1.2.0}
        shop/packages.yml:
            packages:
              - local: vendor/money
        sales/vendor/money/dbt_project.yml:
            {name: money, version: 1.2.0}
        sales/packages.yml:
            packages:
              - local: vendor/money

    To do:
        Move to the version that the others have, and run `dbt deps`.
    """
    mesh = project.mesh
    newest = mesh.once("OWN004", lambda: _newest(mesh))
    for name, pinned in packages_of(files.root).items():
        others, best = newest.get(name, ("", pinned))
        if others != project.name and pinned.version != best.version and pinned.order != best.order:
            yield project.raised(
                f"has {name} {pinned.version}, {others} has {best.version}", place=pinned.place, key=name
            )


def _newest(mesh: Mesh) -> dict[str, tuple[str, Pinned]]:
    """The project that has the newest version of each package, and that; of what cannot be compared the first."""
    found: defaultdict[str, list[tuple[str, Pinned]]] = defaultdict(list)
    for name, member in sorted(mesh.members.items()):
        for package, pinned in (packages_of(member.root) if member.root else {}).items():
            found[package].append((name, pinned))
    return {package: max(users, key=lambda user: user[1].order or ()) for package, users in found.items()}
