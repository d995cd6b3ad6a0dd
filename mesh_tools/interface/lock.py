"""``mesh.lock``: the upstream products that a project was checked against, each by a fingerprint of its promise.

It lies beside ``dbt_project.yml`` and belongs into version control. Only what the project's files ref stands in it, so
that whatever else changes upstream leaves it as it is. `mesh sync` writes it; `mesh sync --locked` only compares.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from mesh_tools.errors import ExitCode, Location, MeshError
from mesh_tools.files import write_atomically
from mesh_tools.interface.document import fingerprint
from mesh_tools.interface.document.canonical import to_plain
from mesh_tools.interface.document.yaml_writer import dump
from mesh_tools.interface.needs import Needs
from mesh_tools.mesh.yaml_file import YamlFile
from mesh_tools.model.interface import Interface, Product, ProductVersion, Version, product_key
from mesh_tools.model.project import Project

LOCK_FILE = "mesh.lock"
LOCK_VERSION = 1
"""Of the format. A file of another version is refused, and written anew by `mesh sync`."""

_HEADER = """\
# The products of other projects that this project was checked against. Written by `mesh sync`, for version control:
# `mesh sync --locked` refuses to go on with others.
"""
_CONFLICT = re.compile(r"^(<{7}|={7}|>{7})( |$)", re.MULTILINE)
_WRITE = "run `mesh sync`, look at what changed, and commit {}"


class LockedProduct(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A version of a product that a project uses.

    Attributes:
        product: Its name.
        v: The version, as text; ``None`` for a product without versions.
        follows_latest: Whether it stands for refs that name no version, of a product that has some.
        semantic_version: As the producer accepted it.
        fingerprint: Of its promise: :func:`promise_fingerprint`.
    """

    product: str
    v: str | None = None
    follows_latest: bool = False
    semantic_version: str
    fingerprint: str

    @property
    def key(self) -> str:
        """``flights.v2``."""
        return product_key(self.product, self.v)

    @property
    def identity(self) -> tuple[str, str | None]:
        """What a ref says: the product, and the version if it names one."""
        return self.product, None if self.follows_latest else self.v


class LockedUpstream(Struct, frozen=True, kw_only=True):
    """What a project uses of one other project."""

    project: str
    products: tuple[LockedProduct, ...]


class Lock(Struct, frozen=True, kw_only=True):
    """The content of a ``mesh.lock``."""

    lock_version: int = LOCK_VERSION
    project: str
    upstreams: tuple[LockedUpstream, ...] = ()


class LockDifference(Struct, frozen=True, kw_only=True):
    """A product that is not as it is locked: ``locked`` is ``None`` of a new one, ``now`` of one that is not used."""

    upstream: str
    locked: LockedProduct | None
    now: LockedProduct | None


def promise_fingerprint(product: Product, version: ProductVersion) -> str:
    """SHA-256, in hex, of what one version of a product promises to those who use it.

    As :func:`mesh_tools.interface.document.fingerprint`, which see; and neither other versions count, nor which is the
    latest, nor whom else the product is for, nor its earlier names.
    """
    alone = replace(product, versions=(version,), latest=None, allowed_consumers=None, renamed_from=())
    return fingerprint(Interface(project="", products=(alone,)))


def lock_of(project: str, needs: Needs, interfaces: Mapping[str, Interface], *, everything: bool = False) -> Lock:
    """What ``project`` uses, as it is now.

    Args:
        project: The consumer.
        needs: Of its files, without errors.
        interfaces: Of its upstreams.
        everything: Lock each product of each upstream: where refs are computed, any of them may be used.
    """
    upstreams = []
    for name, interface in sorted(interfaces.items()):
        found = [
            entry
            for product in interface.products
            for entry in _entries(product, needs.versions.get((name, product.name), ()), everything=everything)
        ]
        if found:
            found.sort(key=lambda entry: (entry.product, entry.v or "", entry.follows_latest))
            upstreams.append(LockedUpstream(project=name, products=tuple(found)))
    return Lock(project=project, upstreams=tuple(upstreams))


def read_lock(project: Project) -> Lock | None:
    """The lock in the project's folder, or ``None`` when there is none.

    Raises:
        MeshError: it is damaged, holds a merge conflict, is another project's or of another version of the format.
    """
    path = project.path / LOCK_FILE
    if not path.is_file():
        return None
    try:
        return _checked(YamlFile.read(path), project)
    except MeshError as error:
        line = _conflict(path)
        if line is not None:
            raise _refusal("there is an unresolved merge conflict in it", Location.of(path, line)) from None
        where = error.where or Location.of(path)
        raise _refusal(error.message, where, hint=error.hint) from None


def write_lock(project: Project, lock: Lock) -> bool:
    """Make ``lock`` the one of ``project``; a project that uses nothing has none.

    Returns:
        Whether the file had to be written or removed.

    Raises:
        MeshError: it cannot be.
    """
    path = project.path / LOCK_FILE
    try:
        if lock.upstreams:
            return not _says(project, lock) and write_atomically(path, lock_text(lock).encode())
        present = path.is_file()
        path.unlink(missing_ok=True)
    except OSError as error:
        raise MeshError(f"cannot be written: {error.strerror}", where=Location.of(path)) from None
    return present


def _says(project: Project, lock: Lock) -> bool:
    """Whether the file says so already, however it is laid out: git may have given it other line ends."""
    try:
        return read_lock(project) == lock
    except MeshError:
        return False


def lock_text(lock: Lock) -> str:
    """The file: equal values, equal text."""
    return _HEADER + dump({"lock_version": lock.lock_version, **to_plain(lock)})


def lock_differences(locked: Lock, now: Lock) -> tuple[LockDifference, ...]:
    """What is not as it is locked, by upstream and product."""
    before, after = dict(_identified(locked)), dict(_identified(now))
    keys = sorted({*before, *after}, key=lambda key: tuple(map(str, key)))
    return tuple(
        LockDifference(upstream=key[0], locked=before.get(key), now=after.get(key))
        for key in keys
        if before.get(key) != after.get(key)
    )


def check_lock(project: Project, now: Lock) -> tuple[LockDifference, ...]:
    """How what ``project`` uses now differs from its lock.

    Raises:
        MeshError: there is no lock although something is used, or it cannot be read.
    """
    locked = read_lock(project)
    if locked is None and now.upstreams:
        raise MeshError(
            f"{project.name} has no {LOCK_FILE}, so there is nothing to compare with",
            where=Location.of(project.path),
            hint=f"run `mesh sync` and commit {LOCK_FILE}",
            exit_code=ExitCode.FAILED,
        )
    return lock_differences(locked or Lock(project=project.name), now)


def locked_version(interfaces: Iterable[Interface], locked: LockedProduct) -> Interface | None:
    """The first of ``interfaces`` that promised what was locked: what the consumer was checked against."""
    for interface in interfaces:
        product = interface.product(locked.product)
        version = product.version(locked.v) if product else None
        if product and version and promise_fingerprint(product, version) == locked.fingerprint:
            return interface
    return None


def _entries(product: Product, named: Iterable[Version | None], *, everything: bool) -> Iterator[LockedProduct]:
    wanted = set(named)
    if everything:
        wanted |= {None, *(version.v for version in product.versions)}
    seen: set[tuple[str, str | None]] = set()
    for v in wanted:
        version = product.latest_version if v is None else product.version(v)
        entry = version and _entry(product, version, follows_latest=v is None and product.is_versioned)
        if entry and entry.identity not in seen:  # `v=2` and `v='2'` are one
            seen.add(entry.identity)
            yield entry


def _entry(product: Product, version: ProductVersion, *, follows_latest: bool) -> LockedProduct:
    return LockedProduct(
        product=product.name,
        v=None if version.v is None else str(version.v),
        follows_latest=follows_latest,
        semantic_version=version.semantic_version,
        fingerprint=promise_fingerprint(product, version),
    )


def _identified(lock: Lock) -> Iterator[tuple[tuple[str, str, str | None], LockedProduct]]:
    for upstream in lock.upstreams:
        for entry in upstream.products:
            yield (upstream.project, *entry.identity), entry


def _checked(file: YamlFile, project: Project) -> Lock:
    found = file.value.get("lock_version") if isinstance(file.value, dict) else None
    if found != LOCK_VERSION:
        shown = "has no lock_version" if found is None else f"has lock_version {found!a}, and {LOCK_VERSION} is known"
        raise MeshError(f"it {shown}", where=file.locate("lock_version"))
    lock = file.typed(Lock)
    if lock.project != project.name:
        raise MeshError(f"it is of the project '{lock.project}'", where=file.locate("project"))
    _refuse_repeated(lock, file)
    return lock


def _refuse_repeated(lock: Lock, file: YamlFile) -> None:
    """Git merges two branches that lock the same product without a conflict: which of both counts is not known."""
    seen: set[tuple[str, str, str | None]] = set()
    for key, entry in _identified(lock):
        if key in seen:
            raise MeshError(f"{key[0]}.{entry.key} stands in it twice", where=file.locate("upstreams"))
        seen.add(key)


def _conflict(path: Path) -> int | None:
    """The line of the first mark that git leaves in a file."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    found = _CONFLICT.search(text)
    return text.count("\n", 0, found.start()) + 1 if found else None


def _refusal(problem: str, where: Location, hint: str | None = None) -> MeshError:
    advice = _WRITE.format(LOCK_FILE)
    return MeshError(
        f"{LOCK_FILE} cannot be read: {problem}",
        where=where,
        hint=f"{hint}\n{advice}" if hint else advice,
        exit_code=ExitCode.FAILED,
    )
