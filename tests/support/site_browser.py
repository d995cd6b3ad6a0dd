"""A tab of a browser that remembers everything that went wrong in it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Playwright, Request, Response, ViewportSize

CANARY = "__ran"
"""What an attack sets in the window when it runs."""
# Set up before anything of the page: a policy's reports, and what runs that should not.
_WATCH = f"""
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${{event.effectiveDirective}} ${{event.blockedURI}} ${{event.sample}}`));
Object.defineProperty(window, "{CANARY}", {{ set: (value) => console.error(`canary: ${{value}}`), get: () => false }});
"""
DESKTOP = ViewportSize(width=1280, height=900)
PHONE = ViewportSize(width=390, height=844)
TABLET = ViewportSize(width=768, height=1024)
_RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
CONTRAST = ("color-contrast", "link-in-text-block")
"""What a dark page may do wrong that a light one does not."""


class Tab:
    """One page after the other, and what went wrong in each."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.problems: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self._note(f"error: {error}"))
        page.on("requestfailed", self._failed)
        page.on("request", self._asked)
        page.on("response", self._answered)
        page.on("dialog", self._dialog)
        self._root = ""

    def open(self, root: str, path: str = "") -> Page:
        """Load a page of the site at ``root``; whatever is asked for elsewhere is a problem."""
        self._root = root
        self.page.goto(root + path, wait_until="load")
        return self.page

    def _note(self, text: str) -> None:
        self.problems.append(f"{self.page.url}: {text}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self._note(f"console: {message.text}")

    def _failed(self, request: Request) -> None:
        if request.failure == "net::ERR_ABORTED":
            return  # the next page was asked for before all of this one was there
        self._note(f"failed: {request.url} {request.failure}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self._root, "data:image/")):
            self._note(f"outside: {request.url}")

    def _answered(self, response: Response) -> None:
        if urlsplit(response.url).scheme.startswith("http") and response.status not in {200, 304}:
            self._note(f"answer {response.status}: {response.url}")

    def _dialog(self, dialog: Dialog) -> None:
        self._note(f"dialog: {dialog.message}")
        dialog.dismiss()


def launch(playwright: Playwright, executable: str) -> Browser:
    """Start the browser. Chromium refuses a sandbox to root, as whom containers run."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    return playwright.chromium.launch(executable_path=executable, args=arguments)


@contextmanager
def new_tab(browser: Browser, **settings: Any) -> Iterator[Tab]:
    """A tab in a profile of its own; ``settings`` are those of Playwright's contexts."""
    context = browser.new_context(**settings)
    context.set_default_timeout(10_000)
    context.add_init_script(_WATCH)
    try:
        yield Tab(context.new_page())
    finally:
        context.close()


@cache
def _axe() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def audit(page: Page, rules: Sequence[str] = _RULES) -> list[str]:
    """What axe-core finds on the page that is open: rule, place, and why. ``rules``: tags, or names of rules."""
    page.evaluate(_axe())
    # Preloaded, our style sheet would be fetched, against the policy of the page.
    options = {"runOnly": list(rules), "resultTypes": ["violations"], "preload": False}
    found = page.evaluate("(options) => axe.run(document, options)", options)
    return [
        f"{violation['id']} ({violation['impact']}): {node['target']} {' '.join(node['failureSummary'].split())}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


_TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const scrolls = (e) => e && (getComputedStyle(e).overflowX !== "visible" || scrolls(e.parentElement));
  return [...document.querySelectorAll("body *")]
    .filter((e) => e.getBoundingClientRect().right > width + 1 && !scrolls(e.parentElement))
    .slice(0, 5).map((e) => `${Math.round(e.getBoundingClientRect().right)} > ${width} ` + e.outerHTML.slice(0, 120))
    .concat(["it scrolls sideways"]);
}"""


def overflow(page: Page) -> list[str]:
    """What makes the page wider than the window; empty when nothing does."""
    found: list[str] = page.evaluate(_TOO_WIDE)
    return found
