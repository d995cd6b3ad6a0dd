"""A registry in a folder or in memory: publish, get, history, crashes, concurrency, errors."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from msgspec.structs import replace

from mesh_tools.errors import MeshError
from mesh_tools.interface.document import from_json, sealed, to_json
from mesh_tools.interface.registry import Publication, Registry, open_registry
from mesh_tools.model.interface import Column, Interface, Product, ProductVersion, Relation

ROOT = Path(__file__).parents[4]


def fleet(description: str = "", at: str | None = None, environment: str | None = "prod") -> Interface:
    """An interface that is large enough to be torn: a few hundred kilobytes."""
    columns = tuple(Column(name=f"c{n}", data_type="varchar", description=description * 20) for n in range(200))
    version = ProductVersion(semantic_version="1.0.0", path="flights.sql", columns=columns)
    return Interface(
        project="fleet",
        products=(Product(name="flights", versions=(version,)),),
        relations={"flights": Relation(schema="fleet", identifier="flights")},
        environment=environment,
        published_at=at,
    )


@pytest.fixture(params=["folder", "memory"])
def registry(request: pytest.FixtureRequest, tmp_path: Path) -> Registry:
    url = "registry" if request.param == "folder" else f"memory://{tmp_path.name}"
    return open_registry(url, base=tmp_path)


def test_what_was_published_is_what_everybody_gets(registry: Registry) -> None:
    assert registry.get("fleet", "prod") is None
    assert registry.publish(fleet(at="2026-01-01T00:00:00Z")) == Publication(changed=True, previous_fingerprint=None)
    published = replace(fleet(at="2026-01-01T00:00:00Z"), promised_since="2026-01-01T00:00:00Z")
    assert registry.get("fleet", "prod") == sealed(published)


def test_environments_are_apart(registry: Registry) -> None:
    registry.publish(fleet(environment="dev"))
    assert registry.get("fleet", "prod") is None
    assert registry.projects("prod") == ()
    assert registry.history("fleet", "prod") == ()


def test_publishing_the_same_again_is_no_change_but_renews_the_time(registry: Registry) -> None:
    first = fleet(at="2026-01-01T00:00:00Z")
    registry.publish(first)
    again = registry.publish(replace(first, published_at="2026-01-02T00:00:00Z", consumptions=()))
    assert again == Publication(changed=False, previous_fingerprint=sealed(first).fingerprint)
    found = registry.get("fleet", "prod")
    assert found is not None
    assert found.published_at == "2026-01-02T00:00:00Z"
    assert found.promised_since == "2026-01-01T00:00:00Z"


def test_a_promise_is_as_old_as_its_first_publication_after_another_one(registry: Registry) -> None:
    for name, day in (("a", 1), ("b", 2), ("a", 3), ("a", 4)):
        registry.publish(fleet(name, at=f"2026-01-0{day}T00:00:00Z"))
    since = [(one.published_at, one.promised_since) for one in registry.history("fleet", "prod")]
    assert since == [("2026-01-02T00:00:00Z",) * 2, ("2026-01-04T00:00:00Z", "2026-01-03T00:00:00Z")]


def test_a_moved_relation_is_a_change_of_the_same_promise(registry: Registry) -> None:
    registry.publish(fleet())
    moved = replace(fleet(), relations={"flights": Relation(schema="elsewhere", identifier="flights")})
    assert registry.publish(moved) == Publication(changed=True, previous_fingerprint=sealed(fleet()).fingerprint)
    assert len(registry.history("fleet", "prod")) == 1


def test_history_holds_every_promise_once_oldest_first_and_ends_with_the_newest(registry: Registry) -> None:
    """The offset and the missing time zone count: 09:00+02:00 is before 08:00 UTC."""
    registry.publish(fleet("b", at="2026-01-01T08:00:00"))
    registry.publish(fleet("a", at="2026-01-01T09:00:00+02:00"))
    registry.publish(fleet("c", at="2026-01-03T00:00:00Z"))
    registry.publish(fleet("b", at="2026-01-04T00:00:00Z"))
    times = [interface.published_at for interface in registry.history("fleet", "prod")]
    assert times == ["2026-01-01T09:00:00+02:00", "2026-01-03T00:00:00Z", "2026-01-04T00:00:00Z"]
    assert registry.history("fleet", "prod")[-1] == registry.get("fleet", "prod")


def test_projects_are_those_that_published_in_the_environment(registry: Registry) -> None:
    registry.publish(replace(fleet(), project="weather"))
    registry.publish(fleet())
    registry.publish(replace(fleet(environment="dev"), project="sales"))
    assert registry.projects("prod") == ("fleet", "weather")


def test_a_publication_without_a_time_gets_the_present_one(registry: Registry) -> None:
    registry.publish(fleet())
    found = registry.get("fleet", "prod")
    assert found is not None
    assert (found.published_at or "").endswith("+00:00")


def test_another_registry_object_sees_each_publication_at_once(tmp_path: Path) -> None:
    for url in ("registry", "memory://seen-at-once"):
        writer, reader = open_registry(url, base=tmp_path), open_registry(url, base=tmp_path)
        assert reader.projects("prod") == ()
        for text in ("a", "b"):
            writer.publish(fleet(text))
            assert reader.get("fleet", "prod") == writer.get("fleet", "prod")
            assert len(reader.history("fleet", "prod")) == len(writer.history("fleet", "prod"))
        assert reader.projects("prod") == ("fleet",)


def test_an_interface_without_environment_is_not_published(registry: Registry) -> None:
    with pytest.raises(MeshError, match="names none"):
        registry.publish(fleet(environment=None))


@pytest.mark.parametrize("project", ["../x", "a/b", "", "nul", "x\n"])
def test_a_name_that_could_leave_the_registry_is_refused(registry: Registry, project: str) -> None:
    with pytest.raises(MeshError, match="cannot be a project name"):
        registry.get(project, "prod")
    with pytest.raises(MeshError, match="cannot be a project name"):
        registry.publish(replace(fleet(), project=project))
    with pytest.raises(MeshError, match="cannot be an environment name"):
        registry.get("fleet", f"../{project}")
    with pytest.raises(MeshError, match="cannot be an environment name"):
        registry.projects("..")


def test_a_product_or_path_that_no_consumer_could_install_is_not_published(registry: Registry) -> None:
    version = ProductVersion(semantic_version="1.0.0", path="../../x.sql")
    for product in (
        Product(name="a'b", versions=(replace(version, path="x.sql"),)),
        Product(name="a", versions=(version,)),
    ):
        with pytest.raises(MeshError, match="cannot be"):
            registry.publish(replace(fleet(), products=(product,)))
    assert registry.projects("prod") == ()


# --- a folder ------------------------------------------------------------------------------------------------------


def test_the_layout_is_the_documented_one_and_nothing_else_is_left_there(tmp_path: Path) -> None:
    open_registry("registry", base=tmp_path).publish(fleet())
    files = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    name = f"{sealed(fleet()).fingerprint}.json"
    assert files == {"registry/prod/fleet/current.json", f"registry/prod/fleet/history/{name}"}


def test_documents_are_readable_by_others_as_the_umask_says(tmp_path: Path) -> None:
    old = os.umask(0o022)
    try:
        open_registry("registry", base=tmp_path).publish(fleet())
    finally:
        os.umask(old)
    assert (tmp_path / "registry/prod/fleet/current.json").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("write", ["{base}/r", "file://{base}/r", "r", "./r", "FILE://{base}/r", "file:{base}/r"])
def test_a_folder_may_be_written_as_a_path_or_as_a_url(tmp_path: Path, write: str) -> None:
    open_registry(write.format(base=tmp_path), base=tmp_path).publish(fleet())
    assert (tmp_path / "r/prod/fleet/current.json").is_file()


@pytest.mark.parametrize("url", ["", " ", "file://host/share", "file://relative"])
def test_what_names_no_folder_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(MeshError, match=r"empty path|names no folder"):
        open_registry(url, base=tmp_path)


def test_a_registry_that_is_a_file_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "registry").write_text("")
    registry = open_registry("registry", base=tmp_path)
    with pytest.raises(MeshError, match=r"cannot be read: Not a directory") as caught:
        registry.get("fleet", "prod")
    assert caught.value.where is not None
    assert caught.value.where.path.endswith("prod/fleet/current.json")
    (tmp_path / "other").mkdir()
    (tmp_path / "other/prod").write_text("")
    with pytest.raises(MeshError, match=r"cannot be (read|written)"):
        open_registry("other", base=tmp_path).publish(fleet())


def test_a_folder_that_cannot_be_created_is_one_error_and_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "registry/prod/fleet/history" / f"{sealed(fleet()).fingerprint}.json"
    target.mkdir(parents=True)
    with pytest.raises(MeshError, match="cannot be written: Is a directory"):
        open_registry("registry", base=tmp_path).publish(fleet())
    assert list(target.parent.iterdir()) == [target]


def test_a_damaged_document_is_one_error_to_readers_and_is_replaced_by_the_next_publication(tmp_path: Path) -> None:
    registry = open_registry("registry", base=tmp_path)
    registry.publish(fleet())
    current = tmp_path / "registry/prod/fleet/current.json"
    current.write_bytes(current.read_bytes()[:1000])
    with pytest.raises(MeshError, match="truncated") as caught:
        registry.get("fleet", "prod")
    assert str(current) in str(caught.value)
    assert registry.publish(fleet()) == Publication(changed=True, previous_fingerprint=None)
    assert registry.get("fleet", "prod") is not None


def test_a_document_of_a_newer_major_version_is_not_overwritten(tmp_path: Path) -> None:
    registry = open_registry("registry", base=tmp_path)
    current = tmp_path / "registry/prod/fleet/current.json"
    current.parent.mkdir(parents=True)
    current.write_text('{"schema_version": "2.0", "project": "fleet"}')
    for call in (lambda: registry.get("fleet", "prod"), lambda: registry.publish(fleet())):
        with pytest.raises(MeshError, match="newer mesh"):
            call()
    assert current.read_text() == '{"schema_version": "2.0", "project": "fleet"}'


def test_a_document_that_was_copied_from_elsewhere_is_refused(tmp_path: Path) -> None:
    registry = open_registry("registry", base=tmp_path)
    registry.publish(fleet(environment="dev"))
    (tmp_path / "registry/dev").rename(tmp_path / "registry/prod")
    with pytest.raises(MeshError, match="holds 'fleet' in environment 'dev'"):
        registry.get("fleet", "prod")


# --- crashes and concurrency ---------------------------------------------------------------------------------------

PUBLISHER = """
import sys
from pathlib import Path
from msgspec.structs import replace
from mesh_tools.interface.document import from_json
from mesh_tools.interface.registry import open_registry
interface = from_json(sys.stdin.buffer.read(), "stdin")
registry = open_registry(sys.argv[1], base=Path.cwd())
for n in range(int(sys.argv[2])):
    registry.publish(replace(interface, domain=f"{sys.argv[3]}{n % 3}"))
    print(n, flush=True)
"""


def start_publisher(folder: Path, rounds: int, name: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-c", PUBLISHER, str(folder), str(rounds), name],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    process.stdin.write(to_json(sealed(fleet("text"))))
    process.stdin.close()
    return process


def finish(process: subprocess.Popen[bytes]) -> int:
    assert process.stdout is not None
    with process.stdout:
        process.stdout.read()
    return process.wait()


def test_no_reader_ever_sees_a_torn_document_while_processes_publish(tmp_path: Path) -> None:
    registry = open_registry("registry", base=tmp_path)
    registry.publish(fleet("text"))
    publishers = [start_publisher(tmp_path / "registry", 30, name) for name in "ab"]
    problems: list[Exception] = []
    reads = 0

    def read_until_done() -> None:
        nonlocal reads
        try:
            while any(process.poll() is None for process in publishers):
                assert registry.get("fleet", "prod") is not None
                registry.history("fleet", "prod")
                reads += 1
        except Exception as err:  # noqa: BLE001 - a thread's error is the test's
            problems.append(err)

    readers = [threading.Thread(target=read_until_done) for _ in range(2)]
    for thread in readers:
        thread.start()
    codes = [finish(process) for process in publishers]
    for thread in readers:
        thread.join()
    assert (problems, codes) == ([], [0, 0])
    assert reads > 0
    assert len(registry.history("fleet", "prod")) == 7


def test_threads_may_share_a_registry(registry: Registry) -> None:
    problems: list[Exception] = []

    def publish(name: str) -> None:
        try:
            for _ in range(5):
                registry.publish(replace(fleet(name), project=name))
                assert registry.get(name, "prod") is not None
        except Exception as err:  # noqa: BLE001 - a thread's error is the test's
            problems.append(err)

    threads = [threading.Thread(target=publish, args=(name,)) for name in ("a", "b", "c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert registry.projects("prod") == ("a", "b", "c")


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no kill -9")
def test_a_killed_publisher_leaves_a_whole_document(tmp_path: Path) -> None:
    for rounds in range(1, 6):
        process = start_publisher(tmp_path, 10_000, "k")
        assert process.stdout is not None
        for _ in range(rounds):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        finish(process)
        current = (tmp_path / "prod/fleet/current.json").read_bytes()
        assert from_json(current, "current").project == "fleet"
        registry = open_registry(str(tmp_path), base=tmp_path)
        assert registry.projects("prod") == ("fleet",)
        assert registry.get("fleet", "prod") in registry.history("fleet", "prod")


# --- addresses -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "message", "hint"),
    [
        ("htps://host/x", "unknown protocol", "did you mean 'https'?"),
        ("nonsense://x/y", "unknown protocol", "memory://"),
        ("s3:/bucket", "names no host or bucket", "s3://host-or-bucket/path"),
        ("s3://", "names no host or bucket", "s3://host-or-bucket/path"),
        ("https://host:port/x", "malformed", "protocol://host/path"),
        ("simplecache::s3://bucket/x", "chains file systems", "s3://bucket/path"),
        ("s3://KEYID:hunter22@bucket/x", "credentials in its URL", "environment variables"),
    ],
)
def test_an_address_that_cannot_be_a_registry_is_refused_when_it_is_opened(
    tmp_path: Path, url: str, message: str, hint: str
) -> None:
    with pytest.raises(MeshError, match=message) as caught:
        open_registry(url, base=tmp_path)
    assert hint in (caught.value.hint or "")
    assert "hunter22" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("url", "package", "command"),
    [
        ("s3://bucket/x", "s3fs", "pip install 'mesh-tools[s3]'"),
        ("https://host/x", "aiohttp", "pip install 'mesh-tools[https]'"),
    ],
)
def test_a_missing_package_is_named_with_the_command_that_installs_it(url: str, package: str, command: str) -> None:
    code = (
        f"import sys; sys.modules[{package!r}] = None\n"
        "from pathlib import Path\n"
        "from mesh_tools.errors import MeshError\n"
        "from mesh_tools.interface.registry import open_registry\n"
        "try:\n"
        f"    open_registry({url!r}, base=Path())\n"
        "except MeshError as err:\n"
        "    print(err)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert f"the registry {url} needs a package that is not installed\n  hint: {command}\n" in run.stdout


def test_fsspec_is_not_imported_for_a_folder() -> None:
    code = (
        "import sys; from pathlib import Path; from mesh_tools.interface.registry import open_registry\n"
        "open_registry('r', base=Path.cwd()).get('fleet', 'prod'); print('fsspec' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
