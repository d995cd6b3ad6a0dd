"""Interface packages on disk: only what differs is written, and nobody ever sees half a file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mesh_tools.errors import MeshError
from mesh_tools.interface.package.files import SEEN_FILE, read_seen, remove_packages, write_package
from mesh_tools.model.interface import Interface

REPOSITORY = Path(__file__).parents[4]
FILES = {"dbt_project.yml": "name: shop\n", "models/marts/orders.sql": "", "macros/mesh.sql": "{# #}"}
SEEN = Interface(project="shop", fingerprint="")


def contents(folder: Path) -> dict[str, str]:
    return {str(p.relative_to(folder)): p.read_text() for p in folder.rglob("*") if p.is_file()}


def test_a_package_holds_its_files_and_what_it_was_made_from(tmp_path: Path) -> None:
    assert write_package(tmp_path / "shop", FILES, SEEN)
    assert contents(tmp_path / "shop").keys() == FILES.keys() | {SEEN_FILE}
    assert read_seen(tmp_path / "shop") == SEEN


def test_the_same_again_writes_nothing(tmp_path: Path) -> None:
    write_package(tmp_path, FILES, SEEN)
    for path in tmp_path.rglob("*"):
        os.utime(path, ns=(1, 1))
    assert not write_package(tmp_path, FILES, SEEN)
    assert {path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == {1}


def test_only_the_file_that_differs_is_written(tmp_path: Path) -> None:
    write_package(tmp_path, FILES, SEEN)
    for path in tmp_path.rglob("*"):
        os.utime(path, ns=(1, 1))
    assert write_package(tmp_path, {**FILES, "dbt_project.yml": "name: other\n"}, SEEN)
    written = {path.name for path in tmp_path.rglob("*") if path.is_file() and path.stat().st_mtime_ns != 1}
    assert written == {"dbt_project.yml"}


def test_files_and_folders_that_are_no_longer_wanted_go(tmp_path: Path) -> None:
    write_package(tmp_path, {**FILES, "models/deep/er/old.sql": ""}, SEEN)
    assert write_package(tmp_path, FILES, SEEN)
    assert contents(tmp_path).keys() == FILES.keys() | {SEEN_FILE}
    assert not (tmp_path / "models" / "deep").exists()


def test_packages_of_others_stay_and_those_no_longer_declared_go(tmp_path: Path) -> None:
    for name in ("shop", "stock"):
        write_package(tmp_path / name, FILES, SEEN)
    (tmp_path / "mine").mkdir()
    assert remove_packages(tmp_path, ["stock"]) == ["shop"]
    assert {path.name for path in tmp_path.iterdir()} == {"stock", "mine"}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema_version": "99.0", "project": "shop"}'])
def test_a_damaged_record_of_what_was_seen_is_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / SEEN_FILE).write_text(text)
    assert read_seen(tmp_path) is None


def test_a_folder_that_cannot_be_written_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "shop").write_text("a file")
    with pytest.raises(MeshError, match="cannot be written"):
        write_package(tmp_path / "shop", FILES, SEEN)


_WRITER = """
import sys
from pathlib import Path
from mesh_tools.interface.package.files import write_package
from mesh_tools.model.interface import Interface

sides = [{f"models/m{i}.yml": letter * 200_000 for i in range(20)} for letter in "ab"]
print("ready", flush=True)
while True:
    for files in sides:
        write_package(Path(sys.argv[1]), files, Interface(project="shop"))
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
    write_package(tmp_path / "shop", FILES, SEEN)
    assert contents(tmp_path / "shop").keys() == FILES.keys() | {SEEN_FILE}
