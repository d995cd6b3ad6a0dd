"""How scores have moved."""

from __future__ import annotations

from datetime import date

from mesh_tools.lint.scorecard import DomainEntry, Entry, entry_of, scorecard_of, trend_of
from mesh_tools.lint.scorecard.trends import SHOWN
from support.scorecards import mesh, product

TODAY = date(2026, 7, 10)


def entry(day: str, score: int) -> Entry:
    return Entry(at=f"{day}T08:00:00+00:00", score=score)


def test_a_run_keeps_the_scores_of_domains_and_products() -> None:
    found = entry_of(scorecard_of(mesh({"shop": [product()]}), ()), at="2026-07-10T08:00:00+00:00", commit="abc")
    assert found.score == 100
    assert found.domains == {"shop": DomainEntry(score=100)}
    assert found.products == {"shop.orders": 100}


def test_the_trend_is_against_the_last_run_of_an_earlier_day() -> None:
    history = [entry("2026-07-08", 50), entry("2026-07-09", 60), entry("2026-07-09", 70), entry("2026-07-10", 10)]
    trend = trend_of(75, history, TODAY, lambda run: run.score)
    assert trend.before == 70
    assert trend.change == 5
    assert trend.scores == (50, 70, 75)


def test_on_the_first_day_the_trend_is_against_its_first_run() -> None:
    history = [entry("2026-07-10", 50), entry("2026-07-10", 60)]
    trend = trend_of(75, history, TODAY, lambda run: run.score)
    assert (trend.before, trend.scores) == (50, (75,))


def test_what_was_not_there_has_no_trend() -> None:
    trend = trend_of(75, [entry("2026-07-09", 50)], TODAY, lambda run: run.products.get("shop.orders"))
    assert trend.change is None


def test_a_trend_has_few_scores() -> None:
    history = [entry(f"2026-06-{day:02}", day) for day in range(1, 31)]
    trend = trend_of(75, history, TODAY, lambda run: run.score)
    assert len(trend.scores) == SHOWN
    assert trend.scores[-2:] == (30, 75)
