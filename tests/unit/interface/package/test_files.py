"""Interface packages on disk: only what differs is written, and nobody ever sees half a file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mesh_tools.errors import MeshError
from mesh_tools.interface.package.files import GENERATED, read_seen, remove_packages, write_package, write_seen
from mesh_tools.model.interface import Interface

REPOSITORY = Path(__file__).parents[4]
FILES = {"dbt_project.yml": GENERATED + "name: shop\n", "models/marts/orders.sql": "", "macros/mesh.sql": "{# #}"}
SEEN = Interface(project="shop", fingerprint="")


def contents(folder: Path) -> dict[str, str]:
    return {str(p.relative_to(folder)): p.read_text() for p in folder.rglob("*") if p.is_file()}


def test_a_package_holds_its_files_and_what_it_was_made_from(tmp_path: Path) -> None:
    """Environment by environment: what one has seen is no news of another."""
    assert write_package(tmp_path / "shop", FILES)
    write_seen(tmp_path / "shop", "dev", SEEN)
    assert not write_package(tmp_path / "shop", FILES)
    assert contents(tmp_path / "shop").keys() == FILES.keys() | {"interface.dev.json"}
    assert read_seen(tmp_path / "shop", "dev") == SEEN
    assert read_seen(tmp_path / "shop", "prod") is None


def test_a_folder_that_mesh_did_not_write_is_left_as_it_is(tmp_path: Path) -> None:
    """A project may lie where the mesh keeps its data."""
    (tmp_path / "data" / "dev").mkdir(parents=True)
    (tmp_path / "data" / "dev" / "shop.duckdb").write_text("precious")
    with pytest.raises(MeshError, match="no interface package of mesh"):
        write_package(tmp_path / "data", FILES)
    assert remove_packages(tmp_path, []) == []
    assert contents(tmp_path) == {"data/dev/shop.duckdb": "precious"}


def test_what_a_first_sync_left_when_it_was_killed_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / ".dbt_project.yml.1-ab.tmp").write_text("name: sh")
    assert write_package(tmp_path, FILES)
    assert contents(tmp_path).keys() == FILES.keys()


def test_the_same_again_writes_nothing(tmp_path: Path) -> None:
    write_package(tmp_path, FILES)
    for path in tmp_path.rglob("*"):
        os.utime(path, ns=(1, 1))
    assert not write_package(tmp_path, FILES)
    assert {path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == {1}


def test_only_the_file_that_differs_is_written(tmp_path: Path) -> None:
    write_package(tmp_path, FILES)
    for path in tmp_path.rglob("*"):
        os.utime(path, ns=(1, 1))
    assert write_package(tmp_path, {**FILES, "dbt_project.yml": GENERATED + "name: other\n"})
    written = {path.name for path in tmp_path.rglob("*") if path.is_file() and path.stat().st_mtime_ns != 1}
    assert written == {"dbt_project.yml"}


def test_files_and_folders_that_are_no_longer_wanted_go(tmp_path: Path) -> None:
    write_package(tmp_path, {**FILES, "models/deep/er/old.sql": ""})
    assert write_package(tmp_path, FILES)
    assert contents(tmp_path).keys() == FILES.keys()
    assert not (tmp_path / "models" / "deep").exists()


def test_packages_of_others_stay_and_those_no_longer_declared_go(tmp_path: Path) -> None:
    for name in ("shop", "stock"):
        write_package(tmp_path / name, FILES)
    (tmp_path / "mine").mkdir()
    assert remove_packages(tmp_path, ["stock"]) == ["shop"]
    assert {path.name for path in tmp_path.iterdir()} == {"stock", "mine"}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema_version": "99.0", "project": "shop"}'])
def test_a_damaged_record_of_what_was_seen_is_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "interface.dev.json").write_text(text)
    assert read_seen(tmp_path, "dev") is None


def test_a_folder_that_cannot_be_written_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "shop").write_text("a file")
    with pytest.raises(MeshError, match="cannot be written"):
        write_package(tmp_path / "shop", FILES)


_WRITER = """
import sys
from pathlib import Path
from mesh_tools.interface.package.files import GENERATED, write_package

mark = {"dbt_project.yml": GENERATED}
sides = [mark | {f"models/m{i}.yml": letter * 200_000 for i in range(20)} for letter in "ab"]
print("ready", flush=True)
while True:
    for files in sides:
        write_package(Path(sys.argv[1]), files)
"""


def test_a_killed_sync_leaves_whole_files(tmp_path: Path) -> None:
    """Killed again and again in the midst of writing: each file is wholly of one side or of the other."""
    for _ in range(5):
        writer = subprocess.Popen(
            [sys.executable, "-c", _WRITER, tmp_path / "shop"], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
        )
        with writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
            while not (tmp_path / "shop" / "models" / "m9.yml").exists():
                assert writer.poll() is None
            writer.send_signal(signal.SIGKILL)
        files = list((tmp_path / "shop" / "models").glob("m*.yml"))
        assert files
        for file in files:
            assert file.read_text() in ("a" * 200_000, "b" * 200_000)
    write_package(tmp_path / "shop", FILES)
    assert contents(tmp_path / "shop").keys() == FILES.keys()
