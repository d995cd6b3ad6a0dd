"""Reads what `mesh impact` is asked about: ``operations.flights.v2.carrier``, or as much of it as is unambiguous."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mesh_tools.contracts.impact.values import Target
from mesh_tools.errors import MeshError, did_you_mean
from mesh_tools.model.interface import Interface, Product, Version, product_key


def resolve(text: str, interfaces: Iterable[Interface]) -> Target:
    """What ``text`` means.

    Args:
        text: ``[PROJECT.]PRODUCT[.vN][.COLUMN]``.
        interfaces: Of all known projects.

    Raises:
        MeshError: no product, version or column is called so, or several products are.
    """
    known = list(interfaces)
    named = [(name, target) for interface in known for name, target in _names(interface)]
    found = _best(text, named)
    if not found:
        raise _unknown(text, known)
    if len({(target.project, target.product) for _, target in found}) > 1:
        projects = sorted({target.project for _, target in found})
        raise MeshError(
            f"{' and '.join(projects)} have a product '{found[0][1].product}' each",
            hint=f"write {' or '.join(f'{project}.{text}' for project in projects)}",
        )
    name, target = found[0]
    rest = text[len(name) + 1 :]
    if not rest:
        return target
    product = next(i for i in known if i.project == target.project).product(target.product)
    return _with_column(target, rest, product)


def _names(interface: Interface) -> Iterator[tuple[str, Target]]:
    """Everything that may be written for a product or a version of it."""
    for product in interface.products:
        every = tuple(version.v for version in product.versions)
        for name, versions in ((product.name, every), *((product_key(product.name, v), (v,)) for v in every)):
            target = Target(project=interface.project, product=product.name, versions=versions)
            yield from ((name, target), (f"{interface.project}.{name}", target))


def _best(text: str, named: Iterable[tuple[str, Target]]) -> list[tuple[str, Target]]:
    """The longest names that ``text`` begins with: ``flights.v2`` rather than a column ``v2`` of ``flights``."""
    matching = [(name, target) for name, target in named if text == name or text.startswith(f"{name}.")]
    longest = max((len(name) for name, _ in matching), default=0)
    return [(name, target) for name, target in matching if len(name) == longest]


def _with_column(target: Target, rest: str, product: Product | None) -> Target:
    versions = product.versions if product else ()
    asked = [version for version in versions if version.v in target.versions]
    columns = {column.name for version in asked for column in version.columns}
    column = next((name for name in sorted(columns) if name.lower() == rest.lower()), None)
    if column is None:
        raise _no_such_part(target, rest, columns, [version.v for version in versions])
    having: tuple[Version | None, ...] = tuple(
        version.v for version in asked if any(one.name == column for one in version.columns)
    )
    return Target(project=target.project, product=target.product, versions=having, column=column)


def _no_such_part(target: Target, rest: str, columns: Iterable[str], versions: Iterable[Version | None]) -> MeshError:
    if not columns:
        return MeshError(f"the columns of {target.label} are not known", hint="its contract would name them")
    labels = [f"v{v}" for v in versions if v is not None]
    if rest.startswith("v") and rest[1:].isdigit() and len(target.versions) != 1:
        return MeshError(f"{target.label} has no version {rest[1:]}", hint=f"its versions: {', '.join(labels)}")
    hint = did_you_mean(rest, [*columns, *labels]) or f"its columns: {', '.join(sorted(columns))}"
    return MeshError(f"{target.label} has no column '{rest}'", hint=hint)


def _unknown(text: str, interfaces: Iterable[Interface]) -> MeshError:
    first, *rest = text.split(".")
    for interface in interfaces:
        name = rest[0] if rest and first == interface.project else first
        access = interface.access_of(name)
        if access in {"private", "protected"}:
            return MeshError(
                f"{interface.project}.{name} is {access}, so no other project uses it",
                hint=f"ask dbt in {interface.project}: dbt ls --select {name}+",
            )
    labels = {name for interface in interfaces for name, _ in _names(interface)}
    beginnings = (".".join([first, *rest][:n]) for n in range(len(rest) + 1, 0, -1))
    near = next(filter(None, (did_you_mean(beginning, labels) for beginning in beginnings)), None)
    products = sorted(
        f"{interface.project}.{product.name}" for interface in interfaces for product in interface.products
    )
    return MeshError(
        f"no product is called '{text}'",
        hint=near or (f"products: {', '.join(products)}" if products else "no product is known yet: run `mesh build`"),
    )
