"""The site of the reference mesh, and a browser to look at it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from support.meshes import BuiltMesh
from support.site import HOW_TO_INSTALL, Site, browser_is_required, find_browser, listed, serving
from support.site_browser import DESKTOP, Tab, launch, new_tab


@pytest.fixture(scope="package")  # no longer: while Playwright runs, nothing else may run an event loop
def browser() -> Iterator[Browser]:
    executable = find_browser()
    if executable is None:
        if browser_is_required():
            pytest.fail(HOW_TO_INSTALL)
        pytest.skip(HOW_TO_INSTALL)
    with sync_playwright() as playwright:
        running = launch(playwright, executable)
        yield running
        running.close()


@pytest.fixture
def tab(browser: Browser) -> Iterator[Tab]:
    """An empty tab at the width of a desktop; nothing may go wrong in it."""
    with new_tab(browser, viewport=DESKTOP) as opened:
        yield opened
        assert not opened.problems, listed(opened.problems)


@pytest.fixture(scope="session")
def site(reference_mesh: BuiltMesh, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The public site of the reference mesh."""
    return _built(reference_mesh, tmp_path_factory.mktemp("public") / "catalogue")


@pytest.fixture(scope="session")
def whole_site(reference_mesh: BuiltMesh, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The site with everything private."""
    return _built(reference_mesh, tmp_path_factory.mktemp("all") / "catalogue", "--all")


def _built(mesh: BuiltMesh, folder: Path, *options: str) -> Site:
    mesh.run("mesh", "docs", "build", "--output", str(folder), *options)
    return Site(folder)


@pytest.fixture(scope="package")
def http_address(site: Site) -> Iterator[str]:
    """Where a plain web server has the site: below a folder, as on GitHub Pages."""
    with serving(site.folder.parent) as address:
        yield f"{address}{site.folder.name}/"
