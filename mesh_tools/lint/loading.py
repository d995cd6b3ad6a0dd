"""The policy of a mesh, or of a policy file outside of any, with all the rules that it may name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from mesh_tools.errors import MeshError, did_you_mean
from mesh_tools.lint.custom.folder import folder_rules
from mesh_tools.lint.custom.plugins import plugin_rules
from mesh_tools.lint.policy import Policy, PolicySource, ProjectPolicy
from mesh_tools.lint.registry import built_in, merged
from mesh_tools.lint.rule import Rule
from mesh_tools.mesh.config import LintPolicy, LintSettings, MeshConfig
from mesh_tools.mesh.yaml_file import YamlFile
from mesh_tools.model.project import Project

PROJECT_POLICY = "lint.yml"
"""What a project adds, in its own folder."""


def all_rules(settings: LintSettings, root: Path | None) -> Mapping[str, Rule]:
    """Every rule that there is: our own, those of installed packages, those of the mesh's folder.

    Args:
        settings: Whether packages may bring rules, and which folder is the mesh's own.
        root: That the folder is relative to; ``None``: there is no such folder.

    Raises:
        MeshError: a rule cannot be loaded, or two have one code.
    """
    folder = root / settings.folder if root is not None else None
    plugins = tuple(plugin_rules()) if settings.plugins else ()
    own = tuple(folder_rules(folder)) if folder is not None else ()
    return merged((built_in().values(), *plugins, *own)) if plugins or own else built_in()


def mesh_policy(config: MeshConfig, projects: Iterable[Project], settings: LintSettings | None = None) -> Policy:
    """The policy of a mesh.

    Args:
        config: Its mesh.yml.
        projects: Whose lint.yml counts.
        settings: Instead of those of mesh.yml, such as with what the command line adds.

    Raises:
        MeshError: something in it is wrong; with the line.
    """
    settings = settings or config.file.lint
    projects = tuple(projects)
    _check_names(config, [project.name for project in projects])
    parts: dict[str, list[ProjectPolicy]] = {}
    for name, policy in config.file.lint.projects.items():
        source = PolicySource(config.yaml, ("lint", "projects", name))
        parts.setdefault(name, []).append(ProjectPolicy(policy, source))
    for project in projects:
        path = project.path / PROJECT_POLICY
        if path.is_file():
            yaml = YamlFile.read(path)
            own = ProjectPolicy(yaml.typed(LintPolicy), PolicySource(yaml))
            parts.setdefault(project.name, []).append(own)
    return Policy(all_rules(settings, config.root), settings, PolicySource(config.yaml, ("lint",)), parts)


def _check_names(config: MeshConfig, known: Sequence[str]) -> None:
    """What is written of a project that is not there would count for none, and nobody would know."""
    lint = config.file.lint
    written: list[tuple[str | None, tuple[str | int, ...]]] = [(name, ("projects", name)) for name in lint.projects]
    written += [(one.project, ("ignores", index, "project")) for index, one in enumerate(lint.ignores)]
    for name, keys in written:
        if name is not None and name not in known:
            where = config.yaml.locate("lint", *keys)
            raise MeshError(f"no project '{name}' in this mesh", where=where, hint=did_you_mean(name, known))


def file_policy(path: Path | None, settings: LintSettings | None = None) -> Policy:
    """The policy outside a mesh: of a file with the keys of ``lint`` in mesh.yml, or the default.

    Raises:
        MeshError: something in it is wrong; with the line.
    """
    yaml = YamlFile.read(path) if path else None
    settings = settings or (yaml.typed(LintSettings) if yaml else LintSettings())
    return Policy(all_rules(settings, path.parent if path else None), settings, PolicySource(yaml))
