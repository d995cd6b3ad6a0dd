"""Whether what a project reads is declared, is there, and is read in one place."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from mesh_tools.lint.fixes.fix import CutKey, InsertItem, Together
from mesh_tools.lint.places import YamlPlace
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.services import Unavailable
from mesh_tools.lint.subjects import CrossRef, MeshProject
from mesh_tools.model.project import InstalledPackage, Project

_BUILDS = frozenset({"model", "snapshot"})


@rule("REF006", "dependency-not-declared", severity="error", tier="recommended", side="consumer")
def dependency_not_declared(project: MeshProject) -> Found:
    """A project reads another that its dependencies.yml does not declare; or declares one that it does not read.

    The second is an info, unless the policy names a severity. To install another project of the mesh as a package is
    no declaration: that brings all its models, private ones too.

    Why:
        Builds, permissions and the graph of projects go by what is declared.

    Bad:
        shop/models/orders.yml:
            models:
              - name: orders
                config: {access: public}
        shop/models/orders.sql:
            select 1 as order_id
        stock/models/items.sql:
            select 1 as item_id
        sales/dependencies.yml:
            projects:
              - name: stock  # REF006
            packages:
              - local: ../shop
              - local: .mesh/stock
        sales/models/report.sql:
            select order_id
            from {{ ref('orders') }}  -- REF006

    Good:
        shop/models/orders.yml:
            models:
              - name: orders
                config: {access: public}
                columns: [{name: order_id, data_type: integer}]
        shop/models/orders.sql:
            select 1 as order_id
        sales/dependencies.yml:
            projects:
              - name: shop
        sales/models/report.sql:
            select order_id
            from {{ ref('shop', 'orders') }}

    To do:
        Name the project under `projects` of dependencies.yml, and run `mesh sync`; or take it out. `mesh lint --fix`
        adds it where its package is installed, and takes out what is unused with its package, unless that is the
        only one.
    """
    files = project.member.files
    if files is None:
        raise Unavailable("the project's files, in a mesh")
    read: dict[str, CrossRef] = {}
    for ref in project.reads:
        if ref.edge != "source":  # REF002
            read.setdefault(ref.producer.project, ref)
    for upstream, ref in read.items():
        if upstream not in files.upstream_names:
            message = f"reads {ref.producer.label}, and its dependencies.yml does not declare {upstream}"
            yield project.raised(message, place=ref.place, key=upstream, fix=_declaration(upstream, files))
    for upstream in files.upstream_names:
        if upstream not in read:
            message = f"declares {upstream}, and reads nothing of it"
            place = project.declaration(upstream)
            yield project.raised(
                message, place=place, key=upstream, severity="info", fix=_removal(place, upstream, files)
            )


def _removal(place: YamlPlace, upstream: str, files: Project) -> CutKey | Together | None:
    """The interface package goes with the declaration: the next `mesh sync` makes none."""
    package = _package(upstream, files)
    cut = CutKey(place=place)
    if package is None:
        return cut
    if len(files.packages) == 1:
        return None  # without any package dbt does not write package-lock.yml anew, and goes on looking for this one
    entry = YamlPlace(file=Path(package.where.path).name, steps=(("packages", package.source),))
    return Together(fixes=(cut, CutKey(place=entry)))


def _package(upstream: str, files: Project) -> InstalledPackage | None:
    source = f".mesh/{upstream}"
    return next((one for one in files.packages if one.kind == "local" and one.source.endswith(source)), None)


def _declaration(upstream: str, files: Project) -> InsertItem | None:
    """Where the interface package is installed, only the declaration is missing."""
    if _package(upstream, files) is None:
        return None
    return InsertItem(place=YamlPlace(file="dependencies.yml"), steps=("projects",), value={"name": upstream})


@rule("REF008", "ref-to-nothing", severity="error", tier="starter", side="mesh")
def ref_to_nothing(project: MeshProject) -> Found:
    """A ref means what no project has, or not any more: one of the two manifests is stale.

    A ref without a version has to mean the latest one; if the manifest of the consumer says otherwise, it was parsed
    before that was released.

    Why:
        The next build fails; and what other rules say about this ref is about things as they were.

    Bad:
        shop/models/items.sql:
            select 1 as item_id
        sales/dependencies.yml:
            packages:
              - local: old/shop
        sales/old/shop/dbt_project.yml:
            name: shop
            models: {+tags: [mesh_external]}
        sales/old/shop/models/orders.sql:
            select 1 as order_id
        sales/models/report.sql:
            select order_id
            from {{ ref('orders') }}  -- REF008

    Good:
        shop/models/orders.yml:
            models:
              - name: orders
                config: {access: public}
                columns: [{name: order_id, data_type: integer}]
        shop/models/orders.sql:
            select 1 as order_id
        sales/models/report.sql:
            select order_id
            from {{ ref('shop', 'orders') }}

    To do:
        Run `mesh sync` and `dbt parse`, or `mesh build`, in the producer and then in the consumer; then mend the refs
        that are refused.
    """
    for ref in project.mesh.dangling.get(project.name, ()):
        yield ref.raised(_absence(ref))
    for ref in project.reads:
        if ref.edge != "source" and not ref.is_pinned:
            found = ref.promise
            latest = found[0].latest if found else None
            if latest is not None and str(latest) != str(ref.producer.v):
                yield ref.raised(f"follows the latest version, which is v{latest} by now: the manifest is stale")


def _absence(ref: CrossRef) -> str:
    producer = ref.producer
    if producer.project not in ref.mesh.members:
        return f"reads a project, {producer.project}, of which there is neither a manifest nor an interface"
    interface = ref.mesh.interfaces.get(producer.project)
    product = interface.product(producer.name) if interface else None
    if product is not None and product.is_versioned:
        versions = ", ".join(f"v{version.v}" for version in product.versions)
        return f"reads a version that {producer.project} does not have: it has {versions}"
    return f"reads what {producer.project} does not have"


@rule("REF009", "product-read-in-many-places", severity="info", tier="strict", side="consumer")
def product_read_in_many_places(project: MeshProject, *, max_places: int = 3) -> Found:
    """Many models of a project read the same product of another, with no model of its own in between.

    Why:
        When the product gets a new version, each of these places has to change. One staging model, which renames and
        filters what the project needs, is one place.

    Options:
        max_places: How many models may read it.

    Bad:
        mesh.yml:
            lint: {rules: {REF009: {max_places: 1}}}
        shop/models/orders.yml:
            models:
              - name: orders
                config: {access: public}
                columns: [{name: order_id, data_type: integer}]
        shop/models/orders.sql:
            select 1 as order_id
        sales/models/monthly.sql:
            select order_id from {{ ref('shop', 'orders') }}  -- REF009
        sales/models/weekly.sql:
            select order_id from {{ ref('shop', 'orders') }}

    Good:
        mesh.yml:
            lint: {rules: {REF009: {max_places: 1}}}
        shop/models/orders.yml:
            models:
              - name: orders
                config: {access: public}
                columns: [{name: order_id, data_type: integer}]
        shop/models/orders.sql:
            select 1 as order_id
        sales/models/stg_orders.sql:
            select order_id from {{ ref('shop', 'orders') }}
        sales/models/monthly.sql:
            select order_id from {{ ref('stg_orders') }}
        sales/models/weekly.sql:
            select order_id from {{ ref('stg_orders') }}

    To do:
        Make a staging model that reads the product, and let the others read that.
    """
    places: defaultdict[str, list[CrossRef]] = defaultdict(list)
    for ref in project.reads:
        if ref.edge == "ref" and ref.consumer.resource_type in _BUILDS:
            places[ref.producer.key].append(ref)
    for refs in places.values():
        if len(refs) > max_places:
            producer, names = refs[0].producer.label, ", ".join(ref.consumer.name for ref in refs)
            yield project.raised(f"reads {producer} in {len(refs)} models: {names}", place=refs[0].place, key=producer)
