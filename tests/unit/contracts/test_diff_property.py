"""What holds of every two interfaces."""

from __future__ import annotations

from collections import Counter
from datetime import date
from random import Random

from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from mesh_tools.contracts.diff import diff
from mesh_tools.contracts.pairs import Context, VersionPair
from mesh_tools.contracts.rules.registry import RULES
from mesh_tools.contracts.semver import with_semantic_versions
from mesh_tools.interface.document import sealed, to_json
from mesh_tools.model.change import BUMPS, CLASSES, Change
from mesh_tools.model.interface import Interface, Product, ProductVersion
from support.interfaces import interfaces, pairs_of_versions, random_pair, random_version

TODAY = date(2027, 1, 15)
MIRRORED = {
    "CHG003": "CHG006",  # a column comes, or goes
    "CHG004": "CHG004",
    "CHG005": "CHG005",
    "CHG007": "CHG007",
    "CHG009": "CHG009",
    "CHG015": "CHG016",
    "CHG019": "CHG020",
    "CHG024": "CHG024",
    "CHG031": "CHG032",
    "CHG041": "CHG065",
    "CHG046": "CHG047",
    "CHG049": "CHG001",
    "CHG050": "CHG002",
    "CHG055": "CHG056",
    "CHG058": "CHG058",
    "CHG061": "CHG062",
    "CHG063": "CHG064",
}
"""Rules that tell of a change, and of the same change back."""


def changes(old: Interface, new: Interface) -> tuple[Change, ...]:
    return diff(old, new, today=TODAY)


@given(interfaces())
@settings(max_examples=50, deadline=None)
def test_an_interface_differs_from_itself_in_nothing(interface: Interface) -> None:
    assert changes(interface, interface) == ()


@given(interfaces(), st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_the_order_of_products_guarantees_and_tags_says_nothing(interface: Interface, random: Random) -> None:
    assert changes(interface, _shuffled(interface, random)) == ()


@given(interfaces(), interfaces())
@settings(max_examples=150, deadline=None)
def test_every_change_needs_at_least_what_its_class_does(old: Interface, new: Interface) -> None:
    for change in changes(old, new):
        needed = {"safe": "none", "dangerous": "minor", "breaking": "major"}[change.cls]
        if change.rule != "CHG037":  # the layout of the data is no surface
            assert BUMPS.index(change.bump) >= BUMPS.index(needed)
        assert change.cls in CLASSES
        assert change.name == RULES[change.rule].name
        assert change.message
        assert not change.message.endswith(".")


@given(interfaces(), interfaces())
@settings(max_examples=150, deadline=None)
def test_no_two_changes_share_a_fingerprint(old: Interface, new: Interface) -> None:
    found = [change.fingerprint for change in changes(old, new)]
    assert len(found) == len(set(found))


@given(interfaces(), interfaces())
@settings(max_examples=150, deadline=None)
def test_nothing_differs_only_where_the_promise_says_the_same(old: Interface, new: Interface) -> None:
    """What is compared as text elsewhere may differ: a check in other words, a unit of time."""
    if not changes(old, new):
        assert not changes(new, old)
        assert [product.name for product in old.products] == [product.name for product in new.products]


@given(pairs_of_versions())
@settings(max_examples=400, deadline=None)
def test_the_way_back_is_told_by_the_mirrored_rules(pair: tuple[ProductVersion, ProductVersion]) -> None:
    old, new = pair
    there, back = (_counted(changes(*pair)) for pair in ((_of(old), _of(new)), (_of(new), _of(old))))
    for rule, mirrored in MIRRORED.items():
        assert there[rule] == back[mirrored], (rule, mirrored)
        assert there[mirrored] == back[rule], (mirrored, rule)
    # What is wider was narrower, and the other way round, or loses digits on the way back.
    assert back["CHG010"] + back["CHG012"] >= there["CHG011"]
    assert back["CHG011"] + back["CHG012"] >= there["CHG010"]


@given(pairs_of_versions())
@example(random_pair(Random(676949)))  # noqa: S311 - a key that was declared, and is enforced now; another is lost
@settings(max_examples=400, deadline=None)
def test_a_promise_that_is_lost_one_way_is_gained_the_other(pair: tuple[ProductVersion, ProductVersion]) -> None:
    mirrored = {"lost": "gained", "gained": "lost"}
    there = Counter((found.promise.kind, found.event) for found in _pair(*pair).promises)
    back = Counter((found.promise.kind, found.event) for found in _pair(*reversed(pair)).promises)
    assert there == Counter({(kind, mirrored.get(event, event)): count for (kind, event), count in back.items()})


@given(pairs_of_versions(), st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_a_change_keeps_its_fingerprint_among_other_changes(
    pair: tuple[ProductVersion, ProductVersion], random: Random
) -> None:
    """As after rebasing: another product changes as well, and so do other parts of this one."""
    (old, new), other = pair, random_version(random)
    alone = _fingerprints(changes(_of(old), _of(new)))
    beside = changes(
        _of(old, others=(Product(name="airports", versions=(old,)),)),
        _of(
            replace(new, tags=("another",), meta={"another": 1}, physical={"sort": "a"}),
            others=(Product(name="airports", versions=(other,)),),
        ),
    )
    assert alone <= _fingerprints(beside)


@given(interfaces(), interfaces())
@settings(max_examples=100, deadline=None)
def test_what_was_accepted_differs_in_nothing(old: Interface, new: Interface) -> None:
    accepted = with_semantic_versions(old, new, changes(old, new))
    assert changes(accepted, new) == ()
    assert accepted.fingerprint == new.fingerprint
    assert with_semantic_versions(accepted, new, ()) == accepted
    assert to_json(accepted)


def _pair(old: ProductVersion, new: ProductVersion) -> VersionPair:
    context = Context(project="operations", adapter="duckdb", today=TODAY, grace_days=90)
    return VersionPair(context, "flights", None, old, new)


def _of(version: ProductVersion, others: tuple[Product, ...] = ()) -> Interface:
    product = Product(name="flights", versions=(version,))
    return sealed(Interface(project="operations", adapter="duckdb", products=(product, *others)))


def _counted(found: tuple[Change, ...]) -> Counter[str]:
    return Counter(change.rule for change in found)


def _fingerprints(found: tuple[Change, ...]) -> set[str]:
    return {change.fingerprint for change in found if change.product == "flights"}


def _shuffled(interface: Interface, random: Random) -> Interface:
    products = [
        replace(product, versions=tuple(_shuffled_version(version, random) for version in product.versions))
        for product in interface.products
    ]
    random.shuffle(products)
    return replace(interface, products=tuple(products))


def _shuffled_version(version: ProductVersion, random: Random) -> ProductVersion:
    guarantees = random.sample(version.guarantees, len(version.guarantees))
    tags = random.sample(version.tags, len(version.tags))
    return replace(version, guarantees=tuple(guarantees), tags=tuple(tags))
