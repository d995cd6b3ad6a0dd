"""Whether a manifest still tells what its project is."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from mesh_tools.build.manifests import newest_manifests
from mesh_tools.build.plan.files import project_files
from mesh_tools.build.stale import is_as_built, stale_because, whole_manifests
from mesh_tools.build.storage import Inputs, Record
from mesh_tools.build.storage.layout import CURRENT, RECORD
from mesh_tools.mesh.workspace import Workspace
from support.manifests import model, write_manifest


class Built:
    """A project of one model that was built, and what lies where the build left it."""

    def __init__(self, root: Path) -> None:
        (root / "mesh.yml").write_text("name: m\nprojects: [shop]\n")
        self.folder = root / "shop"
        self.sql = self.folder / "models" / "orders.sql"
        self.sql.parent.mkdir(parents=True)
        (self.folder / "dbt_project.yml").write_text("name: shop\n")
        self.sql.write_text("select 1 as id")
        self.workspace = Workspace.open(root, None)
        self.project = self.workspace.project("shop")
        parsed = write_manifest(self.folder, "shop", model("shop", "orders", {"id": "integer"}))
        self.manifest = self.workspace.state / "runs" / "r1" / "shop" / "manifest.json"
        self.manifest.parent.mkdir(parents=True)
        self.manifest.write_bytes(parsed.read_bytes())
        self._record(self.workspace.state / "data" / "dev" / "shop")

    def _record(self, folder: Path) -> None:
        inputs = Inputs(files=project_files(self.project).digests)
        record = Record(id="gen-1-a", project="shop", run="r1", built_at="", inputs=inputs)
        (folder / "gen-1-a").mkdir(parents=True)
        (folder / "gen-1-a" / RECORD).write_bytes(msgspec.json.encode(record))
        (folder / CURRENT).symlink_to("gen-1-a")

    @property
    def why(self) -> str | None:
        return stale_because(self.workspace, self.project, self.manifest, "dev")

    @property
    def is_as_built(self) -> bool:
        return is_as_built(self.workspace, "shop", "dev")


@pytest.fixture
def built(tmp_path: Path) -> Built:
    return Built(tmp_path)


def test_a_build_knows_its_files_whatever_their_times(built: Built) -> None:
    later = built.manifest.stat().st_mtime + 60
    os.utime(built.sql, (later, later))
    (built.folder / "interface.yml").write_text("accepted since then")
    (built.folder / "models" / "seed.csv").write_text("data")
    assert built.why is None
    assert built.is_as_built
    before = built.sql.stat()
    built.sql.write_text("select 2 as id")
    os.utime(built.sql, (0, 0))
    assert before.st_size == built.sql.stat().st_size
    assert built.why == "models/orders.sql was changed"
    assert not built.is_as_built


def test_files_that_came_and_went_since_a_build(built: Built) -> None:
    built.sql.rename(built.sql.with_name("trips.sql"))
    assert built.why == "models/orders.sql was removed"
    built.sql.write_text("select 1 as id")
    assert built.why == "models/trips.sql was added"


def test_of_a_manifest_of_another_run_only_times_tell(built: Built) -> None:
    built.manifest = built.folder / "target" / "manifest.json"
    moment = built.manifest.stat().st_mtime
    for path in (built.sql, built.folder / "dbt_project.yml"):
        os.utime(path, (moment, moment))
    assert built.why is None
    text = built.folder / "models" / "texts.md"
    text.write_text("{% docs orders %}Orders.{% enddocs %}")
    os.utime(text, (moment + 1, moment + 1))
    assert built.why == "models/texts.md was changed"
    text.unlink()
    built.sql.unlink()
    assert built.why == "models/orders.sql was removed"


def test_what_was_never_built_is_not_as_it_was_built(built: Built) -> None:
    (built.workspace.state / "data" / "dev" / "shop" / CURRENT).unlink()
    assert not built.is_as_built
    assert not is_as_built(built.workspace, "sales", "dev")


def test_what_plain_dbt_has_only_parsed_is_told_by_its_last_good_build_while_its_files_are_the_same(
    built: Built,
) -> None:
    parsed = built.folder / "target" / "manifest.json"
    later = built.manifest.stat().st_mtime + 60
    os.utime(parsed, (later, later))
    assert newest_manifests(built.workspace, "dev") == {"shop": parsed}
    assert whole_manifests(built.workspace, "dev") == {"shop": built.manifest}
    built.sql.write_text("select 2 as id")
    assert whole_manifests(built.workspace, "dev") == {"shop": parsed}


def test_of_a_build_whose_run_is_gone_the_newest_manifest_tells(built: Built) -> None:
    built.manifest.unlink()
    assert whole_manifests(built.workspace, "dev") == {"shop": built.folder / "target" / "manifest.json"}
