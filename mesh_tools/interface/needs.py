"""What a project needs from upstream, and whether it may have it: decided from its files, before dbt parses them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from mesh_tools.errors import ExitCode, MeshError
from mesh_tools.interface.access import RefusedRefError, check_ref
from mesh_tools.mesh.local_names import LocalNames
from mesh_tools.model.interface import Interface, Version
from mesh_tools.model.project import Project
from mesh_tools.model.refs import Ref


class Needs(Struct, frozen=True, kw_only=True):
    """What a project wants from upstream.

    Attributes:
        products: Names of the products wanted, by upstream project.
        versions: The version that each ref to them names, if it names one: by upstream project and product.
        errors: What is wrong.
        warnings: What is only unwise.
    """

    products: dict[str, frozenset[str]]
    versions: dict[tuple[str, str], frozenset[Version | None]] = {}
    errors: tuple[MeshError, ...] = ()
    warnings: tuple[MeshError, ...] = ()


def needs_of(
    project: Project, refs: Iterable[Ref], local: LocalNames, upstreams: Mapping[str, Interface], known: Iterable[str]
) -> Needs:
    """Check every ref of ``project``.

    Args:
        project: The consumer.
        refs: In its files.
        local: Names of its own.
        upstreams: The interfaces of the upstreams that it declares.
        known: Names of every project that it could declare.
    """
    products: defaultdict[str, set[str]] = defaultdict(set)
    versions: defaultdict[tuple[str, str], set[Version | None]] = defaultdict(set)
    errors: list[MeshError] = []
    warnings: list[MeshError] = []
    known = frozenset(known)
    for ref in refs:
        try:
            target, warning = _target(ref, project, local, upstreams, known)
        except MeshError as error:
            errors.append(error)
            continue
        if target is not None:
            products[target].add(ref.name)
            versions[target, ref.name].add(ref.v)
        if warning is not None:
            warnings.append(warning)
    errors += _patched_stubs(products, local)
    return Needs(
        products={name: frozenset(wanted) for name, wanted in sorted(products.items())},
        versions={key: frozenset(wanted) for key, wanted in sorted(versions.items())},
        errors=tuple(errors),
        warnings=tuple(warnings),
    )


def _target(
    ref: Ref, project: Project, local: LocalNames, upstreams: Mapping[str, Interface], known: frozenset[str]
) -> tuple[str | None, MeshError | None]:
    """The upstream project that a ref means, if any, and a warning about how it says so."""
    if ref.project is None:
        return _one_argument(ref, project, local, upstreams)
    if ref.project == project.name:
        return None, None
    if ref.project in upstreams:
        check_ref(ref, upstreams[ref.project], project.name)
        return ref.project, None
    if ref.project in known and ref.project not in project.upstream_names:
        raise RefusedRefError(
            f"{project.name} uses {ref.project} without declaring it",
            ref=ref,
            hint=f"add it to dependencies.yml: projects: [{{name: {ref.project}}}]\n"
            f"and to packages.yml: packages: [{{local: .mesh/{ref.project}}}]",
        )
    return None, None  # of an ordinary package, or of an upstream whose own error is reported


def _one_argument(
    ref: Ref, project: Project, local: LocalNames, upstreams: Mapping[str, Interface]
) -> tuple[str | None, MeshError | None]:
    if ref.name in local.nodes:
        return None, None
    owners = [name for name, interface in upstreams.items() if interface.product(ref.name)]
    if not owners:
        return None, None
    if len(owners) > 1:
        raise RefusedRefError(
            f"{ref} may mean a product of {' or of '.join(owners)}",
            ref=ref,
            hint=f"write {Ref(owners[0], ref.name, ref.v, ref.where)}, or another project",
        )
    explicit = Ref(owners[0], ref.name, ref.v, ref.where)
    check_ref(explicit, upstreams[owners[0]], project.name)
    warning = MeshError(
        f"{ref} has no project: it means {owners[0]}'s product only as long as nothing here is called {ref.name}",
        where=ref.where,
        hint=f"write {explicit}",
        exit_code=ExitCode.OK,
    )
    return owners[0], warning


def _patched_stubs(products: Mapping[str, Iterable[str]], local: LocalNames) -> Iterator[MeshError]:
    """A YAML entry named like a stub, without a model of its own: dbt takes both for one and stops."""
    for upstream, names in products.items():
        for name in sorted(names):
            if name in local.described and name not in local.nodes:
                yield MeshError(
                    f"this entry describes '{name}', which is a product of {upstream} and no model of this project",
                    where=local.described[name],
                    hint=f"remove it: {upstream} describes its products itself",
                    exit_code=ExitCode.FAILED,
                )
