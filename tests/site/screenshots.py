"""`make screenshots`: the pictures of docs/images, taken of the site of the reference mesh."""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from support.site import HOW_TO_INSTALL, find_browser
from support.site_browser import launch, new_tab

_IMAGES = Path(__file__).parents[2] / "docs" / "images"
_SHOTS = (
    # name, page, width, height, colour scheme
    ("catalogue", "index.html", 1280, 840, "light"),
    ("catalogue-product", "products/operations/flights/index.html", 1280, 1000, "light"),
    ("catalogue-columns", "products/operations/flights/index.html#columns", 1280, 900, "light"),
    ("catalogue-lineage", "lineage.html", 1280, 1000, "dark"),
    ("catalogue-products", "products.html", 820, 900, "light"),
    ("catalogue-phone", "products/operations/flights/index.html", 390, 800, "dark"),
)


def main(site: Path) -> None:
    """Take all of them."""
    executable = find_browser()
    if executable is None:
        sys.exit(HOW_TO_INSTALL)
    _IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = launch(playwright, executable)
        for name, path, width, height, scheme in _SHOTS:
            with new_tab(browser, viewport={"width": width, "height": height}, color_scheme=scheme) as tab:
                page = tab.open(f"{site.resolve().as_uri()}/", path)
                page.wait_for_timeout(500)  # drawings are made once their data is there
                page.screenshot(path=_IMAGES / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
