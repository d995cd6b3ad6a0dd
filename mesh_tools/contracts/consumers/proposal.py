"""What a change proposes: the columns of each version of the producer's products, before and after."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from mesh_tools.contracts.consumers.dialect import as_duckdb_type
from mesh_tools.contracts.consumers.shadow import ANY_TYPE, ShadowColumns
from mesh_tools.model.change import Change
from mesh_tools.model.interface import Column, Interface, Product, ProductVersion, Version, product_key


class Subject(Struct, frozen=True, kw_only=True):
    """What readers of one product version read, before and after.

    Attributes:
        key: unique_id of the version's node.
        project: The producer.
        product: Its name.
        v: The version that is read.
        old: As promised before.
        new: As proposed; ``None`` when it is gone.
        is_latest: Whether a ref without a version means it.
        moved: What such a ref means then, when that is another version.
    """

    key: str
    project: str
    product: str
    v: Version | None
    old: ProductVersion
    new: ProductVersion | None
    is_latest: bool = False
    moved: ProductVersion | None = None


def subjects_of(base: Interface, head: Interface) -> tuple[Subject, ...]:
    """Every product version of ``base``."""
    return tuple(
        _subject(product, version, base.project, head.product(_new_name(product, head)))
        for product in base.products
        for version in product.versions
    )


def concerned(change: Change, subjects: Sequence[Subject]) -> tuple[Subject, ...]:
    """The versions that ``change`` is about; those of the whole product where it names none of them."""
    of_product = tuple(subject for subject in subjects if subject.product == change.product)
    exact = tuple(subject for subject in of_product if str(subject.v) == str(change.v))
    adopted = tuple(
        subject for subject in of_product if subject.new is not None and str(subject.new.v) == str(change.v)
    )
    return exact or (of_product if change.v is None else adopted)


def shadow_of(columns: Sequence[Column], adapter: str | None) -> ShadowColumns | None:
    """``columns`` in DuckDB's types; ``None`` where there are none.

    A type that is not known becomes one that fits everywhere: the same before and after, it hides nothing else.
    """
    types = (as_duckdb_type(column.data_type or column.canonical_type, adapter) or ANY_TYPE for column in columns)
    return tuple((column.name, data_type) for column, data_type in zip(columns, types, strict=True)) or None


def with_change(subject: Subject, change: Change) -> tuple[Column, ...]:
    """The columns of the version with this change alone."""
    if subject.new is None:
        return ()
    after = {column.name.lower(): column for column in subject.new.columns}
    names = {column.name.lower() for column in subject.old.columns}
    touched = {name.lower() for name in change.columns}
    renamed = str(change.new).lower() if change.name == "column-renamed" else None
    columns: list[Column] = []
    for column in subject.old.columns:
        name = column.name.lower()
        if name not in touched:
            columns.append(column)
        elif renamed in after:
            columns.append(after[renamed])
        elif name in after:
            columns.append(after[name])
    added = [column for name, column in after.items() if name in touched - names]
    if change.name == "column-order":
        return _reordered(columns, subject.new.columns)
    return _inserted(columns, added, subject.new.columns)


def _reordered(columns: Sequence[Column], order: Sequence[Column]) -> tuple[Column, ...]:
    """Those of ``columns`` that ``order`` has too in its order, the others where they stand."""
    by_name = {column.name.lower(): column for column in columns}
    turn = iter([by_name[column.name.lower()] for column in order if column.name.lower() in by_name])
    known = {column.name.lower() for column in order}
    return tuple(next(turn) if column.name.lower() in known else column for column in columns)


def _inserted(columns: list[Column], added: Sequence[Column], order: Sequence[Column]) -> tuple[Column, ...]:
    """``columns`` with those ``added`` behind the column that they follow in ``order``."""
    names = [column.name.lower() for column in order]
    for column in added:
        before = set(names[: names.index(column.name.lower())])
        at = max((place + 1 for place, known in enumerate(columns) if known.name.lower() in before), default=0)
        columns.insert(at, column)
    return tuple(columns)


def node_key(project: str, product: str, v: Version | None) -> str:
    """The unique_id of a product version."""
    return f"model.{project}.{product_key(product, v)}"


def _new_name(product: Product, head: Interface) -> str:
    """What the product is called in ``head``; a renamed product is gone for those who use its old name."""
    return product.name if head.product(product.name) else ""


def _subject(product: Product, version: ProductVersion, project: str, now: Product | None) -> Subject:
    is_latest = version.v == product.latest_version.v
    new = now.version(version.v) if now else None
    latest = _latest(now) if now and is_latest else None
    if latest is not None and not product.is_versioned:
        new, latest = new or latest, None
    return Subject(
        key=node_key(project, product.name, version.v),
        project=project,
        product=product.name,
        v=version.v,
        old=version,
        new=new,
        is_latest=is_latest,
        moved=latest if latest is not None and str(latest.v) != str(version.v) else None,
    )


def _latest(product: Product) -> ProductVersion | None:
    """What a ref without a version means; ``None`` where it is refused, since that version is not public."""
    return product.latest_version if product.latest is None else product.version(product.latest)
