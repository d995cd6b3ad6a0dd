"""A web server for one folder, on the loopback alone; pages that it hands out load themselves anew."""

from __future__ import annotations

import errno
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from mesh_tools.errors import MeshError
from mesh_tools.site.serving.live import Live

HOST = "127.0.0.1"
_NAMES = frozenset({"127.0.0.1", "localhost"})
_PREFIX = "/_mesh/"
_TAG = b'<script defer src="/_mesh/live.js" data-version="%d"></script></body>'
# A classic script again: the site's own policy allows no other way to ask.
_LIVE = b"""(function () {
  "use strict";
  var wait = function (version) {
    var script = document.createElement("script");
    script.src = "/_mesh/wait.js?version=" + version;
    script.onload = function () {
      script.remove();
    };
    script.onerror = function () {
      script.remove();
      setTimeout(function () { wait(version); }, 1000);
    };
    document.head.appendChild(script);
  };
  window.meshLive = function (seen, version) {
    if (seen && seen !== version) location.reload();
    else wait(version);
  };
  var version = document.currentScript.getAttribute("data-version");
  // Not before: a page counts as loading for as long as a script of it is waited for.
  window.addEventListener("load", function () { wait(version); });
})();
"""


def open_server(folder: Path, port: int, live: Live) -> ThreadingHTTPServer:
    """A server of ``folder`` that listens; ``port`` 0 takes any that is free.

    Raises:
        MeshError: the port is taken, or may not be used.
    """

    class Handler(_Handler):
        site = folder
        state = live

    try:
        return _Server((HOST, port), Handler)
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        why = "is in use" if taken else f"cannot be used: {error.strerror}"
        raise MeshError(f"port {port} {why}", hint="name another one with --port; 0 takes any that is free") from None


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that goes away in the middle of an answer is no error."""


class _Handler(SimpleHTTPRequestHandler):
    site: Path
    state: Live
    protocol_version = "HTTP/1.1"

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, directory=str(self.site), **options)

    def do_GET(self) -> None:
        """A file of the site, or what the pages ask for to be up to date."""
        if not self._is_for_us():
            self.send_error(HTTPStatus.FORBIDDEN, "this server answers to localhost alone")
            return
        url = urlsplit(self.path)
        if url.path == f"{_PREFIX}live.js":
            self._send(_LIVE, "text/javascript")
        elif url.path == f"{_PREFIX}wait.js":
            seen = parse_qs(url.query).get("version", [""])[0]
            known = seen if seen.isdigit() else ""
            self._send(f'meshLive("{known}", "{self.state.wait(known)}");\n'.encode(), "text/javascript")
        else:
            self._site(url.path)

    def do_HEAD(self) -> None:
        """The same without the content."""
        if self._is_for_us():
            super().do_HEAD()
        else:
            self.send_error(HTTPStatus.FORBIDDEN)

    def _is_for_us(self) -> bool:
        """Whether the browser was told a name of this machine: else another site's name leads here."""
        return (self.headers.get("Host") or "").partition(":")[0] in _NAMES

    def _site(self, path: str) -> None:
        file = Path(self.translate_path(path))
        if file.is_dir():
            if not path.endswith("/"):
                self.send_response(HTTPStatus.MOVED_PERMANENTLY)
                self.send_header("Location", f"{path}/")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            file /= "index.html"
        version = (
            self.state.number
        )  # before the file is read: then a page may be loaded once too often, never too seldom
        try:
            content, status = file.read_bytes(), HTTPStatus.OK
        except OSError:
            content, status, file = self._not_found(), HTTPStatus.NOT_FOUND, Path("404.html")
        if file.suffix == ".html":
            content = content.replace(b"</body>", _TAG % version, 1)
        self._send(content, self.guess_type(str(file)), status)

    def _not_found(self) -> bytes:
        try:
            return (self.site / "404.html").read_bytes()
        except OSError:
            return b"not found"

    def _send(self, content: bytes, kind: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8" if "charset" not in kind else kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_arguments: object) -> None:
        """Nothing: what was asked for is of no interest."""
