"""A build makes a new generation, one rename publishes it, and whoever reads the old one goes on reading."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from mesh_tools.build.plan.decision import reasons_to_build
from mesh_tools.build.storage import Inputs, Record, Target
from mesh_tools.build.storage.generations import Generations
from mesh_tools.build.storage.in_use import pin
from mesh_tools.build.storage.layout import published_file, work_file
from mesh_tools.errors import MeshError
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.interface import Interface
from support.databases import fill, open_elsewhere, pinned_elsewhere, value_in


class Storage:
    """The generations of a mesh in which sales reads shop."""

    def __init__(self, root: Path, kept: int = 2) -> None:
        for name, reads in {"shop": "", "sales": "projects: [{name: shop}]\n"}.items():
            (root / name).mkdir(exist_ok=True)
            (root / name / "dbt_project.yml").write_text(f"name: {name}\nprofile: {name}\n")
            (root / name / "dependencies.yml").write_text(reads)
        (root / "mesh.yml").write_text(
            f"name: m\nprojects: [shop, sales]\nenvironments: {{dev: {{generations: {kept}}}}}\n"
        )
        self.workspace = Workspace.open(root)
        self.generations = Generations(self.workspace, "dev")
        self.runs = 0

    def begin(self, project: str = "shop", *, fresh: bool = False) -> Target:
        return self.generations.begin(self.workspace.projects[project], "run", fresh=fresh, pins={})

    def resume(self, target: str) -> Target | None:
        return self.generations.resume(self.workspace.projects["shop"], target, pins={})

    def publish(self, target: Target, project: str = "shop", version: str = "") -> None:
        self.runs += 1
        record = Record(id="", project=project, run=f"run-{self.runs}", built_at="now", inputs=Inputs())
        self.generations.publish(target, record, Interface(project=project, dbt_version=version or None))

    def build(self, value: int, project: str = "shop") -> Target:
        target = self.begin(project)
        fill(file_of(target, project), value)
        self.publish(target, project, version=str(value))
        return target

    def current(self, project: str = "shop") -> Path:
        return published_file(self.workspace, "dev", project)

    def kept(self, project: str = "shop") -> list[str]:
        folder = self.current(project).parent.parent
        return sorted(path.name for path in folder.iterdir() if path.name.startswith("gen-"))


def file_of(target: Target, project: str = "shop") -> Path:
    return target.databases[project]


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    storage = Storage(tmp_path)
    yield storage
    storage.generations.close()


class TestPublishing:
    def test_nobody_reads_what_is_being_built(self, storage: Storage) -> None:
        storage.build(1)
        fill(file_of(storage.begin()), 2)
        assert value_in(storage.current()) == 1
        assert value_in(work_file(storage.workspace, "dev", "shop")) == 1

    def test_data_record_interface_and_work_copy_come_together(self, storage: Storage) -> None:
        storage.build(1)
        target = storage.build(2)
        record = storage.generations.record("shop")
        interface = storage.generations.unpublished("shop")
        assert value_in(storage.current()) == 2
        assert record is not None
        assert record.id == target.id
        assert interface is not None
        assert interface.dbt_version == "2"
        assert value_in(work_file(storage.workspace, "dev", "shop")) == 2

    def test_a_reader_goes_on_reading_the_generation_that_it_has_open(self, storage: Storage) -> None:
        storage.build(1)
        with duckdb.connect(str(storage.current()), read_only=True) as reader:
            storage.build(2)
            assert reader.execute("select n from orders").fetchall() == [(1,)]
        assert value_in(storage.current()) == 2

    def test_a_build_that_needs_its_earlier_data_begins_with_a_copy_of_it(self, storage: Storage) -> None:
        storage.build(1)
        assert value_in(file_of(storage.begin())) == 1
        assert not file_of(storage.begin(fresh=True)).exists()

    def test_a_generation_that_has_vanished_is_not_published(self, storage: Storage) -> None:
        storage.build(1)
        target = storage.begin()
        file_of(target).unlink()
        with pytest.raises(MeshError, match="vanished"):
            storage.publish(target)
        assert value_in(storage.current()) == 1

    def test_a_disk_that_cannot_be_written_is_one_error(self, tmp_path: Path) -> None:
        storage = Storage(tmp_path)
        storage.workspace.state.mkdir()
        (storage.workspace.state / "data").write_text("a file")
        with pytest.raises(MeshError, match="cannot be written"):
            storage.begin()

    def test_the_interface_is_left_to_be_registered_after_a_crash_between_the_two(self, storage: Storage) -> None:
        assert storage.generations.unpublished("shop") is None
        storage.build(1)
        assert storage.generations.unpublished("shop") is not None
        storage.generations.published("shop")
        assert storage.generations.unpublished("shop") is None
        storage.build(2)
        assert storage.generations.unpublished("shop") is not None

    def test_what_cannot_be_removed_afterwards_fails_no_build(self, storage: Storage) -> None:
        first = storage.build(0)
        storage.build(1)
        file_of(first).unlink()
        file_of(first).mkdir()  # which nobody can open as a file
        storage.build(2)
        assert value_in(storage.current()) == 2

    def test_numbers_grow_whatever_the_clock_does(self, storage: Storage) -> None:
        targets = [storage.build(value) for value in range(3)]
        assert [target.id.split("-")[1] for target in targets] == ["1", "2", "3"]


class TestLeftovers:
    def test_an_unfinished_generation_can_be_gone_on_with(self, storage: Storage) -> None:
        target = storage.begin()
        fill(file_of(target), 1)
        assert storage.resume(target.id) == target

    def test_there_is_nothing_to_go_on_with_after_it_was_published_or_without_data(self, storage: Storage) -> None:
        assert storage.resume(storage.begin().id) is None
        assert storage.resume(storage.build(1).id) is None
        assert storage.resume("gen-99-abc") is None

    def test_the_next_build_removes_what_was_left_unfinished(self, storage: Storage) -> None:
        left = storage.begin()
        fill(file_of(left), 1)
        next_one = storage.begin()
        assert storage.kept() == [next_one.id]

    def test_but_not_while_a_worker_that_was_left_over_writes_to_it(self, storage: Storage) -> None:
        left = storage.begin()
        fill(file_of(left), 1)
        with open_elsewhere(file_of(left), "write"):
            storage.begin()
            assert left.id in storage.kept()
        storage.begin()
        assert left.id not in storage.kept()

    def test_a_link_that_was_left_half_made_is_removed(self, storage: Storage) -> None:
        storage.build(1)
        link = storage.current().parent.parent / ".current.0a1b2c3d"
        link.symlink_to("nowhere")
        storage.begin()
        assert not link.is_symlink()


class TestLostRecords:
    """What consumers read stays, and the next build goes on from it, whatever happened to its record."""

    @pytest.fixture(params=[None, b"", b"{", b"\xff"], ids=["missing", "empty", "torn", "binary"])
    def lost(self, storage: Storage, request: pytest.FixtureRequest) -> Target:
        target = storage.build(1)
        path = storage.current().with_name("generation.json")
        path.unlink() if request.param is None else path.write_bytes(request.param)
        return target

    def test_the_project_is_built_again_for_another_reason_than_never_before(
        self, storage: Storage, lost: Target
    ) -> None:
        record = storage.generations.record("shop")
        assert record is not None
        assert (record.id, record.stateful) == (lost.id, True)
        assert reasons_to_build(record, Inputs()) == ("what its last build was made of is not known",)

    def test_the_next_build_begins_with_a_copy_and_leaves_what_is_published(
        self, storage: Storage, lost: Target
    ) -> None:
        target = storage.begin(fresh=True)
        assert value_in(file_of(target)) == 1
        assert value_in(storage.current()) == 1
        assert lost.id in storage.kept()
        fill(file_of(target), 2)
        storage.publish(target)
        assert value_in(storage.current()) == 2

    def test_consumers_can_be_built_on_it(self, storage: Storage, lost: Target) -> None:
        target = storage.begin("sales")
        assert target.pins == {"shop": lost.id}
        assert value_in(target.databases["shop"]) == 1

    def test_a_plan_may_name_it(self, storage: Storage, lost: Target) -> None:
        planned = Generations(storage.workspace, "dev", {"shop": lost.id})
        assert planned.begin(storage.workspace.projects["sales"], "run", fresh=True, pins={}).pins == {"shop": lost.id}
        planned.close()

    def test_without_data_there_is_nothing_to_go_on_from(self, storage: Storage, lost: Target) -> None:
        file_of(lost).unlink()
        assert storage.generations.record("shop") is None
        assert not file_of(storage.begin(fresh=True)).exists()


class TestOldGenerations:
    def test_as_many_are_kept_as_mesh_yml_says(self, storage: Storage) -> None:
        targets = [storage.build(value) for value in range(4)]
        assert storage.kept() == [target.id for target in targets[-2:]]

    def test_one_that_another_process_has_open_or_pinned_stays_as_long(self, storage: Storage) -> None:
        read, pinned = storage.build(0), storage.build(1)
        with open_elsewhere(file_of(read)), pinned_elsewhere(file_of(pinned).with_name("generation.json")):
            for value in range(2, 5):
                storage.build(value)
            assert {read.id, pinned.id} <= set(storage.kept())
        storage.build(5)
        assert not {read.id, pinned.id} & set(storage.kept())

    def test_one_that_this_build_has_pinned_stays_to_its_end(self, storage: Storage) -> None:
        pinned = storage.build(0)
        descriptor = pin(file_of(pinned).with_name("generation.json"))
        assert descriptor is not None
        for value in range(1, 4):
            storage.build(value)
        assert pinned.id in storage.kept()
        os.close(descriptor)
        storage.build(4)
        assert pinned.id not in storage.kept()

    def test_what_is_current_stays_after_a_rollback(self, storage: Storage) -> None:
        first = storage.build(0)
        storage.build(1)
        storage.generations.roll_back("shop", None)
        fill(file_of(storage.begin()), 2)
        assert value_in(storage.current()) == 0
        assert first.id in storage.kept()


class TestUpstreams:
    def test_a_build_reads_one_generation_of_an_upstream_to_its_end(self, storage: Storage) -> None:
        first = storage.build(1)
        target = storage.begin("sales")
        assert target.pins == {"shop": first.id}
        for value in range(2, 6):
            storage.build(value)
        assert value_in(target.databases["shop"]) == 1
        storage.generations.close()
        storage.build(6)
        assert first.id not in storage.kept()

    def test_the_next_project_of_the_build_reads_what_was_published_meanwhile(self, storage: Storage) -> None:
        storage.build(1)
        storage.begin("sales")
        second = storage.build(2)
        assert storage.begin("sales").pins == {"shop": second.id}

    def test_a_plan_may_name_the_generation_that_is_read(self, storage: Storage) -> None:
        first = storage.build(1)
        storage.build(2)
        planned = Generations(storage.workspace, "dev", {"shop": first.id})
        target = planned.begin(storage.workspace.projects["sales"], "run", fresh=True, pins={})
        record = planned.record("shop")
        assert value_in(target.databases["shop"]) == 1
        assert record is not None
        assert record.id == first.id
        planned.close()

    def test_a_named_generation_that_is_gone_is_refused(self, storage: Storage) -> None:
        storage.build(1)
        planned = Generations(storage.workspace, "dev", {"shop": "gen-99-abc"})
        with pytest.raises(MeshError, match="no generation gen-99-abc") as caught:
            planned.begin(storage.workspace.projects["sales"], "run", fresh=True, pins={})
        assert "mesh plan" in (caught.value.hint or "")

    def test_an_upstream_can_be_read_where_it_is_being_built(self, storage: Storage) -> None:
        """In a cycle of projects; once its file is there, since DuckDB cannot attach what is not."""
        shop = storage.begin()
        sales = storage.workspace.projects["sales"]
        target = storage.generations.begin(sales, "run", fresh=True, pins={"shop": shop})
        assert "shop" not in target.databases
        fill(file_of(shop), 7)
        again = storage.generations.refresh(sales, target, pins={"shop": shop})
        assert value_in(again.databases["shop"]) == 7

    def test_the_profile_stays_the_same_from_build_to_build(self, storage: Storage) -> None:
        """Another text would make dbt parse everything anew."""
        storage.build(1)
        storage.build(1, "sales")
        first = storage.begin("sales")
        assert first.profiles is not None
        text = (first.profiles / "profiles.yml").read_text()
        storage.build(2)
        storage.build(2, "sales")
        second = storage.begin("sales")
        assert second.profiles == first.profiles
        assert (second.profiles / "profiles.yml").read_text() == text
        assert second.pins != first.pins


class TestRollback:
    @pytest.fixture
    def targets(self, storage: Storage) -> list[Target]:
        storage.workspace = Storage(storage.workspace.root, kept=9).workspace
        storage.generations = Generations(storage.workspace, "dev")
        return [storage.build(value) for value in (1, 2, 3)]

    def test_to_the_one_before(self, storage: Storage, targets: list[Target]) -> None:
        record = storage.generations.roll_back("shop", None)
        assert record.id == targets[1].id
        assert value_in(storage.current()) == 2
        assert value_in(work_file(storage.workspace, "dev", "shop")) == 2
        assert storage.generations.roll_back("shop", None).id == targets[0].id

    def test_to_a_number_or_a_name_and_forward_again(self, storage: Storage, targets: list[Target]) -> None:
        assert storage.generations.roll_back("shop", "1").id == targets[0].id
        assert value_in(storage.current()) == 1
        assert storage.generations.roll_back("shop", targets[2].id).id == targets[2].id
        assert value_in(storage.current()) == 3

    def test_its_interface_is_left_to_be_registered(self, storage: Storage, targets: list[Target]) -> None:
        storage.generations.published("shop")
        storage.generations.roll_back("shop", targets[0].id)
        interface = storage.generations.unpublished("shop")
        assert interface is not None
        assert interface.dbt_version == "1"

    def test_what_cannot_be_is_refused_with_what_can(self, storage: Storage, targets: list[Target]) -> None:
        with pytest.raises(MeshError, match="read already"):
            storage.generations.roll_back("shop", "3")
        with pytest.raises(MeshError, match="no generation '9'") as caught:
            storage.generations.roll_back("shop", "9")
        assert all(target.id in (caught.value.hint or "") for target in targets)
        storage.generations.roll_back("shop", "1")
        with pytest.raises(MeshError, match="no generation of shop before gen-1-"):
            storage.generations.roll_back("shop", None)

    def test_a_project_that_was_never_built_has_nothing_to_go_back_to(self, storage: Storage) -> None:
        with pytest.raises(MeshError, match="never built") as caught:
            storage.generations.roll_back("sales", None)
        assert caught.value.hint == "mesh build --select sales"

    def test_a_damaged_one_is_refused(self, storage: Storage, targets: list[Target]) -> None:
        file_of(targets[1]).with_name("generation.json").write_text("{")
        with pytest.raises(MeshError):
            storage.generations.roll_back("shop", "2")
        assert value_in(storage.current()) == 3
