"""The soak in short: builds that end at random moments, with readers all the while. `make soak` is the long form."""

from __future__ import annotations

from pathlib import Path

import pytest

from soak.rounds import Soak

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("soak")]


def test_nothing_is_lost_or_seen_by_halves_however_builds_end(tmp_path: Path) -> None:
    figures = Soak(tmp_path, seed=27, say=print).run(builds=3)
    assert figures.builds >= 3
    assert figures.reads > 20
