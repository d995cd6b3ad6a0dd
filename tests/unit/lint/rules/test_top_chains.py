"""Links and chains of domains, on small meshes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import pytest

from mesh_tools.lint.rules.topology.cycles import cycle_of_projects
from mesh_tools.lint.rules.topology.domains import coupled_domain, long_chain_of_domains
from mesh_tools.lint.subjects import Mesh
from mesh_tools.lint.subjects.mesh import Member
from mesh_tools.lint.subjects.topology import chains_of, links_of
from mesh_tools.mesh.summary import NodeSummary, ProjectSummary

CHAIN = {"model.a.x": (), "model.b.x": ("model.a.x",), "model.b.y": ("model.b.x",), "model.c.x": ("model.b.y",)}


def mesh_of(reads: Mapping[str, tuple[str, ...]], domains: Mapping[str, str] | None = None) -> Mesh:
    projects: defaultdict[str, dict[str, NodeSummary]] = defaultdict(dict)
    for key, parents in reads.items():
        kind, project, name = key.split(".")
        projects[project][key] = NodeSummary(
            unique_id=key, project=project, resource_type=kind, name=name, path=f"models/{name}.sql", depends_on=parents
        )
    return Mesh(
        Member(name=name, domain=(domains or {}).get(name, name), summary=ProjectSummary(project=name, nodes=nodes))
        for name, nodes in projects.items()
    )


def messages(rule: object, subjects: object, **options: object) -> list[str]:
    return [raised.message for subject in subjects for raised in rule.check(subject, **options)]  # type: ignore[attr-defined]


def test_a_chain_grows_where_data_changes_domain() -> None:
    assert chains_of(mesh_of(CHAIN)) == {
        "model.a.x": ("a",),
        "model.b.x": ("a", "b"),
        "model.b.y": ("a", "b"),
        "model.c.x": ("a", "b", "c"),
    }


def test_projects_of_one_domain_are_one_link_of_a_chain() -> None:
    assert chains_of(mesh_of(CHAIN, {"b": "a"}))["model.c.x"] == ("a", "c")


def test_models_that_read_each_other_have_no_chains() -> None:
    assert chains_of(mesh_of({"model.a.x": ("model.b.x",), "model.b.x": ("model.a.x",)})) == {}


@pytest.mark.parametrize(("max_hops", "found"), [(0, 2), (1, 1), (2, 0)])
def test_a_ref_is_told_of_when_data_has_changed_domain_too_often(max_hops: int, found: int) -> None:
    assert len(messages(long_chain_of_domains, mesh_of(CHAIN).cross_refs, max_hops=max_hops)) == found


def test_instability_is_the_part_of_the_links_that_leads_upstream() -> None:
    links = links_of(mesh_of(CHAIN))
    assert [links.instability(domain) for domain in ("a", "b", "c", "unknown")] == [0.0, 0.5, 1.0, 0.0]


def test_a_test_that_reads_another_domain_couples_nobody() -> None:
    mesh = mesh_of({"model.a.x": (), "test.b.x": ("model.a.x",)})
    assert links_of(mesh).upstream == {}


def test_a_domain_that_nobody_reads_may_be_as_unstable_as_it_likes() -> None:
    options = {"max_upstream": 9, "max_instability": 0.4}
    assert messages(coupled_domain, mesh_of(CHAIN).projects, **options) == [
        "belongs to b, whose instability is 0.50, above 0.4: it reads 1 domains and is read by 1"
    ]


def test_a_coupled_domain_of_several_projects_is_told_of_once() -> None:
    reads = {"model.a.x": (), "model.b.x": ("model.a.x",), "model.c.x": ("model.a.x",)}
    found = messages(coupled_domain, mesh_of(reads, {"b": "d", "c": "d"}).projects, max_upstream=0)
    assert found == ["belongs to d, which reads 1 domains (a), more than 0"]


def test_a_circle_of_projects_is_told_of_once_with_its_weakest_link() -> None:
    reads = {"model.a.x": (), "model.b.x": ("model.a.x",), "model.b.y": ("model.a.x",), "model.a.y": ("model.b.y",)}
    assert messages(cycle_of_projects, mesh_of(reads).projects) == [
        "is in a circle of projects, a -> b -> a; fewest refs close it from b to a: 1"
    ]
