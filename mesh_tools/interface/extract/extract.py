"""Makes a project's interface from its manifest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec

from mesh_tools import __version__
from mesh_tools.artifacts.manifest import (
    ColumnNode,
    GroupNode,
    Manifest,
    ModelNode,
    TestNode,
    own_meta,
    own_tags,
)
from mesh_tools.errors import Location, MeshError, did_you_mean
from mesh_tools.interface.document import sealed
from mesh_tools.interface.extract.consumptions import consumptions_of
from mesh_tools.interface.extract.guarantees import grain_of, guarantees_of, not_null_columns
from mesh_tools.interface.extract.owners import owner_from
from mesh_tools.model.interface import (
    Access,
    Column,
    Group,
    Interface,
    Owner,
    Product,
    ProductVersion,
    Relation,
    Version,
    product_key,
    withheld_key,
)
from mesh_tools.model.meta import ColumnMeta, ModelMeta
from mesh_tools.sqltypes import canonical_type

M = TypeVar("M", ModelMeta, ColumnMeta)

FIRST_SEMANTIC_VERSION = "{major}.0.0"
_ISO_DATE = len("2027-01-31")  # dbt 1 writes a time behind it


def interface_of(manifest: Manifest, *, domain: str | None = None, accepted: Interface | None = None) -> Interface:
    """The interface that a manifest describes, in the order of documents, sealed with its fingerprint.

    Args:
        manifest: Of the producer itself.
        domain: That owns the project. Default: the project's name.
        accepted: The interface that was accepted before; semantic versions go on from it.

    Returns:
        The interface, with relations and withheld names: what a registry holds.

    Raises:
        MeshError: ``meta.mesh`` of a public model is wrong; with the file.
    """
    return sealed(unsealed_interface_of(manifest, domain=domain, accepted=accepted))


def unsealed_interface_of(
    manifest: Manifest, *, domain: str | None = None, accepted: Interface | None = None
) -> Interface:
    """The same without a fingerprint, in the order of the manifest: for who looks at it once, and at many.

    Raises:
        MeshError: see :func:`interface_of`.
    """
    tests = _tests_by_model(manifest)
    groups = _groups(manifest)
    public: defaultdict[str, list[ModelNode]] = defaultdict(list)
    withheld: dict[str, Access] = {}
    for model in manifest.own_models():
        if model.is_public:
            public[model.name].append(model)
        else:
            access: Access = "private" if model.access == "private" else "protected"
            withheld[withheld_key(manifest.project, model.name)] = access
    products = tuple(_product(models, tests, groups, manifest, accepted) for _, models in sorted(public.items()))
    return Interface(
        project=manifest.project,
        domain=domain or manifest.project,
        owner=_project_owner(groups.values(), products),
        adapter=manifest.metadata.adapter_type,
        dbt_version=manifest.metadata.dbt_version,
        mesh_version=__version__,
        groups=tuple(groups[name] for name in sorted({p.group for p in products if p.group in groups})),
        products=products,
        consumptions=consumptions_of(manifest),
        relations={
            product_key(model.name, model.version): Relation(
                database=model.database,
                schema=model.schema,
                identifier=model.alias or model.name,
                grants=model.config.grants,
            )
            for models in public.values()
            for model in models
        },
        withheld=withheld,
    )


def _tests_by_model(manifest: Manifest) -> dict[str, list[TestNode]]:
    tests: defaultdict[str, list[TestNode]] = defaultdict(list)
    for test in manifest.tests():
        if test.attached_node:
            tests[test.attached_node].append(test)
    return tests


def _groups(manifest: Manifest) -> dict[str, Group]:
    return {
        group.name: Group(name=group.name, owner=_group_owner(group), description=(group.description or "").strip())
        for group in manifest.groups.values()
        if group.package_name == manifest.project
    }


def _group_owner(group: GroupNode) -> Owner:
    return owner_from(group.owner or {}, (group.config.meta if group.config else None) or {})


def _project_owner(groups: Iterable[Group], products: tuple[Product, ...]) -> Owner:
    """The owner of most products; of the only group when there are none yet."""
    owners = [product.owner for product in products] or [group.owner for group in groups]
    return max(owners, key=owners.count) if owners else Owner()


def _product(
    models: list[ModelNode],
    tests: dict[str, list[TestNode]],
    groups: dict[str, Group],
    manifest: Manifest,
    accepted: Interface | None,
) -> Product:
    models = sorted(models, key=lambda model: _version_order(model.version))
    newest = models[-1]
    metas = [_meta(model.meta or {}, ModelMeta, model, "model") for model in models]
    group = groups.get(newest.group or "")
    known = accepted.product(newest.name) if accepted else None
    return Product(
        name=newest.name,
        latest=newest.latest_version,
        group=newest.group,
        owner=metas[-1].owner or (group.owner if group else Owner()),
        allowed_consumers=metas[-1].allowed_consumers,
        renamed_from=metas[-1].renamed_from,
        versions=tuple(
            _version(model, meta, tests.get(model.unique_id, []), manifest, known)
            for model, meta in zip(models, metas, strict=True)
        ),
    )


def _version(
    model: ModelNode, meta: ModelMeta, tests: list[TestNode], manifest: Manifest, known: Product | None
) -> ProductVersion:
    _check_columns(model, meta)
    guarantees = guarantees_of(model, tests, manifest)
    filled = not_null_columns(guarantees)
    return ProductVersion(
        v=model.version,
        semantic_version=_semantic_version(model.version, known),
        path=model.path,
        description=(model.description or "").strip(),
        contract=model.contract_enforced,
        materialized=model.config.materialized or "view",
        scope=meta.scope,
        grain=meta.grain or grain_of(guarantees),
        columns=tuple(_column(column, model, manifest, filled) for column in (model.columns or {}).values()),
        guarantees=guarantees,
        deprecation_date=(model.deprecation_date or "")[:_ISO_DATE] or None,
        freshness=meta.freshness,
        retention=meta.retention,
        tier=meta.tier,
        row_policy=meta.row_policy,
        physical=model.config.physical,
        tags=tuple(sorted(set(model.tags or ()))),
        meta=_other(model.meta or {}),
    )


def _column(column: ColumnNode, model: ModelNode, manifest: Manifest, filled: frozenset[str]) -> Column:
    raw = own_meta(column, model, manifest.metadata)
    meta = _meta(raw, ColumnMeta, model, f"column {column.name}")
    return Column(
        name=column.name,
        data_type=column.data_type,
        canonical_type=canonical_type(column.data_type, manifest.metadata.adapter_type),
        nullable=column.name not in filled,
        description=(column.description or "").strip(),
        classification=meta.classification,
        unit=meta.unit,
        timezone=meta.timezone,
        currency=meta.currency,
        encoding=meta.encoding,
        semantic_type=meta.semantic_type,
        closed=meta.closed,
        policies=tuple(sorted(set(column.policy_tags or ()))),
        deprecated_until=meta.deprecated_until,
        quote=bool(column.quote),
        tags=tuple(sorted(set(own_tags(column, model, manifest.metadata)))),
        meta=_other(raw),
    )


def _meta(meta: dict[str, Any], kind: type[M], model: ModelNode, subject: str) -> M:
    raw = meta.get("mesh") or {}
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        known = [field.encode_name for field in msgspec.structs.fields(kind)]
        unknown = next((str(key) for key in raw if key not in known), "") if isinstance(raw, dict) else ""
        raise MeshError(
            f"meta.mesh of {product_key(model.name, model.version)}, {subject}: {error}",
            where=Location(_file(model)),
            hint=did_you_mean(unknown, known) or f"known keys: {', '.join(known)}",
        ) from None


def _check_columns(model: ModelNode, meta: ModelMeta) -> None:
    """Promises name columns that exist. dbt 1 adds lists of ``meta`` up from a model to its versions."""
    freshness = (meta.freshness.column,) if meta.freshness and meta.freshness.column else ()
    for name in (*meta.grain, *freshness):
        if model.columns and name not in model.columns:
            raise MeshError(
                f"meta.mesh of {product_key(model.name, model.version)} names a column that it does not have: {name}",
                where=Location(_file(model)),
                hint=did_you_mean(name, model.columns)
                or "of a model with versions, write meta.mesh under each version",
            )


def _file(model: ModelNode) -> str:
    """The YAML file that describes the model, without dbt's ``project://``; else the model's own file."""
    return (model.patch_path or "").partition("://")[2] or model.original_file_path


def _other(meta: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in meta.items() if key != "mesh"}


def _semantic_version(v: Version | None, known: Product | None) -> str:
    """``<dbt's model version>.<minor>.<patch>``: as accepted before, else the first of its major part.

    A model without versions begins with ``1.0.0``, version 2 with ``2.0.0``, 1.5 with ``1_5.0.0``, gold with
    ``gold.0.0``. So there are always three parts, and versions of a model are ordered as dbt orders what the major
    part stands for. Dots become underscores as in the alias that dbt gives a version: two versions that would share
    the major part would share a relation too.
    """
    accepted = known.version(v) if known else None
    if accepted is not None:
        return accepted.semantic_version
    return FIRST_SEMANTIC_VERSION.format(major=1 if v is None else str(v).replace(".", "_"))


def _version_order(v: Version | None) -> tuple[int, float, str]:
    """Numbers by size, before names by letters: dbt's own order."""
    try:
        return (0, float(v if v is not None else 0), "")
    except ValueError:
        return (1, 0.0, str(v))
