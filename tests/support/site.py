"""A built site, as a browser and as a web server see it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
HOW_TO_INSTALL = (
    "no Chromium is installed: `apt-get install chromium`, or name another one in the variable MESH_CHROMIUM"
)


def find_browser() -> str | None:
    """Chromium on this machine; ``None``: there is none."""
    if named := os.environ.get("MESH_CHROMIUM"):
        return named
    return next(filter(None, map(shutil.which, _BROWSERS)), None)


def browser_is_required() -> bool:
    """In CI nothing is skipped, and whoever names a browser wants it used."""
    return os.environ.get("CI", "").lower() in {"1", "true"} or "MESH_CHROMIUM" in os.environ


@dataclass(frozen=True)
class Site:
    """A site in a folder."""

    folder: Path

    @cached_property
    def pages(self) -> tuple[str, ...]:
        """Paths of all HTML files, relative to the root."""
        return tuple(sorted(path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*.html")))

    @cached_property
    def kinds(self) -> dict[str, str]:
        """Of each kind of page the one with most in it: ``products/*/*/index.html`` and its path."""
        largest: dict[str, str] = {}
        for page in sorted(self.pages, key=lambda page: (self.folder / page).stat().st_size):
            largest[kind_of(page)] = page
        return dict(sorted(largest.items()))

    def text(self, path: str) -> str:
        """The content of a file."""
        return (self.folder / path).read_text(encoding="utf-8")

    @property
    def file_address(self) -> str:
        """The root, as a browser opens it from the disk."""
        return f"{self.folder.resolve().as_uri()}/"


def kind_of(page: str) -> str:
    """What all pages of one kind have in common."""
    *folders, name = page.split("/")
    if not folders:
        return name
    if folders[0] == "products" and name.startswith("v"):
        name = "v*.html"
    elif name not in {"index.html", "changes.html"}:
        name = "*.html"
    return "/".join([folders[0], *("*" for _ in folders[1:]), name])


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """The browser's own record says what went wrong."""


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The address of a plain web server for ``folder``; it knows nothing of the site."""
    handler: Callable[..., SimpleHTTPRequestHandler] = partial(_Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()
