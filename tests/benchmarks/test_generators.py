"""What is measured is what the tables say: small sizes of the same generators, read by ours and by dbt itself."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from mesh_tools.artifacts.manifest import ModelNode, read_manifest

_HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(_HERE))  # the benchmarks are a program: its modules lie beside each other

from generate import BLOCK, MARK, TESTS, product_names  # noqa: E402
from measure import Case, CommandError, Run, run_once  # noqa: E402
from readers import READERS  # noqa: E402
from sync import Scene, make_scene, sync_case  # noqa: E402
from tables import Table, markdown, with_section  # noqa: E402

PRODUCTS, USED = 3 * BLOCK, 4


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return make_scene(tmp_path_factory.mktemp("benchmarks") / "sync", PRODUCTS, USED)


@pytest.fixture(scope="module")
def manifest_file(scene: Scene) -> Path:
    return scene.root / "producers" / "producer" / "manifest.json"


@pytest.mark.dbt
@pytest.mark.xdist_group("benchmarks")
class TestGenerated:
    """All of them need the one scene that dbt compiled."""

    def test_a_manifest_has_the_models_tests_and_columns_that_are_claimed(self, manifest_file: Path) -> None:
        manifest = read_manifest(manifest_file)
        models = [node for node in manifest.nodes.values() if isinstance(node, ModelNode)]

        assert len(models) == PRODUCTS
        assert len(list(manifest.tests())) == TESTS / BLOCK * PRODUCTS
        assert {len(model.columns or {}) for model in models} == {15}
        assert {model.name for model in models} == set(product_names(PRODUCTS))

    def test_copies_are_apart_and_whole(self, manifest_file: Path) -> None:
        manifest = json.loads(manifest_file.read_bytes())
        nodes = manifest["nodes"]

        assert MARK not in manifest_file.read_text()
        assert all(node["unique_id"] == unique_id for unique_id, node in nodes.items())
        assert {parent for node in nodes.values() for parent in node["depends_on"]["nodes"]} <= {
            *nodes,
            *manifest["sources"],
        }
        assert manifest["parent_map"].keys() == {*nodes, *manifest["sources"]}
        assert set(manifest["group_map"]["analytics"]) == nodes.keys()
        assert len(manifest["child_map"]["source.producer.raw.events"]) == 8 * PRODUCTS / BLOCK

    @pytest.mark.parametrize("way", sorted(READERS))
    def test_every_reader_reads_it(self, manifest_file: Path, way: str) -> None:
        """Those of dbt are among them, and the strictest."""
        command = [sys.executable, str(_HERE / "readers.py"), way, str(manifest_file)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        timing, *counts = done.stdout.splitlines()

        assert timing.startswith("part: ")
        assert counts == ([f"models: {PRODUCTS}", "tests: 198"] if way != "limit" else ["models: 0", "tests: 0"])

    def test_the_consumer_gets_stubs_for_what_it_uses_or_for_all(self, scene: Scene) -> None:
        assert len(scene.stubs("used")) == USED
        assert len(scene.stubs("all")) == PRODUCTS

    def test_what_is_measured_first_time_is_without_any_stub(self, scene: Scene) -> None:
        case = sync_case(scene, "used", "first", first=True)
        assert case.prepare is not None
        case.prepare()
        assert scene.stubs("used") == []

        run_once(case, scene.root / "output.log")
        assert len(scene.stubs("used")) == USED


def test_a_run_is_measured_with_the_part_that_the_command_timed(tmp_path: Path) -> None:
    code = "text = b'x' * 300_000_000; print('part: 0.25 CPU s')"
    run = run_once(Case("a", [sys.executable, "-c", code], tmp_path), tmp_path / "log")

    assert run.part == 0.25
    assert run.peak_mb > 280
    assert run.cpu > 0
    assert run.wall > 0


def test_the_memory_of_the_benchmark_itself_is_not_counted(tmp_path: Path) -> None:
    ballast = b"x" * 200_000_000
    run = run_once(Case("a", [sys.executable, "-c", "pass"], tmp_path), tmp_path / "log")

    assert run.peak_mb < len(ballast) / 1024**2 / 2


def test_a_command_that_fails_is_an_error_with_what_it_said(tmp_path: Path) -> None:
    case = Case("a", [sys.executable, "-c", "raise SystemExit('no such thing')"], tmp_path)

    with pytest.raises(CommandError, match="no such thing"):
        run_once(case, tmp_path / "log")


def test_a_table_compares_medians_with_the_first_row() -> None:
    runs = {"ours": [Run(1.0, 1.0, 10), Run(3.0, 3.0, 10), Run(2.0, 2.0, 10)], "theirs": [Run(5.0, 6.0, 5)]}

    assert markdown(Table("Both", runs)).splitlines()[2:] == [
        "|  | CPU s | ratio | wall s | peak MB | ratio |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        "| ours | 2.00 (1.00..3.00) | 1.0 | 2.00 (1.00..3.00) | 10 | 1.0 |",
        "| theirs | 5.00 | 2.5 | 6.00 | 5 | 0.50 |",
    ]


def test_only_the_part_between_the_markers_is_written_anew() -> None:
    document = "before\n<!-- a: generated -->\nold\n<!-- a: end -->\nafter\n"

    assert with_section(document, "a", "new") == ("before\n<!-- a: generated -->\n\nnew\n<!-- a: end -->\nafter\n")
    with pytest.raises(ValueError, match="markers of 'b'"):
        with_section(document, "b", "new")
