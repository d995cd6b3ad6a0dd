"""A consumer of few products of a producer of many: `mesh sync`, and what dbt then takes to parse the project.

Five copies of the consumer differ only in how its refs to the producer resolve. The producer's manifest is published
by `mesh publish`, as in life; dbt-loom reads the same manifest from its file.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from generate import Shape, product_names, profile, write_files, write_manifest
from measure import Case, program

SHAPE = Shape(project="producer", columns=15, all_public=True)
_MARTS = 4


@dataclass(frozen=True)
class Scene:
    """The folders that the commands run in.

    Attributes:
        root: Of all of them. Below it ``registry``, ``producers``, and the copies of the consumer.
        products: How many the producer has.
        used: How many of them the consumer refs.
    """

    root: Path
    products: int
    used: int

    def mesh(self, stubs: str) -> Path:
        """The folder of the mesh whose stubs are ``used`` or ``all``."""
        return self.root / stubs

    def consumer(self, copy: str) -> Path:
        """A copy of the consumer: ``used``, ``all``, ``loom``, or ``alone``, which refs nothing upstream."""
        return self.root / copy / "consumer"

    def stubs(self, copy: str) -> list[Path]:
        """The stubs that a copy of the consumer has."""
        return sorted((self.consumer(copy) / ".mesh" / "producer" / "models").rglob("*.sql"))


def make_scene(root: Path, products: int, used: int) -> Scene:
    """Make and publish the producer, write the consumers, and sync those of a mesh.

    Raises:
        subprocess.CalledProcessError: dbt or mesh failed.
        ValueError: the number of products is none that the producer can have; or a sync wrote other stubs than asked.
    """
    shutil.rmtree(root, ignore_errors=True)
    scene = Scene(root, products, used)
    producers = root / "producers"
    write_manifest(producers / "producer", SHAPE, products)
    _write_mesh(producers, "producer", "used")
    _run(publish_case(scene))
    for stubs, expected in (("used", used), ("all", products)):
        _write_consumer(scene, stubs, {"packages.yml": json.dumps({"packages": [{"local": ".mesh/producer"}]})})
        _write_mesh(scene.mesh(stubs), "consumer", stubs)
        _run(sync_case(scene, stubs, ""))
        if len(scene.stubs(stubs)) != expected:
            raise ValueError(f"{expected} stubs expected, {len(scene.stubs(stubs))} found")
    manifest = {"name": "producer", "type": "file", "config": {"path": "../../producers/producer/manifest.json"}}
    own_profile = {"profiles.yml": profile("consumer")}
    _write_consumer(scene, "loom", {**own_profile, "dbt_loom.config.yml": json.dumps({"manifests": [manifest]})})
    _write_consumer(scene, "alone", own_profile)
    return scene


def sync_cases(scene: Scene) -> list[Case]:
    """`mesh sync` and its neighbours."""
    return [
        sync_case(scene, "used", f"`mesh sync`, {scene.used} stubs, nothing changed"),
        sync_case(scene, "used", f"`mesh sync`, {scene.used} stubs, first time", first=True),
        sync_case(scene, "all", f"`mesh sync`, {scene.products:,} stubs, nothing changed"),
        sync_case(scene, "all", f"`mesh sync`, {scene.products:,} stubs, first time", first=True),
        publish_case(scene),
        deps_case(scene, "used"),
    ]


def parse_cases(scene: Scene, loom: Path | None, *, edited: bool) -> list[Case]:
    """`dbt parse` of the consumer: from nothing, or again after one model was edited."""
    dbt = program("dbt")
    cases = [
        _parse(scene, "alone", dbt, "no upstream: tables by name", edited=edited),
        _parse(scene, "used", dbt, f"mesh, {scene.used} stubs", edited=edited),
        _parse(scene, "all", dbt, f"mesh, `stubs: all`: {scene.products:,} stubs", edited=edited),
    ]
    if loom:
        title = f"dbt-loom, manifest of {scene.products:,} products"
        cases.insert(2, _parse(scene, "loom", loom, title, edited=edited))
    return cases


def publish_case(scene: Scene) -> Case:
    """`mesh publish` of the whole producer."""
    title = f"`mesh publish`, {scene.products:,} products"
    arguments = ("publish", "producer", "--manifest", "producer/manifest.json")
    return Case(title, [program("mesh"), *arguments], scene.root / "producers")


def sync_case(scene: Scene, stubs: str, title: str, *, first: bool = False) -> Case:
    """`mesh sync` of the mesh with those stubs."""
    packages = scene.consumer(stubs) / ".mesh"
    prepare = (lambda: shutil.rmtree(packages, ignore_errors=True)) if first else None
    return Case(title, [program("mesh"), "sync"], scene.mesh(stubs), prepare)


def deps_case(scene: Scene, copy: str) -> Case:
    """`dbt deps`, as after a new entry in packages.yml."""
    folder = scene.consumer(copy)

    def forget() -> None:
        shutil.rmtree(folder / "dbt_packages", ignore_errors=True)
        (folder / "package-lock.yml").unlink(missing_ok=True)

    return Case("`dbt deps`, after a new upstream", [program("dbt"), "deps", "--profiles-dir", "."], folder, forget)


def install_packages(scene: Scene) -> None:
    """Run `dbt deps` where there are packages.

    Raises:
        subprocess.CalledProcessError: dbt failed.
    """
    for copy in ("used", "all"):
        _run(deps_case(scene, copy))


def _parse(scene: Scene, copy: str, dbt: Path, title: str, *, edited: bool) -> Case:
    folder = scene.consumer(copy)
    prepare = _edit(folder) if edited else (lambda: shutil.rmtree(folder / "target", ignore_errors=True))
    return Case(title, [dbt, "parse", "--profiles-dir", "."], folder, prepare)


def _edit(folder: Path) -> Callable[[], object]:
    """Changes one model anew at every call."""
    model = folder / "models" / "marts" / "mart_00.sql"
    text, numbers = model.read_text(), count()
    return lambda: model.write_text(f"{text}-- edited: {next(numbers)}\n")


def _run(case: Case) -> None:
    subprocess.run(case.command, cwd=case.folder, check=True, stdout=subprocess.DEVNULL)


def _write_mesh(folder: Path, project: str, stubs: str) -> None:
    content = {"name": "benchmark", "projects": [project], "registry": "../registry", "sync": {"stubs": stubs}}
    write_files(folder, {"mesh.yml": json.dumps(content)})


def _write_consumer(scene: Scene, copy: str, more: dict[str, str]) -> None:
    products = product_names(scene.products)[:: scene.products // scene.used][: scene.used]
    staging = {f"stg_{name}": _staging(name, upstream=copy != "alone") for name in products}
    marts = {f"mart_{number:02d}": _mart(list(staging)[number::_MARTS]) for number in range(_MARTS)}
    files = {
        "dbt_project.yml": json.dumps({"name": "consumer", "version": "1.0.0", "profile": "consumer"}),
        "models/staging/_staging.yml": _described(list(staging)),
        "models/marts/_marts.yml": _described(list(marts)),
        **{f"models/staging/{name}.sql": text for name, text in staging.items()},
        **{f"models/marts/{name}.sql": text for name, text in marts.items()},
        **more,
    }
    if copy != "alone":
        files["dependencies.yml"] = json.dumps({"projects": [{"name": "producer"}]})
    write_files(scene.consumer(copy), files)


def _staging(product: str, *, upstream: bool) -> str:
    relation = f"{{{{ ref('producer', '{product}') }}}}" if upstream else f"main.{product}"
    return (
        f"with source as (\n    select * from {relation}\n),\n\n"
        "final as (\n    select\n        id,\n        status\n    from source\n)\n\nselect * from final\n"
    )


def _mart(parents: list[str]) -> str:
    imports = ",\n\n".join(f"{name} as (\n    select * from {{{{ ref('{name}') }}}}\n)" for name in parents)
    united = "\n    union all\n".join(f"    select * from {name}" for name in parents)
    return f"with {imports},\n\nfinal as (\n{united}\n)\n\nselect * from final\n"


def _described(names: list[str]) -> str:
    tested = {"name": "id", "description": "Of the record.", "data_tests": ["not_null"]}
    models = [{"name": name, "description": "Records that were delivered.", "columns": [tested]} for name in names]
    return json.dumps({"version": 2, "models": models}, indent=2)
