"""The documentation keeps step with the code."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from support.meshes import REPOSITORY

PAGES = sorted(
    path for pattern in ("*.md", "docs/**/*.md", "projects/*.md", "macros/*.md") for path in REPOSITORY.glob(pattern)
)
_LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#\s]+)")


@pytest.mark.parametrize("document", ["mesh", "interface", "meta", "lint", "lint-report", "lint-scorecard", "site"])
def test_published_json_schemas_are_those_of_the_code(document: str) -> None:
    """`make docs` writes them anew."""
    published = (REPOSITORY / "docs" / "schemas" / f"{document}.json").read_text(encoding="utf-8")
    printed = subprocess.run(
        [sys.executable, "-m", "mesh_tools", "schema", document], capture_output=True, text=True, check=True
    ).stdout
    assert json.loads(published) == json.loads(printed)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_links_between_files_lead_somewhere(page: Path) -> None:
    """Relative links, in every page."""
    links = _LINK.findall(page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_no_page_is_lost() -> None:
    """Every page below docs/ can be reached from the README, by links."""
    seen: set[Path] = set()
    pending = [REPOSITORY / "README.md"]
    while pending:
        page = pending.pop().resolve()
        if page not in seen and page.suffix == ".md" and page.is_file():
            seen.add(page)
            pending += [page.parent / link for link in _LINK.findall(page.read_text(encoding="utf-8"))]
    assert [page for page in PAGES if page.resolve() not in seen] == []
