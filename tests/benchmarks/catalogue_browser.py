"""What a page costs a browser until it is ready: CPU of its renderer, and its JavaScript heap."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from playwright.sync_api import Browser, CDPSession, Page

_POLL = 0.25
_QUIET = 0.03
"""CPU seconds between two looks below which a renderer is ready: what blinks and moves goes on for ever."""
_SEARCH = """async (query) => {
  const before = performance.now();
  await M.search.ask(query, 8, () => undefined);
  return performance.now() - before;
}"""


@dataclass(frozen=True)
class Cost:
    """Of one page.

    Attributes:
        cpu: Seconds of the renderer process.
        heap_mb: Of JavaScript, after a collection; ``None``: it was not ready within the limit.
    """

    cpu: float
    heap_mb: float | None


def cost_of(browser: Browser, url: str, limit: float) -> Cost:
    """Open ``url`` in a fresh renderer, and wait until that has nothing more to do; ``limit`` in seconds."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    processes = browser.new_browser_cdp_session()
    try:
        page = context.new_page()
        session = context.new_cdp_session(page)
        before = _renderers(processes)
        deadline = time.monotonic() + limit
        page.goto(url, wait_until="commit", timeout=limit * 1000)
        if not _settled(processes, deadline):
            return Cost(_renderers(processes) - before, None)
        return Cost(_renderers(processes) - before, _heap(session))
    finally:
        context.close()
        processes.detach()


def search_times(browser: Browser, url: str, queries: Sequence[str]) -> list[float]:
    """Milliseconds of each query, the first with the loading of what it needs; then each once more."""
    context = browser.new_context()
    try:
        page: Page = context.new_page()
        page.goto(url)
        page.wait_for_function("window.M && M.search")
        return [float(page.evaluate(_SEARCH, query)) for query in (*queries, *queries)]
    finally:
        context.close()


def _renderers(session: CDPSession) -> float:
    found = session.send("SystemInfo.getProcessInfo")["processInfo"]
    return float(sum(process["cpuTime"] for process in found if process["type"] == "renderer"))


def _settled(session: CDPSession, deadline: float) -> bool:
    last, quiet = _renderers(session), 0
    while time.monotonic() < deadline:
        time.sleep(_POLL)
        now = _renderers(session)
        quiet = quiet + 1 if now - last < _QUIET else 0
        last = now
        if quiet > 2:
            return True
    return False


def _heap(session: CDPSession) -> float:
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    metrics = {metric["name"]: metric["value"] for metric in session.send("Performance.getMetrics")["metrics"]}
    return float(metrics["JSHeapUsedSize"]) / 1024**2
