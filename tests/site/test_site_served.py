"""`mesh docs serve`: the site on this machine alone, as it is now."""

from __future__ import annotations

import http.client
import json
import re
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pytest
from playwright.sync_api import Browser, expect

from support.manifests import manifest, model
from support.meshes import BuiltMesh
from support.processes import start
from support.site import listed
from support.site_browser import DESKTOP, new_tab

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("reference")]

_ADDRESS = re.compile(r"serving (http://127\.0\.0\.1:(\d+)/)")
MESH = "name: market\nprojects: [shop]\n"
Served = tuple[BuiltMesh, subprocess.Popen[str], str]


def _describe(mesh: BuiltMesh, description: str) -> None:
    """As if dbt had parsed the project again."""
    product = model("shop", "orders", {"order_id": "integer"}, description=description)
    mesh.write("shop/target/manifest.json", json.dumps(manifest("shop", product)))


@pytest.fixture(scope="module")
def shop(new_mesh: Callable[[str], BuiltMesh]) -> BuiltMesh:
    mesh = new_mesh(MESH)
    mesh.project("shop", {})
    _describe(mesh, "As it was.")
    return mesh


@pytest.fixture(scope="module")
def served(shop: BuiltMesh) -> Iterator[Served]:
    process = start(shop.root, "docs", "serve", "--port", "0", "--no-scores")
    try:
        yield shop, process, _address(process)
    finally:
        process.kill()
        process.communicate()


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if found := _ADDRESS.search(line):
            return found[1]
    raise AssertionError(process.communicate()[1])


def _line_of(stream: IO[str] | None) -> str:
    """The next line that a process writes."""
    assert stream is not None
    return stream.readline()


def _get(address: str, path: str, host: str = "localhost:1") -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(address.removeprefix("http://").rstrip("/"), timeout=10)
    connection.putrequest("GET", path, skip_host=True)
    connection.putheader("Host", host)
    connection.endheaders()
    response = connection.getresponse()
    response.read()
    connection.close()
    return response


def test_it_listens_on_the_loopback_alone(served: Served) -> None:
    _, process, address = served
    port = int(address.rstrip("/").rpartition(":")[2])
    rows = [line.split() for line in Path(f"/proc/{process.pid}/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
    listening = [row[1] for row in rows if row[3] == "0A" and row[1].endswith(f":{port:04X}")]
    assert listening == [f"0100007F:{port:04X}"]


@pytest.mark.parametrize(
    ("path", "host", "status"),
    [
        ("/", "localhost:1", 200),
        ("/index.html", "127.0.0.1:1", 200),
        ("/", "localhost", 200),
        ("/", "evil.example:1", 403),
        ("/", "evil.example", 403),
        ("/nothing/here.html", "localhost:1", 404),
        ("/../../mesh.yml", "localhost:1", 404),
        ("/%2e%2e/%2e%2e/mesh.yml", "localhost:1", 404),
        ("/assets", "localhost:1", 301),
    ],
)
def test_it_answers_its_own_machine_with_its_own_files(served: Served, path: str, host: str, status: int) -> None:
    """Another site's name may lead here: its pages would read ours."""
    assert _get(served[2], path, host).status == status


def test_an_open_page_follows_what_changes(served: Served, browser: Browser) -> None:
    mesh, _, address = served
    with new_tab(browser, viewport=DESKTOP) as tab:
        page = tab.open(address, "products/shop/orders/index.html")
        expect(page.locator("main")).to_contain_text("As it was.")
        _describe(mesh, "As it is.")
        expect(page.locator("main")).to_contain_text("As it is.", timeout=20_000)
        mesh.write("mesh.yml", "name: [")
        assert "error: " in _line_of(served[1].stderr), "the last good site stays"
        expect(page.locator("main")).to_contain_text("As it is.")
        mesh.write("mesh.yml", MESH)
        _describe(mesh, "As it will be.")
        expect(page.locator("main")).to_contain_text("As it will be.", timeout=20_000)
    problems = [problem for problem in tab.problems if "/_mesh/wait.js" not in problem]  # given up when a page goes
    assert not problems, listed(problems)


def test_a_port_in_use_is_told(shop: BuiltMesh) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = shop.run("mesh", "docs", "serve", "--port", str(port), check=False)
    assert done.returncode == 2
    assert f"port {port} is in use" in done.stderr
    assert "--port" in done.stderr


def test_ctrl_c_ends_it_at_once_though_pages_wait(shop: BuiltMesh, browser: Browser) -> None:
    process = start(shop.root, "docs", "serve", "--port", "0", "--no-scores")
    address = _address(process)
    with new_tab(browser, viewport=DESKTOP) as tab:
        tab.open(address, "index.html")
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=10)
    assert process.returncode == 0
    assert "Traceback" not in output + errors
