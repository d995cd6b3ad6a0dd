"""Registries behind real servers on this machine: an S3 server, and web servers that behave and misbehave."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from mesh_tools.errors import MeshError
from mesh_tools.interface.document import sealed, to_json
from mesh_tools.interface.registry import Publication, open_registry
from mesh_tools.model.interface import Interface, Product, ProductVersion
from support.s3 import s3_options

FLEET = sealed(
    Interface(
        project="fleet",
        products=(Product(name="flights", versions=(ProductVersion(semantic_version="1.0.0", path="f.sql"),)),),
        environment="prod",
        published_at="2026-01-01T00:00:00Z",
        promised_since="2026-01-01T00:00:00Z",
    )
)
CHANGED = sealed(
    replace(FLEET, domain="ops", published_at="2026-01-02T00:00:00Z", promised_since="2026-01-02T00:00:00Z")
)


@pytest.fixture(autouse=True)
def _only_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@contextmanager
def serving(handler: Any) -> Iterator[str]:
    """The address of a web server with ``handler``."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def answering(status: int, body: bytes = b"", seen: list[tuple[str, str]] | None = None) -> type:
    """A handler that answers every request in the same way, and notes what it was asked."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if seen is not None:
                seen.append((self.path, self.headers.get("Authorization", "")))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_HEAD = do_PUT = do_GET  # noqa: N815 - the names that http.server calls

        def log_message(self, *_: Any) -> None:
            pass

    return Handler


class QuietFiles(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def closed_port() -> str:
    """An address where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


# --- S3 ------------------------------------------------------------------------------------------------------------


def test_s3_holds_a_registry(s3_address: str, tmp_path: Path) -> None:
    registry = open_registry("s3://mesh/holds/", base=tmp_path, options=s3_options(s3_address))
    assert registry.url == "s3://mesh/holds"
    assert registry.get("fleet", "prod") is None
    assert registry.projects("prod") == ()
    assert registry.history("fleet", "prod") == ()
    assert registry.publish(FLEET) == Publication(changed=True, previous_fingerprint=None)
    assert registry.publish(FLEET) == Publication(changed=False, previous_fingerprint=FLEET.fingerprint)
    assert registry.publish(CHANGED) == Publication(changed=True, previous_fingerprint=FLEET.fingerprint)
    assert registry.get("fleet", "prod") == CHANGED
    assert registry.history("fleet", "prod") == (FLEET, CHANGED)
    assert registry.projects("prod") == ("fleet",)


def test_s3_readers_see_each_publication_of_others_at_once(s3_address: str, tmp_path: Path) -> None:
    writer, reader = (open_registry("s3://mesh/fresh", base=tmp_path, options=s3_options(s3_address)) for _ in "ab")
    assert (reader.get("fleet", "prod"), reader.projects("prod")) == (None, ())
    writer.publish(FLEET)
    assert (reader.get("fleet", "prod"), reader.projects("prod")) == (FLEET, ("fleet",))
    assert reader.history("fleet", "prod") == (FLEET,)
    writer.publish(CHANGED)
    assert reader.get("fleet", "prod") == CHANGED
    assert reader.history("fleet", "prod") == (FLEET, CHANGED)


def test_s3_bucket_root_holds_a_registry(s3_address: str, tmp_path: Path) -> None:
    registry = open_registry("s3://mesh", base=tmp_path, options=s3_options(s3_address))
    registry.publish(replace(FLEET, environment="root"))
    assert registry.projects("root") == ("fleet",)
    assert len(registry.history("fleet", "root")) == 1


def test_s3_bucket_that_is_missing_is_an_error_and_not_an_empty_registry(s3_address: str, tmp_path: Path) -> None:
    registry = open_registry("s3://no-such-bucket/x", base=tmp_path, options=s3_options(s3_address))
    for call in (
        lambda: registry.get("fleet", "prod"),
        lambda: registry.projects("prod"),
        lambda: registry.publish(FLEET),
    ):
        with pytest.raises(MeshError, match=r"s3://no-such-bucket/x does not exist .*bucket"):
            call()


def test_s3_that_is_not_there_is_one_error(closed_port: str, tmp_path: Path) -> None:
    registry = open_registry("s3://mesh/x", base=tmp_path, options=s3_options(closed_port))
    with pytest.raises(MeshError, match="the registry s3://mesh/x cannot be reached"):
        registry.get("fleet", "prod")


def test_s3_that_refuses_access_is_one_error_without_the_secret(tmp_path: Path) -> None:
    body = b"<Error><Code>AccessDenied</Code><Message>hunter22 of KEYID1234 is wrong</Message></Error>"
    with serving(answering(403, body)) as address:
        registry = open_registry("s3://mesh/x", base=tmp_path, options=s3_options(address))
        for call in (lambda: registry.get("fleet", "prod"), lambda: registry.projects("prod")):
            with pytest.raises(MeshError, match=r"refuses access \(\*\*\* of \*\*\* is wrong\)") as caught:
                call()
            assert "hunter22" not in str(caught.value)


def test_s3_that_fails_is_one_error(tmp_path: Path) -> None:
    body = b"<Error><Code>InternalError</Code><Message>We are sorry</Message></Error>"
    with serving(answering(500, body)) as address:
        registry = open_registry("s3://mesh/x", base=tmp_path, options=s3_options(address))
        with pytest.raises(MeshError, match=r"answers with an error \(.*We are sorry\)"):
            registry.get("fleet", "prod")


def test_s3_get_is_one_request_for_the_whole_document(tmp_path: Path) -> None:
    """Never ranges, which a publication between them would tear; never a listing, which may be forbidden."""
    seen: list[tuple[str, str]] = []
    with serving(answering(200, to_json(FLEET), seen)) as address:
        options = {**s3_options(address), "default_block_size": 100, "max_concurrency": 8}
        assert open_registry("s3://mesh/x", base=tmp_path, options=options).get("fleet", "prod") == FLEET
    assert [path for path, _ in seen] == ["/mesh/x/prod/fleet/current.json"]


def test_options_that_the_file_system_does_not_know_are_one_error(s3_address: str, tmp_path: Path) -> None:
    options = {**s3_options(s3_address), "colour": "red"}
    with pytest.raises(MeshError, match=r"does not take these options .*colour"):
        open_registry("s3://mesh/x", base=tmp_path, options=options).get("fleet", "prod")


# --- web servers ---------------------------------------------------------------------------------------------------


def test_a_web_server_over_a_folder_is_a_registry_to_read(tmp_path: Path) -> None:
    folder = open_registry("registry", base=tmp_path)
    with serving(partial(QuietFiles, directory=str(tmp_path))) as address:
        web = open_registry(f"http://{address}/registry/", base=tmp_path)
        assert web.get("fleet", "prod") is None
        for interface in (FLEET, CHANGED):
            folder.publish(interface)
            assert web.get("fleet", "prod") == interface


def test_a_web_registry_is_read_only_and_cannot_be_listed(tmp_path: Path) -> None:
    seen: list[tuple[str, str]] = []
    with serving(answering(200, seen=seen)) as address:
        web = open_registry(f"http://{address}/registry", base=tmp_path)
        with pytest.raises(MeshError, match="is read-only"):
            web.publish(FLEET)
        with pytest.raises(MeshError, match="cannot be listed"):
            web.history("fleet", "prod")
        with pytest.raises(MeshError, match="cannot be listed"):
            web.projects("prod")
    assert seen == []


def test_get_is_one_request_that_carries_credentials_and_query_which_no_message_shows(tmp_path: Path) -> None:
    seen: list[tuple[str, str]] = []
    with serving(answering(403, seen=seen)) as address:
        web = open_registry(f"http://user:hunter22@{address}/r?sig=s3cr3t", base=tmp_path)
        assert web.url == f"http://{address}/r"
        with pytest.raises(MeshError, match=r"refuses access \(HTTP 403\)") as caught:
            web.get("fleet", "prod")
    assert seen == [("/r/prod/fleet/current.json?sig=s3cr3t", "Basic dXNlcjpodW50ZXIyMg==")]
    shown = f"{caught.value}{caught.value.__cause__}"
    assert f"http://{address}/r/prod/fleet/current.json" in shown
    assert "hunter22" not in shown
    assert "s3cr3t" not in shown


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (401, b"", r"refuses access \(HTTP 401\)"),
        (500, b"", r"answers with an error \(HTTP 500\)"),
        (503, b"", r"answers with an error \(HTTP 503\)"),
        (200, b"<html>Sign in</html>", "is not JSON"),
        (200, b"", "is empty"),
        (200, b'{"schema_version": "2.0", "project": "fleet"}', "newer mesh"),
    ],
)
def test_a_web_server_that_misbehaves_is_one_error_with_its_address(
    tmp_path: Path, status: int, body: bytes, message: str
) -> None:
    with (
        serving(answering(status, body)) as address,
        pytest.raises(MeshError, match=message) as caught,
    ):
        open_registry(f"http://{address}/r", base=tmp_path).get("fleet", "prod")
    assert f"http://{address}/r/prod/fleet/current.json" in str(caught.value)


def test_a_web_server_that_is_not_there_is_one_error(closed_port: str, tmp_path: Path) -> None:
    web = open_registry(f"http://user:hunter22@{closed_port}/r", base=tmp_path)
    with pytest.raises(MeshError, match="cannot be reached") as caught:
        web.get("fleet", "prod")
    assert "hunter22" not in str(caught.value)


def test_a_web_server_that_never_answers_is_one_error_in_time(tmp_path: Path) -> None:
    from aiohttp import ClientTimeout

    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/r"
        options = {"client_kwargs": {"timeout": ClientTimeout(total=0.2)}}
        with pytest.raises(MeshError, match="does not answer in time"):
            open_registry(url, base=tmp_path, options=options).get("fleet", "prod")
