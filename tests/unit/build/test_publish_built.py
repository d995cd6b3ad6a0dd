"""`mesh publish` publishes nothing that was not built, or has failed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mesh_tools.build.publish_built import publish_built
from mesh_tools.build.storage import Inputs, Record
from mesh_tools.build.storage.generations import Generations
from mesh_tools.errors import ExitCode, MeshError
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.interface import Interface
from support.databases import fill


class Shop:
    """A project that plain dbt has parsed or built, in a mesh of one."""

    def __init__(self, root: Path, products: tuple[str, ...] = ("orders", "ghost")) -> None:
        (root / "shop").mkdir()
        (root / "shop" / "dbt_project.yml").write_text("name: shop\nprofile: shop\n")
        (root / "mesh.yml").write_text("name: m\nprojects: [shop]\nenvironments: {dev: {}, lake: {storage: profile}}\n")
        self.workspace = Workspace.open(root)
        self.artifacts = root / "shop" / "target"
        self.artifacts.mkdir()
        self._write("manifest", "manifest/v12", nodes={f"model.shop.{name}": model(name) for name in products})

    def _write(self, name: str, schema: str, **content: Any) -> None:
        metadata = {
            "dbt_schema_version": f"https://schemas.getdbt.com/dbt/{schema}.json",
            "dbt_version": "1.11.0",
            "project_name": "shop",
            "adapter_type": "duckdb",
        }
        (self.artifacts / f"{name}.json").write_text(json.dumps({"metadata": metadata, **content}))

    def results(self, **statuses: str) -> None:
        results = [{"unique_id": f"model.shop.{name}", "status": status} for name, status in statuses.items()]
        self._write("run_results", "run-results/v6", results=results)

    def generation(self, *products: str) -> None:
        """What `mesh build` has published."""
        generations = Generations(self.workspace, "dev")
        target = generations.begin(self.workspace.projects["shop"], "run", fresh=True, pins={})
        fill(target.databases["shop"], 1)
        data = dict.fromkeys(products, "1")
        record = Record(id="", project="shop", run="run", built_at="now", inputs=Inputs(), data=data)
        generations.publish(target, record, Interface(project="shop"))

    def publish(self, environment: str = "dev") -> int:
        project = self.workspace.projects["shop"]
        return publish_built(self.workspace, project, self.artifacts / "manifest.json", environment).products

    @property
    def published(self) -> list[Path]:
        return list(self.workspace.state.glob("registry/**/current.json"))


def model(name: str) -> dict[str, Any]:
    return {
        "unique_id": f"model.shop.{name}",
        "resource_type": "model",
        "name": name,
        "alias": name,
        "package_name": "shop",
        "path": f"{name}.sql",
        "original_file_path": f"models/{name}.sql",
        "fqn": ["shop", name],
        "database": "shop",
        "schema": "main",
        "access": "public",
        "config": {"materialized": "table"},
        "depends_on": {"nodes": []},
    }


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def test_a_product_that_was_not_built_is_not_published(shop: Shop) -> None:
    shop.generation("orders")
    with pytest.raises(MeshError, match=r"^shop\.ghost was not built, so there is nothing to publish") as caught:
        shop.publish()
    assert caught.value.hint == "dbt build in the project, or mesh build --select shop"
    assert caught.value.exit_code == ExitCode.FAILED
    assert not shop.published


def test_products_that_were_built_are_published(shop: Shop) -> None:
    shop.generation("orders", "ghost")
    assert shop.publish() == 2


@pytest.mark.parametrize("environment", ["dev", "lake"])
def test_where_mesh_has_no_data_the_interface_alone_is_published(shop: Shop, environment: str) -> None:
    shop.results(orders="success", ghost="warn")
    assert shop.publish(environment) == 2
    assert shop.published


@pytest.mark.parametrize("environment", ["dev", "lake"])
@pytest.mark.parametrize("status", ["error", "fail", "runtime error"])
def test_what_has_failed_is_not_published(shop: Shop, environment: str, status: str) -> None:
    shop.results(orders="success", ghost=status)
    with pytest.raises(MeshError) as caught:
        shop.publish(environment)
    assert caught.value.message == (f"model.shop.ghost failed ({status}) when dbt ran last, so shop is not published")
    assert "mend it and build again: dbt build in the project" in (caught.value.hint or "")
    assert not shop.published
