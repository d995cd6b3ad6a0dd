"""A built site, as a browser and as a web server see it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
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

NOT_FOUND = "404.html"
"""A host shows this page at any depth, so its links are those of the host; nobody opens it from a disk."""


def find_browser() -> str | None:
    """Chromium on this machine; ``None``: there is none."""
    if named := os.environ.get("MESH_CHROMIUM"):
        return named
    return next(filter(None, map(shutil.which, _BROWSERS)), None)


def browser_is_required() -> bool:
    """In CI nothing is skipped, and whoever names a browser wants it used."""
    return os.environ.get("CI", "").lower() in {"1", "true"} or bool(os.environ.get("MESH_CHROMIUM"))


@dataclass(frozen=True)
class Site:
    """A site in a folder."""

    folder: Path

    @cached_property
    def pages(self) -> tuple[str, ...]:
        """Paths of all HTML files, relative to the root."""
        return self._files("html")

    @cached_property
    def portable(self) -> tuple[str, ...]:
        """Those that work from wherever they are opened, and stay: not the one of a host, and none that leads away."""
        return tuple(page for page in self.pages if page != NOT_FOUND and page not in self.redirects)

    @cached_property
    def redirects(self) -> tuple[str, ...]:
        """Pages of what is elsewhere now."""
        return tuple(page for page in self.pages if 'http-equiv="refresh"' in self.text(page))

    @cached_property
    def drawings(self) -> tuple[str, ...]:
        """Paths of all SVG files."""
        return self._files("svg")

    def _files(self, suffix: str) -> tuple[str, ...]:
        return tuple(sorted(path.relative_to(self.folder).as_posix() for path in self.folder.rglob(f"*.{suffix}")))

    @cached_property
    def kinds(self) -> dict[str, str]:
        """Of each kind of page the one with most in it: ``products/*/*/index.html`` and its path."""
        largest: dict[str, str] = {}
        for page in sorted(self.portable, key=lambda page: (self.folder / page).stat().st_size):
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


def shorten(text: str, longest: int = 300) -> str:
    """Both ends of a text."""
    return text if len(text) <= longest else f"{text[: longest // 2]} ... {text[-longest // 2 :]}"


def listed(problems: Sequence[str], most: int = 30) -> str:
    """Problems for a reader: each once, none endless, and not thousands."""
    each = list(dict.fromkeys(shorten(problem) for problem in problems))
    more = [f"... and {len(each) - most} more"] if len(each) > most else []
    return "\n".join(["", *each[:most], *more])


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
