"""Scores: every point is explained, and what is better never scores less."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_tools.lint.scorecard import BADGES, Card, Scorecard, badge_for, scorecard_of
from mesh_tools.lint.scorecard.compute import OF_FINDINGS, OF_OTHERS
from mesh_tools.lint.scorecard.coverage import COVERAGE, CRITERIA
from mesh_tools.model.finding import Finding, Suppression
from mesh_tools.model.interface import Column, Guarantee, Product
from support.lint_reports import finding
from support.scorecards import mesh, product

Given = tuple[dict[str, list[Product]], list[Finding]]
CASES: dict[str, tuple[dict[str, Any], float]] = {
    "contract": ({"contract": False}, 12),
    "owner": ({"email": None}, 8),
    "grain": ({"grain": ()}, 8),
    "freshness": ({"freshness": None}, 6),
    "description": ({"description": " "}, 4),
    "columns described": ({"columns": (Column(name="order_id", classification="internal"),)}, 10),
    "columns classified": ({"columns": (Column(name="order_id", description="Its key."),)}, 4),
    "columns tested": ({"guarantees": ()}, 5),
}
"""What is taken from a product that has everything, and the points that it costs."""


def one_product(of: Product, *findings: Finding) -> Card:
    (card,) = scorecard_of(mesh({"shop": [of]}), findings).products
    return card


def cards(of: Scorecard) -> tuple[Card, ...]:
    return (of.mesh, *of.domains, *of.projects, *of.products)


def check_adds_up(card: Card) -> None:
    points = sum(part.points for part in card.parts)
    assert sum(part.most for part in card.parts) == pytest.approx(100)
    assert card.score <= points + 0.05 < card.score + 1.1
    assert points + sum(loss.points for loss in card.losses) == pytest.approx(100, abs=0.5)
    assert list(card.losses) == sorted(card.losses, key=lambda loss: -loss.points)
    assert all(0 <= part.points <= part.most for part in card.parts)


def test_a_product_that_has_everything_has_100_points() -> None:
    scores = scorecard_of(mesh({"shop": [product()]}), ())
    assert [card.score for card in cards(scores)] == [100, 100, 100, 100]
    assert all(card.badge == "gold" and not card.losses for card in cards(scores))


def test_the_criteria_are_worth_60_points() -> None:
    assert sum(most for _, most, _ in CRITERIA) == COVERAGE == 100 - OF_FINDINGS


@pytest.mark.parametrize("part", CASES)
def test_what_a_product_lacks_costs_it_points_and_says_so(part: str) -> None:
    changes, points = CASES[part]
    card = one_product(product(**changes))
    (loss,) = card.losses
    assert (loss.part, loss.points) == (part, points)
    assert card.score == 100 - points
    assert loss.text
    assert loss.to_do


def test_columns_count_by_their_share() -> None:
    columns = tuple(
        Column(name=f"c{number}", description="x" * (number % 2), classification="pii") for number in range(4)
    )
    guarantees = tuple(Guarantee(kind="not_null", columns=(f"C{number}",), carrier="constraint") for number in range(3))
    card = one_product(product(columns=columns, guarantees=guarantees))
    assert {loss.text: loss.points for loss in card.losses} == {
        "2 of 4 columns described": 5.0,
        "3 of 4 columns tested": 1.25,
    }
    assert card.score == 93


def test_a_key_is_a_grain_too() -> None:
    key = Guarantee(kind="primary_key", columns=("order_id",), carrier="constraint")
    assert one_product(product(grain=(), guarantees=(key,))).score == 100


def test_versions_are_wanted_once_somebody_else_reads_it() -> None:
    reads = {"crm": ["model.shop.orders"]}
    scores = scorecard_of(mesh({"shop": [product()], "crm": []}, reads=reads), ())
    (loss,) = scores.products[0].losses
    assert (loss.part, loss.points, loss.text) == ("versions", 3, "has no versions, and 1 consuming project")


@pytest.mark.parametrize(
    ("changes", "points"),
    [
        ({"severity": "error"}, 10),
        ({"severity": "warn"}, 4),
        ({"severity": "info"}, 1),
        ({"severity": "error", "state": "known"}, 10),
        ({"severity": "error", "state": "suppressed", "suppression": Suppression(source="policy")}, 2.5),
        ({"kind": "column", "subject": "shop.orders.order_id"}, 10),
    ],
)
def test_a_finding_costs_by_its_severity_a_suppressed_one_a_quarter(changes: dict[str, Any], points: float) -> None:
    card = one_product(product(), finding(**changes))
    (loss,) = card.losses
    assert (loss.code, loss.points, loss.part) == ("PUB001", points, "findings")
    assert loss.to_do == "see `mesh rule PUB001`"


def test_findings_cost_a_product_40_points_at_most() -> None:
    many = [finding(key=str(number)) for number in range(30)] + [finding(code="REF004", severity="info")]
    card = one_product(product(), *many)
    assert card.score == 60
    check_adds_up(card)


def test_a_finding_about_no_product_costs_its_project_by_the_number_of_its_nodes() -> None:
    about = finding(subject="shop.private_1")
    small = scorecard_of(mesh({"shop": [product()]}, private=4), [about]).projects[0]
    large = scorecard_of(mesh({"shop": [product()]}, private=99), [about]).projects[0]
    assert [loss.points for loss in small.losses] == [OF_OTHERS / 5]
    assert [loss.points for loss in large.losses] == [OF_OTHERS / 100]


def test_a_project_without_products_is_scored_by_its_findings() -> None:
    card = scorecard_of(mesh({"shop": []}, private=10), [finding(subject="shop.private_1")]).projects[0]
    assert (card.score, card.products) == (90, 0)
    check_adds_up(card)


def test_a_domain_has_the_products_of_all_its_projects() -> None:
    domains = {"shop": "retail", "till": "retail"}
    projects = {"shop": [product(), product("returns", contract=False)], "till": [product(email=None)], "crm": []}
    scores = scorecard_of(mesh(projects, domains=domains, private=1), [finding(project="", subject="example")])
    retail = next(card for card in scores.domains if card.name == "retail")
    assert retail.products == 3
    assert {loss.text: loss.points for loss in retail.losses} == {
        "contract: lost by 1 of 3 products": 3.2,
        "owner: lost by 1 of 3 products": 2.13,
    }
    assert scores.mesh.counts["error"] == 1
    assert retail.counts["error"] == 0
    assert [card.domain for card in scores.products] == ["retail", "retail", "retail"]


def test_only_projects_that_were_looked_at_are_scored() -> None:
    projects = {"shop": [product()], "crm": [product("customers", contract=False)]}
    scores = scorecard_of(mesh(projects), [finding()], {"shop"})
    assert [card.name for card in (*scores.domains, *scores.projects, *scores.products)] == [
        "shop",
        "shop",
        "shop.orders",
    ]
    assert (scores.mesh.products, scores.mesh.score) == (1, 92)


@pytest.mark.parametrize(
    ("score", "errors", "badge"),
    [
        (100, 0, "gold"),
        (90, 0, "gold"),
        (89, 0, "silver"),
        (75, 0, "silver"),
        (74, 0, "bronze"),
        (50, 0, "bronze"),
        (49, 0, "none"),
        (0, 0, "none"),
        (95, 1, "bronze"),
        (40, 9, "none"),
    ],
)
def test_badges_go_by_score_and_the_better_ones_by_errors(score: int, errors: int, badge: str) -> None:
    assert badge_for(score, errors) == badge
    assert list(BADGES.values()) == sorted(BADGES.values(), reverse=True)


@st.composite
def _meshes(draw: st.DrawFn) -> Given:
    taken = st.lists(st.sampled_from(sorted(CASES)), max_size=4, unique=True)
    projects = {
        name: [
            product(f"p{number}", **{key: value for part in draw(taken) for key, value in CASES[part][0].items()})
            for number in range(draw(st.integers(0, 3)))
        ]
        for name in ("shop", "crm")
    }
    subjects = st.sampled_from(["shop.p0", "crm.p1", "shop.private_0", "crm.x"])
    found = st.builds(
        lambda subject, severity, code, state: finding(
            subject=subject, project=subject.partition(".")[0], severity=severity, code=code, state=state
        ),
        subjects,
        st.sampled_from(["error", "warn", "info"]),
        st.sampled_from(["PUB001", "REF004"]),
        st.sampled_from(["new", "known", "suppressed"]),
    )
    return projects, draw(st.lists(found, max_size=30))


@given(_meshes())
def test_points_and_losses_make_100_whatever_there_is(
    given_mesh: tuple[dict[str, list[Product]], list[Finding]],
) -> None:
    projects, found = given_mesh
    scores = scorecard_of(mesh(projects, private=2), found)
    for card in cards(scores):
        check_adds_up(card)
        assert 0 <= card.score <= 100


@given(_meshes())
def test_one_finding_less_never_scores_less(given_mesh: Given) -> None:
    projects, found = given_mesh
    before = scorecard_of(mesh(projects, private=2), found)
    after = scorecard_of(mesh(projects, private=2), found[1:])
    assert all(old.score <= new.score for old, new in zip(cards(before), cards(after), strict=True))
