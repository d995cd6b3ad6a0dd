"""May this project use that product? And if not, why not, and what instead.

dbt would say so too, but only after parsing, and less exactly: a stub exists for public models alone.
"""

from __future__ import annotations

from mesh_tools.errors import ExitCode, MeshError, did_you_mean
from mesh_tools.model.interface import Interface, Owner, Product, Version
from mesh_tools.model.refs import Ref


class RefusedRefError(MeshError):
    """A ref that must not, or cannot, be resolved. Its place is the ref's own."""

    def __init__(self, message: str, *, ref: Ref, hint: str | None) -> None:
        super().__init__(message, hint=hint, where=ref.where, exit_code=ExitCode.FAILED)
        self.ref = ref


def check_ref(ref: Ref, upstream: Interface, consumer: str) -> Product:
    """The product that ``ref`` means.

    Args:
        ref: Stands in a file of ``consumer``.
        upstream: Of the project that the ref names.
        consumer: Name of the project.

    Raises:
        RefusedRefError: it is protected, private, unknown, renamed, not of that version, or not for this consumer;
            or it pins no version, and the latest is not public.
    """
    product = upstream.product(ref.name)
    if product is None:
        raise _no_product(ref, upstream)
    if product.allowed_consumers is not None and consumer not in product.allowed_consumers:
        allowed = ", ".join(product.allowed_consumers) or "no project"
        raise RefusedRefError(
            f"{upstream.project}.{ref.name} is not for {consumer}: it allows {allowed}",
            ref=ref,
            hint=_ask(product.owner, upstream),
        )
    if ref.v is not None and product.version(ref.v) is None:
        raise _no_version(ref, product, upstream)
    if ref.v is None and _lacks_latest(product):
        raise _no_latest(ref, product, upstream)
    return product


def _no_product(ref: Ref, upstream: Interface) -> RefusedRefError:
    label = f"{upstream.project}.{ref.name}"
    access = upstream.access_of(ref.name)
    if access is not None:
        return RefusedRefError(
            f"{label} is {access}: only public models may be used by other projects",
            ref=ref,
            hint=f"{_products(upstream)}; or {_ask(Owner(), upstream)}",
        )
    renamed = next((product.name for product in upstream.products if ref.name in product.renamed_from), None)
    if renamed is not None:
        now = Ref(ref.project, renamed, ref.v, ref.where)
        return RefusedRefError(f"{label} was renamed to {renamed}", ref=ref, hint=f"write {now}")
    near = did_you_mean(ref.name, (product.name for product in upstream.products))
    return RefusedRefError(f"{upstream.project} has no product '{ref.name}'", ref=ref, hint=near or _products(upstream))


def _no_version(ref: Ref, product: Product, upstream: Interface) -> RefusedRefError:
    label = f"{upstream.project}.{product.name}"
    if not product.is_versioned:
        now = Ref(ref.project, ref.name, None, ref.where)
        return RefusedRefError(f"{label} has no versions", ref=ref, hint=f"write {now}")
    versions = ", ".join(_version(version.v, product) for version in product.versions)
    return RefusedRefError(f"{label} has no version {ref.v}", ref=ref, hint=f"its versions: {versions}")


def _lacks_latest(product: Product) -> bool:
    return product.is_versioned and product.latest is not None and product.version(product.latest) is None


def _no_latest(ref: Ref, product: Product, upstream: Interface) -> RefusedRefError:
    """Else the ref would mean one version here, and another in the producer's own project."""
    pinned = (str(Ref(upstream.project, ref.name, version.v, ref.where)) for version in product.versions)
    return RefusedRefError(
        f"the latest version of {upstream.project}.{product.name}, {product.latest}, is not public",
        ref=ref,
        hint=f"pin one: {' or '.join(pinned)}",
    )


def _version(v: Version | None, product: Product) -> str:
    return f"{v} (latest)" if v == product.latest else str(v)


def _products(upstream: Interface) -> str:
    names = ", ".join(product.name for product in upstream.products)
    return f"products of {upstream.project}: {names}" if names else f"{upstream.project} has no product yet"


def _ask(owner: Owner, upstream: Interface) -> str:
    owner = owner if owner.reachable else upstream.owner
    contact = ", ".join(part for part in (owner.name, owner.email, owner.channel) if part)
    return f"ask its owner: {contact}" if contact else f"ask the owners of {upstream.project}"
