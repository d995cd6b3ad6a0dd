"""Renders an upstream interface as a dbt package of empty stubs, so that refs to it resolve.

The package is named like the producer and holds, for each product wanted, an empty model file under the producer's own
path (dbt never runs a model whose SQL is blank), one YAML file with everything that is promised, and macros that
put each stub where the producer's relation lies. Rendering is pure: the same input gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

from msgspec import Struct

from mesh_tools.interface.document.yaml_writer import dump
from mesh_tools.interface.package.files import GENERATED
from mesh_tools.interface.package.macros import ANY_ENVIRONMENT, Relations, guarded_columns, render_macros
from mesh_tools.interface.package.neutralise import plain
from mesh_tools.mesh.config import Guards
from mesh_tools.mesh.summary import STUB_TAG
from mesh_tools.model.interface import (
    Column,
    Guarantee,
    Interface,
    Product,
    ProductVersion,
    Relation,
    product_key,
)
from mesh_tools.model.names import check_project_name, check_relative_path, check_resource_name

# Both engines stop at anything else.
_ISO_DATE = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])\Z")
_CONSTRAINT_TYPES = {"not_null": "not_null", "unique": "unique", "primary_key": "primary_key", "check": "check"}


class PackageSettings(Struct, frozen=True, kw_only=True):
    """How stubs behave.

    Attributes:
        default_environment: Its relations stand in each stub's config.
        fallback: Whether an environment without relations uses those of the default one.
        guards: Test on each stub.
        built_here: Whether `mesh build` can build the producer.
    """

    default_environment: str
    fallback: bool = False
    guards: Guards = "exists"
    built_here: bool = True


def render_package(
    interface: Interface, wanted: Iterable[Product], relations: Relations, settings: PackageSettings
) -> dict[str, str]:
    """The files of a package, by path below its folder.

    Args:
        interface: Of the producer.
        wanted: The products that get stubs.
        relations: Environment by environment, product key by product key.
        settings: How stubs behave.

    Raises:
        MeshError: a name in the interface may not become a file or an identifier.
    """
    project = check_project_name(interface.project)
    products = sorted(wanted, key=lambda product: product.name)
    files = {"dbt_project.yml": GENERATED + dump(_project_file(project))}
    models: list[dict[str, Any]] = []
    for product in products:
        check_resource_name(product.name)
        for version in product.versions:
            if version.v is not None:
                check_resource_name(str(version.v), what="version")
            files[_stub_path(version)] = ""
        models.append(_model(interface, product, relations, settings))
    groups = [_group(interface, name) for name in sorted({p.group for p in products if p.group})]
    document: dict[str, Any] = {"version": 2, **({"groups": groups} if groups else {})}
    if models:
        document["models"] = models
    files["models/_mesh_interface.yml"] = GENERATED + dump(document)
    columns = {
        product_key(product.name, version.v): guarded_columns(version.columns, interface.adapter)
        for product in products
        for version in product.versions
        if settings.guards == "columns"
    }
    fallback = settings.default_environment if settings.fallback else None
    files["macros/mesh.sql"] = render_macros(
        project, _by_stem_too(products, relations), columns, fallback, built_here=settings.built_here
    )
    return files


def _by_stem_too(products: Iterable[Product], relations: Relations) -> Relations:
    """The relations under the stems of the stubs too: dbt 1 first names a versioned model after its file."""
    keys = ((product_key(p.name, v.v), PurePosixPath(_stub_path(v)).stem) for p in products for v in p.versions)
    wanted = {name: relations[key] for key, stem in keys if key in relations for name in (stem, key)}
    return dict(sorted(wanted.items()))


def _project_file(project: str) -> dict[str, Any]:
    return {
        "name": project,
        "version": "1.0.0",
        "config-version": 2,
        # Only public stubs are here. With `true`, unit tests that mock one fail on dbt 1.
        "restrict-access": False,
        "model-paths": ["models"],
        "macro-paths": ["macros"],
    }


def _stub_path(version: ProductVersion) -> str:
    parts = check_relative_path(version.path)
    return str(PurePosixPath("models", *parts).with_suffix(".sql"))


def _group(interface: Interface, name: str) -> dict[str, Any]:
    check_resource_name(name, what="group")
    group = next((group for group in interface.groups if group.name == name), None)
    owner = group.owner if group else interface.owner
    known = {"name": owner.name or interface.project, "email": owner.email}
    entry: dict[str, Any] = {"name": name, "owner": plain({k: v for k, v in known.items() if v})}
    if owner.channel:
        entry["config"] = {"meta": plain({"channel": owner.channel})}
    return entry


def _model(interface: Interface, product: Product, relations: Relations, settings: PackageSettings) -> dict[str, Any]:
    if not product.is_versioned:
        version = product.versions[0]
        return {"name": product.name, **_body(interface, product, version, relations, settings)}
    latest = product.latest_version
    return {
        "name": product.name,
        "latest_version": latest.v,
        "description": plain(latest.description),
        "config": _shared_config(product),
        "versions": [
            {
                "v": version.v,
                "defined_in": PurePosixPath(_stub_path(version)).stem,
                **_body(interface, product, version, relations, settings),
            }
            for version in product.versions
        ],
    }


def _shared_config(product: Product) -> dict[str, Any]:
    return {"access": "public", **({"group": product.group} if product.group else {})}


def _body(
    interface: Interface,
    product: Product,
    version: ProductVersion,
    relations: Relations,
    settings: PackageSettings,
) -> dict[str, Any]:
    key = product_key(product.name, version.v)
    body: dict[str, Any] = {
        "description": plain(version.description),
        "config": {
            **_shared_config(product),
            **_location(_default_relation(relations, key, settings)),
            "materialized": "table",
            "contract": {"enforced": version.contract},
            "tags": [*plain(version.tags), STUB_TAG],
            "meta": {**plain(version.meta), "mesh": _mesh_meta(interface, product, version)},
        },
    }
    if version.deprecation_date and _ISO_DATE.match(version.deprecation_date):
        body["deprecation_date"] = version.deprecation_date
    if constraints := [_constraint(g) for g in _model_constraints(version)]:
        body["constraints"] = constraints
    body["columns"] = [_column(column, version) for column in version.columns]
    if settings.guards != "off":
        name = f"mesh_guard_{interface.project}_{key}".replace(".", "_").replace("-", "_").replace(" ", "_")
        body["data_tests"] = [{"mesh_guard": {"name": name, "arguments": {"product": key}}}]
    return body


def _mesh_meta(interface: Interface, product: Product, version: ProductVersion) -> dict[str, Any]:
    key = product_key(product.name, version.v)
    return {
        "project": interface.project,
        "unique_id": f"model.{interface.project}.{key}",
        "materialized": plain(version.materialized),
        "semantic_version": plain(version.semantic_version),
        "fingerprint": plain(interface.fingerprint),
    }


def _default_relation(relations: Relations, key: str, settings: PackageSettings) -> Relation | None:
    of_key: Mapping[str, Relation] = relations.get(key, {})
    return of_key.get(settings.default_environment) or of_key.get(ANY_ENVIRONMENT) or next(iter(of_key.values()), None)


def _location(relation: Relation | None) -> dict[str, Any]:
    """The relation as config too, since that is what dbt's ``state:modified`` compares."""
    if relation is None:
        return {}
    parts = {"database": relation.database, "schema": relation.schema, "alias": relation.identifier}
    return {name: plain(part) for name, part in parts.items() if part}


def _column(column: Column, version: ProductVersion) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": plain(column.name)}
    if column.data_type:
        entry["data_type"] = plain(column.data_type)
    entry["description"] = plain(column.description)
    if column.quote:
        entry["quote"] = True
    if constraints := [_constraint(g) for g in _constraints(version) if g.columns == (column.name,)]:
        entry["constraints"] = constraints
    promises = {name: value for name in _COLUMN_PROMISES if (value := getattr(column, name))}
    meta = {**column.meta, **({"mesh": promises} if promises else {})}
    config = {"meta": plain(meta), "tags": plain(column.tags)}
    if config := {name: value for name, value in config.items() if value}:
        entry["config"] = config
    return entry


_COLUMN_PROMISES = ("unit", "classification", "semantic_type", "deprecated_until")


def _constraints(version: ProductVersion) -> list[Guarantee]:
    """Those that a stub's YAML can repeat. dbt takes no second primary key, so that stays where its columns are."""
    return [g for g in version.guarantees if g.carrier == "constraint" and g.kind in _CONSTRAINT_TYPES]


def _model_constraints(version: ProductVersion) -> list[Guarantee]:
    names = {column.name for column in version.columns}
    return [g for g in _constraints(version) if len(g.columns) != 1 or g.columns[0] not in names]


def _constraint(guarantee: Guarantee) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "type": _CONSTRAINT_TYPES[guarantee.kind],
        "warn_unsupported": False,
        "warn_unenforced": False,
    }
    if len(guarantee.columns) != 1:
        entry["columns"] = plain(guarantee.columns)
    if expression := guarantee.arguments.get("expression"):
        entry["expression"] = plain(expression)
    return entry
