"""What a project was checked against, pinned in a file."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from mesh_tools.errors import ExitCode, Location, MeshError
from mesh_tools.interface.lock import (
    LOCK_FILE,
    Lock,
    LockDifference,
    LockedProduct,
    LockedUpstream,
    check_lock,
    lock_differences,
    lock_of,
    lock_text,
    locked_version,
    promise_fingerprint,
    read_lock,
    write_lock,
)
from mesh_tools.interface.needs import Needs
from mesh_tools.model.interface import Column, Interface, Logic, Owner, Product, ProductVersion, Version
from mesh_tools.model.project import Project


def version(v: Version | None = None, **fields: object) -> ProductVersion:
    columns = (Column(name="id", data_type="integer"), Column(name="state", data_type="varchar"))
    standard = {"v": v, "semantic_version": f"{v or 1}.0.0", "path": "x.sql", "columns": columns}
    return ProductVersion(**{**standard, **fields})  # type: ignore[arg-type]


ITEMS = Product(name="items", versions=(version(),))
ORDERS = Product(name="orders", latest=2, versions=(version(1), version(2)))
SHOP = Interface(project="shop", products=(ITEMS, ORDERS))


def needs(uses: dict[str, Iterable[Version | None]]) -> Needs:
    return Needs(
        products={"shop": frozenset(uses)},
        versions={("shop", name): frozenset(versions) for name, versions in uses.items()},
    )


def locked(uses: dict[str, Iterable[Version | None]], shop: Interface = SHOP, *, everything: bool = False) -> Lock:
    return lock_of("sales", needs(uses), {"shop": shop}, everything=everything)


def keys(lock: Lock) -> list[tuple[str, bool]]:
    return [(entry.key, entry.follows_latest) for upstream in lock.upstreams for entry in upstream.products]


@pytest.fixture
def sales(tmp_path: Path) -> Project:
    return Project(name="sales", path=tmp_path, domain="sales", where=Location("dbt_project.yml"))


def test_only_what_is_used_is_locked_each_version_once() -> None:
    assert keys(locked({"orders": [1, "1"]})) == [("orders.v1", False)]
    assert keys(locked({"orders": [2, None], "items": [None]})) == [
        ("items", False),
        ("orders.v2", False),
        ("orders.v2", True),
    ]
    assert locked({}).upstreams == ()


def test_where_refs_are_computed_everything_is_locked() -> None:
    assert keys(locked({}, everything=True)) == [
        ("items", False),
        ("orders.v1", False),
        ("orders.v2", False),
        ("orders.v2", True),
    ]


UNRELATED = {
    "another product": replace(SHOP, products=(replace(ITEMS, versions=(version(description="new"),)), ORDERS)),
    "a version that is not used": replace(
        SHOP, products=(ITEMS, replace(ORDERS, versions=(version(1, tier="gold"), version(2))))
    ),
    "another version": replace(
        SHOP, products=(ITEMS, replace(ORDERS, versions=(*ORDERS.versions, version(3)), latest=3))
    ),
    "who else may use it": replace(SHOP, products=(ITEMS, replace(ORDERS, allowed_consumers=("sales", "tax")))),
    "the file and the SQL": replace(
        SHOP,
        products=(ITEMS, replace(ORDERS, versions=(version(1), version(2, path="y.sql", logic=Logic(method="m"))))),
    ),
    "times and places": replace(SHOP, environment="dev", published_at="2026-01-01T00:00:00Z", fingerprint="x"),
}
RELATED = {
    "a column": version(2, columns=(Column(name="id", data_type="integer"),)),
    "an end": version(2, deprecation_date="2027-01-01"),
    "the semantic version": version(2, semantic_version="2.1.0"),
}


@pytest.mark.parametrize("changed", UNRELATED.values(), ids=UNRELATED.keys())
def test_what_does_not_concern_the_version_leaves_the_lock_as_it_is(changed: Interface) -> None:
    assert locked({"orders": [2]}, changed) == locked({"orders": [2]})


@pytest.mark.parametrize("changed", RELATED.values(), ids=RELATED.keys())
def test_what_concerns_the_version_is_a_difference(changed: ProductVersion) -> None:
    shop = replace(SHOP, products=(replace(ORDERS, versions=(version(1), changed)),))
    (difference,) = lock_differences(locked({"orders": [2]}), locked({"orders": [2]}, shop))
    assert (difference.upstream, difference.locked and difference.locked.key) == ("shop", "orders.v2")


def test_an_owner_is_part_of_the_promise() -> None:
    owned = replace(ORDERS, owner=Owner(email="shop@example.com"))
    assert promise_fingerprint(owned, ORDERS.versions[0]) != promise_fingerprint(ORDERS, ORDERS.versions[0])


def test_a_ref_without_version_that_means_another_one_is_one_difference() -> None:
    before = replace(SHOP, products=(replace(ORDERS, latest=1),))
    (difference,) = lock_differences(locked({"orders": [None]}, before), locked({"orders": [None]}))
    assert difference.locked is not None
    assert difference.now is not None
    assert (difference.locked.v, difference.now.v) == ("1", "2")


def test_what_is_used_no_longer_or_not_yet_is_a_difference() -> None:
    found = lock_differences(locked({"items": [None]}), locked({"orders": [2]}))
    assert [(one.locked and one.locked.key, one.now and one.now.key) for one in found] == [
        ("items", None),
        (None, "orders.v2"),
    ]


def test_a_lock_is_written_once_and_removed_when_nothing_is_used(sales: Project) -> None:
    lock = locked({"orders": [2]})
    assert write_lock(sales, lock)
    assert not write_lock(sales, lock)
    assert read_lock(sales) == lock
    assert write_lock(sales, locked({}))
    assert not write_lock(sales, locked({}))
    assert read_lock(sales) is None
    assert check_lock(sales, locked({})) == ()


def test_a_lock_that_says_the_same_in_another_layout_stays_as_it_is(sales: Project) -> None:
    lock = locked({"orders": [2]})
    (sales.path / LOCK_FILE).write_bytes(lock_text(lock).replace("\n", "\r\n").encode())
    assert not write_lock(sales, lock)
    (sales.path / LOCK_FILE).write_text("<<<<<<< HEAD\n")
    assert write_lock(sales, lock)


def test_what_is_locked_differs_in_nothing(sales: Project) -> None:
    write_lock(sales, locked({"orders": [2]}))
    assert check_lock(sales, locked({"orders": [2]})) == ()
    assert len(check_lock(sales, locked({"orders": [1]}))) == 2


def test_a_missing_lock_is_an_error_that_says_how_to_write_it(sales: Project) -> None:
    with pytest.raises(MeshError, match=r"sales has no mesh\.lock") as caught:
        check_lock(sales, locked({"orders": [2]}))
    assert caught.value.exit_code == ExitCode.FAILED
    assert caught.value.hint == "run `mesh sync` and commit mesh.lock"


@dataclass(frozen=True)
class Damaged:
    text: str
    problem: str
    line: int | None


TEXT = lock_text(locked({"orders": [2]}))
DAMAGED = {
    "merge conflict": Damaged(
        TEXT.replace("      - product: orders\n", "<<<<<<< HEAD\n      - product: orders\n=======\n>>>>>>> theirs\n"),
        "there is an unresolved merge conflict in it",
        8,
    ),
    "another format": Damaged(TEXT.replace("lock_version: 1", "lock_version: 2"), "has lock_version 2", 3),
    "empty": Damaged("", "it has no lock_version", None),
    "a list": Damaged("- a\n", "it has no lock_version", 1),
    "another project": Damaged(TEXT.replace("project: sales", "project: tax"), "it is of the project 'tax'", 4),
    "an unknown key": Damaged(TEXT.replace("        v:", "        version:"), "unknown key 'version'", 9),
    "a missing key": Damaged(TEXT.replace("        fingerprint:", "        # "), "'fingerprint' is missing", 8),
    "locked by both of two branches": Damaged(
        TEXT + TEXT[TEXT.index("      - product: orders\n") :], "shop.orders.v2 stands in it twice", None
    ),
    "cut off": Damaged(TEXT.replace('"2"', '"2'), "YAML syntax", None),
}


@pytest.mark.parametrize("damage", DAMAGED.values(), ids=DAMAGED.keys())
def test_a_damaged_lock_is_refused_with_its_line(sales: Project, damage: Damaged) -> None:
    (sales.path / LOCK_FILE).write_text(damage.text)
    with pytest.raises(MeshError, match=r"mesh\.lock cannot be read: ") as caught:
        read_lock(sales)
    error = caught.value
    assert damage.problem in error.message
    assert error.exit_code == ExitCode.FAILED
    assert error.where is not None
    assert damage.line is None or error.where.line == damage.line
    assert "run `mesh sync`" in (error.hint or "")


TEXTS = st.text(max_size=8)
ENTRIES = st.builds(
    LockedProduct,
    product=TEXTS,
    v=st.none() | TEXTS,
    follows_latest=st.booleans(),
    semantic_version=TEXTS,
    fingerprint=TEXTS | st.from_regex(r"[0-9a-f]{8}", fullmatch=True),
)
LOCKS = st.builds(
    Lock,
    project=st.just("sales"),
    upstreams=st.lists(
        st.builds(
            LockedUpstream,
            project=TEXTS,
            products=st.lists(ENTRIES, min_size=1, max_size=2, unique_by=lambda entry: entry.identity).map(tuple),
        ),
        min_size=1,
        max_size=2,
        unique_by=lambda upstream: upstream.project,
    ).map(tuple),
)


@given(lock=LOCKS)
def test_every_lock_is_read_as_it_was_written(tmp_path_factory: pytest.TempPathFactory, lock: Lock) -> None:
    folder = tmp_path_factory.getbasetemp() / "locks"
    project = Project(name="sales", path=folder, domain="sales", where=Location("dbt_project.yml"))
    write_lock(project, lock)
    assert read_lock(project) == lock


@given(cut=st.integers(0, len(TEXT)), junk=st.binary(max_size=12))
def test_a_lock_of_any_bytes_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, cut: int, junk: bytes
) -> None:
    folder = tmp_path_factory.mktemp("junk", numbered=True)
    (folder / LOCK_FILE).write_bytes(TEXT[:cut].encode() + junk + TEXT[cut:].encode())
    project = Project(name="sales", path=folder, domain="sales", where=Location("dbt_project.yml"))
    with suppress(MeshError):
        assert isinstance(read_lock(project), Lock)


def test_what_was_locked_is_found_among_earlier_interfaces() -> None:
    entry = locked({"orders": [2]}).upstreams[0].products[0]
    other = replace(SHOP, products=(replace(ORDERS, versions=(version(1), version(2, tier="gold"))),))
    assert locked_version((Interface(project="shop"), other, SHOP), entry) is SHOP
    assert locked_version((other,), entry) is None
    assert LockDifference(upstream="shop", locked=entry, now=None).locked is entry
