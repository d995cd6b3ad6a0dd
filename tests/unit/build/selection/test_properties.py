"""Whatever the text, it is a selection or one clear error; whatever the mesh, a selection is what sets say."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_tools.build.selection import Criterion, Spec, parse_selection
from mesh_tools.build.selection.fqn import matches_fqn
from mesh_tools.build.selection.paths import is_at, is_at_or_below
from mesh_tools.errors import MeshError
from support.selection import SmallMesh, small_mesh

PROJECTS = ("a", "b", "c")
_PIECES = [*"+@,:.*?[] \t/\\0123456789é²٣\n", "fleet", "tag:", "config.", "version:", "state:", "path:", "9" * 5000]
_TEXTS = st.text(max_size=20) | st.lists(st.sampled_from(_PIECES), max_size=12).map("".join)


class TestParsing:
    @settings(deadline=None)
    @given(st.lists(_TEXTS, max_size=3), st.lists(_TEXTS, max_size=2))
    def test_any_text_is_read_or_refused(self, select: list[str], exclude: list[str]) -> None:
        try:
            parsed = parse_selection(select, exclude, {"fleet"})
        except MeshError as error:
            assert error.message.splitlines()  # noqa: PT017 - either outcome is good
        else:
            assert _read(parsed.select, {"fleet"}) == parsed.select

    @settings(deadline=None)
    @given(_TEXTS)
    def test_the_caret_stands_below_the_text(self, text: str) -> None:
        try:
            parse_selection([text], [], {"fleet"})
        except MeshError as error:
            lines = error.message.split("\n")
            if len(lines) > 1:
                assert len(lines) == 3
                assert len("--select: '") <= lines[2].index("^") < len(lines[1])

    @settings(deadline=None)
    @given(st.lists(_TEXTS, min_size=1, max_size=2), st.lists(_TEXTS, max_size=1))
    def test_any_text_selects_something_or_is_refused(self, select: list[str], exclude: list[str]) -> None:
        try:
            found = ANY.resolve(select, exclude).nodes
        except MeshError as error:
            assert error.message  # noqa: PT017 - either outcome is good
        else:
            assert found

    @settings(deadline=None)
    @given(st.data())
    def test_what_is_printed_reads_the_same(self, data: st.DataObject) -> None:
        specs = data.draw(st.lists(_specs(), min_size=1, max_size=3))
        assert _read(specs, PROJECTS) == tuple(specs)


ANY = small_mesh(
    {
        "fleet": {
            "nodes": {"model.fleet.x": {"tags": ["0"]}, "model.fleet.y.v2": {"latest": 2}, "source.fleet.s.t": {}}
        },
        "other": {"nodes": {"model.other.z": {}, "exposure.other.e": {"reads": ["model.other.z"]}}},
    }
)


def _read(specs: Iterable[Spec], projects: Iterable[str]) -> tuple[Spec, ...]:
    return parse_selection([" ".join(map(str, specs))] if specs else [], [], set(projects)).select


_STEPS = st.none() | st.integers(0, 3)
_NAMES = st.text("nxyz_*?", min_size=1, max_size=4)


@st.composite
def _criteria(draw: st.DrawFn) -> Criterion:
    """A criterion as the parser makes them."""
    signs: dict[str, Any] = {"with_ancestors_of_descendants": draw(st.booleans())}
    if draw(st.booleans()):
        signs |= {"with_ancestors": True, "ancestor_steps": draw(_STEPS)}
    if not signs["with_ancestors_of_descendants"] and draw(st.booleans()):
        signs |= {"with_descendants": True, "descendant_steps": draw(_STEPS)}
    project, name = draw(st.sampled_from(PROJECTS)), draw(_NAMES)
    form: dict[str, Any] = draw(
        st.sampled_from(
            [
                {"method": "project", "value": project, "is_bare": True},
                {"method": "fqn", "value": f"{project}.{name}", "project": project, "is_bare": True},
                {"method": "fqn", "value": name, "is_bare": True},
                {"method": "path", "value": f"models/{name}", "is_bare": True},
                {"method": "file", "value": f"{name}.sql", "is_bare": True},
                {"method": "fqn", "value": f"{project}.{name}"},
                {"method": "tag", "value": f"{name}:+{name}"},
                {"method": "config", "arguments": ("meta", "owner"), "value": name},
                {"method": "version", "value": "latest"},
            ]
        )
    )
    return Criterion(**form, **signs)


def _specs() -> st.SearchStrategy[Spec]:
    return st.lists(_criteria(), min_size=1, max_size=3).map(tuple).map(Spec)


@given(st.lists(st.sampled_from(["a", "b", "ab", "."]), min_size=1, max_size=5), st.text("ab*?[].", min_size=1))
def test_matching_of_names_never_fails(fqn: list[str], name: str) -> None:
    for is_versioned in (True, False):
        matches_fqn(fqn, name, is_versioned=is_versioned)
    assert matches_fqn(fqn, fqn[-1], is_versioned=False)


@given(st.lists(st.sampled_from(["a", "b", "ab"]), min_size=1, max_size=5), st.integers(0, 5))
def test_a_path_lies_at_itself_and_below_its_folders(parts: list[str], cut: int) -> None:
    path, folder = "/".join(parts), "/".join(parts[:cut])
    assert is_at(path, path)
    assert is_at_or_below(path, folder)
    assert is_at(path, folder) == (cut >= len(parts))
    assert is_at(path, f"**/{parts[-1]}")
    assert is_at_or_below(path, f"{folder}/**") or not folder
    assert not is_at_or_below(path, f"{path}/more")


@st.composite
def _meshes(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    """Models and tests that read earlier models, of any project; what is another project's comes as a stub."""
    mesh: dict[str, dict[str, Any]] = {
        project: {"nodes": {}, "stubs": [], "upstream": PROJECTS[:position]}
        for position, project in enumerate(PROJECTS)
    }
    models: list[str] = []
    for number in range(draw(st.integers(3, 9))):
        project, kind = draw(st.sampled_from(PROJECTS)), draw(st.sampled_from(["model", "model", "test"]))
        reads = draw(st.lists(st.sampled_from(models), unique=True, max_size=3)) if models else []
        unique_id = f"{kind}.{project}.n{number}"
        mesh[project]["nodes"][unique_id] = {"reads": reads, "tags": draw(st.sampled_from([["t"], []]))}
        foreign = [read for read in reads if f".{project}." not in read]
        mesh[project]["stubs"] = sorted({*mesh[project]["stubs"], *foreign})
        models += [unique_id] if kind == "model" else []
    return mesh


class _Sets:
    """The same selections, by sets of (project, unique_id) and nothing else."""

    def __init__(self, mesh: dict[str, dict[str, Any]]) -> None:
        self.reads = {
            (project, unique_id): {(read.split(".")[1], read) for read in node["reads"]}
            for project, written in mesh.items()
            for unique_id, node in written["nodes"].items()
        }
        self.tagged = {
            (project, unique_id)
            for project, written in mesh.items()
            for unique_id, node in written["nodes"].items()
            if node["tags"]
        }
        self.guards = {
            (project, f"test.{stub.split('.')[1]}.mesh_guard_{stub.split('.')[2]}"): (stub.split(".")[1], stub)
            for project, written in mesh.items()
            for stub in written["stubs"]
        }
        self.upstream = {project: set(written["upstream"]) for project, written in mesh.items()}

    def selected(self, select: list[Spec], exclude: list[Spec]) -> set[tuple[str, str]] | None:
        if any(self.is_refused(spec) for spec in select):
            return None
        direct, taken = self.union(select), self.union(exclude)
        kept = direct - taken
        read = {(node[0], parent) for node in kept & self.reads.keys() for parent in self.reads[node]}
        return kept | {guard for guard, product in self.guards.items() if (guard[0], product) in read} - taken or None

    def is_refused(self, spec: Spec) -> bool:
        """It finds nothing, and is no project without nodes."""
        criteria = set(spec.criteria)
        is_one_project = len(criteria) == 1 and spec.criteria[0].method == "project"
        return not is_one_project and not self.union([spec])

    def union(self, specs: list[Spec]) -> set[tuple[str, str]]:
        return set(chain.from_iterable(set.intersection(*map(self.found, spec.criteria)) for spec in specs))

    def found(self, criterion: Criterion) -> set[tuple[str, str]]:
        if criterion.method == "project":
            projects = self.walked(criterion, {criterion.value}, self.upstream)
            return {node for node in (*self.reads, *self.guards) if node[0] in projects}
        start = self.tagged if criterion.method == "tag" else self.named(criterion)
        nodes = self.walked(criterion, start, self.reads)
        tests = {node for node in self.reads if node[1].startswith("test.")}
        return nodes | {test for test in tests if any(parent[0] == test[0] for parent in self.reads[test] & nodes)}

    def named(self, criterion: Criterion) -> set[tuple[str, str]]:
        return {
            node
            for node in self.reads
            if node[1].split(".")[2] == criterion.value.split(".")[-1] and criterion.project in (None, node[0])
        }

    def walked(self, criterion: Criterion, start: set[Any], reads: dict[Any, set[Any]]) -> set[Any]:
        readers: dict[Any, set[Any]] = {node: {r for r in reads if node in reads[r]} for node in reads}
        found = set(start)
        if criterion.with_ancestors:
            found |= _reached(start, reads, criterion.ancestor_steps)
        if criterion.with_descendants:
            found |= _reached(start, readers, criterion.descendant_steps)
        if criterion.with_ancestors_of_descendants:
            below = start | _reached(start, readers, None)
            found |= below | _reached(below, reads, None)
        return found


def _reached(start: set[Any], edges: dict[Any, set[Any]], steps: int | None) -> set[Any]:
    found: set[Any] = set()
    for _ in range(len(edges) if steps is None else steps):
        found |= {node for known in start | found for node in edges[known]}
    return found


@st.composite
def _choices(draw: st.DrawFn, names: list[str]) -> Spec:
    criteria = []
    for criterion in draw(st.lists(_criteria(), min_size=1, max_size=2)):
        project, name = draw(st.sampled_from(names)).split(".")
        forms: list[dict[str, Any]] = [
            {"method": "project", "value": project, "is_bare": True, "project": None, "arguments": ()},
            {"method": "fqn", "value": f"{project}.{name}", "is_bare": True, "project": project, "arguments": ()},
            {"method": "fqn", "value": name, "is_bare": True, "project": None, "arguments": ()},
            {"method": "tag", "value": "t", "is_bare": False, "project": None, "arguments": ()},
        ]
        signs = {
            field: getattr(criterion, field)
            for field in criterion.__struct_fields__
            if "cendant" in field or "ancestor" in field
        }
        criteria.append(Criterion(**draw(st.sampled_from(forms)), **signs))
    return Spec(tuple(criteria))


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_a_selection_is_what_sets_say(data: st.DataObject) -> None:
    written = data.draw(_meshes())
    names = [".".join(unique_id.split(".")[1:]) for project in written.values() for unique_id in project["nodes"]]
    select = data.draw(st.lists(_choices(names), min_size=1, max_size=3))
    exclude = data.draw(st.lists(_choices(names), max_size=2))
    expected = _Sets(written).selected(select, exclude)
    assert _resolved(small_mesh(written), select, exclude) == expected


def _resolved(mesh: SmallMesh, select: list[Spec], exclude: list[Spec]) -> set[tuple[str, str]] | None:
    """What is built, with whole projects written out; ``None`` when it is refused."""
    try:
        nodes = mesh.resolve([str(spec) for spec in select], [str(spec) for spec in exclude]).nodes
    except MeshError:
        return None
    every = {
        project: {node.unique_id for node in manifest.nodes.values() if "mesh_external" not in (node.tags or ())}
        for project, manifest in mesh.manifests.items()
    }
    return {(project, unique_id) for project, ids in nodes.items() for unique_id in ids or every[project]}
