"""DIR: where files lie, and what they are called."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Literal

from mesh_tools.artifacts.manifest import Resource, SourceNode
from mesh_tools.lint.layers import Layers, folder_layer, name_layer
from mesh_tools.lint.places import CodePlace
from mesh_tools.lint.places.place import patch_file
from mesh_tools.lint.regexes import Regex
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.subjects import Macro, Model, Project, Seed, Snapshot, Source

_Layout = Literal["same_directory", "per_directory", "per_resource"]
_Type = Literal["model", "seed", "snapshot", "macro"]


@rule("DIR001", "model-outside-its-layer", severity="warn", tier="strict")
def model_outside_its_layer(model: Model, *, layers: Layers | None = None, staging_by_source: bool = True) -> Found:
    """A model is called like those of one layer, and lies in the folder of another.

    Why:
        What a model may read, and who may read it, goes by its layer: the name and the folder must say the same.

    Options:
        layers: By layer: names of folders, and beginnings of names, which end with `_`. Default: those of dbt Labs.
        staging_by_source: Whether staging models lie in a folder for each source.

    Bad:
        models/marts/stg_till__receipts.sql:
            select * from {{ source('till', 'receipts') }}  -- DIR001
        models/staging/till/_sources.yml:
            sources:
              - name: till
                tables: [{name: receipts}]

    Good:
        models/staging/till/stg_till__receipts.sql:
            select * from {{ source('till', 'receipts') }}
        models/staging/till/_sources.yml:
            sources:
              - name: till
                tables: [{name: receipts}]

    To do:
        Move the file, or rename the model.
    """
    named, lies = name_layer(model.name, layers), folder_layer(model.path, layers)
    if named is not None and lies != named and (lies is not None or named == "staging"):
        shown = f"lies in the folder of {lies}" if lies else f"lies in no folder of {named}"
        yield model.raised(f"is called like a {named} model, and {shown}", place=model.code)
    elif staging_by_source and named == "staging":
        folder = PurePosixPath(model.path).parent.name
        sources = {parent.source_name for parent in model.parents if isinstance(parent, SourceNode)}
        if len(sources) == 1 and folder not in {*sources, *(f"stg_{source}" for source in sources)}:
            source = next(iter(sources))
            message = f"reads the source {source}, and does not lie in a folder of that name"
            yield model.raised(message, place=model.code)


@rule("DIR002", "directory-not-allowed", severity="warn", tier="opt-in")
def directory_not_allowed(model: Model, *, allowed: Mapping[str, tuple[str, ...]]) -> Found:
    """A model lies in a subfolder that the policy does not have.

    Why:
        Folders are the table of contents of a project: each new one is a decision.

    Options:
        allowed: By folder, relative to the project: the subfolders that it may have. `.` allows files in itself.

    Bad:
        mesh.yml:
            lint: {rules: {DIR002: {allowed: {models: [staging, marts]}}}}
        models/misc/orders.sql:
            select 1 as order_id  -- DIR002

    Good:
        mesh.yml:
            lint: {rules: {DIR002: {allowed: {models: [staging, marts]}}}}
        models/staging/orders.sql:
            select 1 as order_id

    To do:
        Move it, or agree on the folder and add it to the policy.
    """
    parts = PurePosixPath(model.path).parts
    for folder, names in allowed.items():
        above = PurePosixPath(folder).parts
        if parts[: len(above)] == above and len(parts) > len(above):
            below = parts[len(above)] if len(parts) > len(above) + 1 else "."
            if below not in names:
                shown = f"in {folder}/{below}" if below != "." else f"directly in {folder}"
                yield model.raised(f"lies {shown}; allowed: {', '.join(names)}", place=model.code, key=folder)


@rule("DIR003", "properties-missing", severity="warn", tier="strict")
def properties_missing(
    resource: Model | Seed | Snapshot, *, types: tuple[Literal["model", "seed", "snapshot"], ...] = ("model",)
) -> Found:
    """No YAML describes a model.

    Why:
        Description, tests, owner and contract have no place to stand.

    Options:
        types: Of `model`, `seed`, `snapshot`.

    Bad:
        models/orders.sql:
            select 1 as order_id  -- DIR003

    Good:
        models/orders.sql:
            select 1 as order_id
        models/orders.yml:
            models:
              - name: orders

    To do:
        Write a YAML file beside it, with an entry of its name.
    """
    if resource.kind in types and not resource.node.patch_path:
        yield resource.raised("has no entry in any YAML file")


@rule("DIR004", "properties-elsewhere", severity="info", tier="strict")
def properties_elsewhere(
    resource: Model | Seed | Snapshot | Macro,
    *,
    layout: _Layout = "same_directory",
    types: tuple[_Type, ...] = ("model", "macro"),
) -> Found:
    """The YAML of a model does not lie where its SQL does.

    Why:
        What is moved or removed together is found together.

    Options:
        layout: `same_directory`: anywhere in the folder of the SQL; `per_directory`: in one file that is called
            `_<folder>__models.yml` or `_models.yml`, for each kind; `per_resource`: in a file of its own name.
        types: Of `model`, `seed`, `snapshot`, `macro`.

    Bad:
        models/staging/orders.sql:
            select 1 as order_id
        models/schema.yml:
            models:
              - name: orders  # DIR004

    Good:
        models/staging/orders.sql:
            select 1 as order_id
        models/staging/orders.yml:
            models:
              - name: orders

    To do:
        Move the entry into a file where the policy wants it.
    """
    described = patch_file(resource.node.patch_path)
    if resource.kind not in types or not described:
        return
    if layout == "same_directory" and described.rpartition("/")[0] == resource.path.rpartition("/")[0]:
        return  # of almost all, and taking paths apart takes time
    yaml, code = PurePosixPath(described), PurePosixPath(resource.path)
    name = resource.node.name
    kinds = f"{resource.kind}s"
    if yaml.parent != code.parent and yaml != code:
        yield resource.raised(f"is described in {yaml}, not in the folder of {code}")
    elif layout == "per_directory" and yaml.stem not in {f"_{kinds}", f"_{code.parent.name}__{kinds}"}:
        yield resource.raised(f"is described in {yaml.name}, not in the file of its folder")
    elif layout == "per_resource" and yaml.stem not in {name, code.stem} and yaml != code:
        yield resource.raised(f"is described in {yaml.name}, not in a file of its own name")


@rule("DIR005", "file-name-pattern", severity="info", tier="opt-in")
def file_name_pattern(resource: Model | Source | Seed | Snapshot | Macro, *, patterns: Mapping[str, Regex]) -> Found:
    r"""A file is not called as files of its folder are to be.

    Why:
        Editors find files by their names, and so do people.

    Options:
        patterns: By glob of a file, relative to the project: a regular expression of its name. `{dir}` is the name of
            its folder. Files of code count, and those of YAML that describe something.

    Bad:
        mesh.yml:
            lint: {rules: {DIR005: {patterns: {"models/*.yml": "^_{dir}__\\w+\\.yml$"}}}}
        models/till/schema.yml:
            sources:
              - name: till
                tables:
                  - name: receipts  # DIR005

    Good:
        mesh.yml:
            lint: {rules: {DIR005: {patterns: {"models/*.yml": "^_{dir}__\\w+\\.yml$"}}}}
        models/till/_till__sources.yml:
            sources:
              - name: till
                tables:
                  - name: receipts

    To do:
        Give the file the name that the pattern asks for.
    """
    described = "" if isinstance(resource, Source) else patch_file(resource.node.patch_path)
    for glob, pattern in patterns.items():
        for file in dict.fromkeys(filter(None, (resource.path, described))):
            path = PurePosixPath(file)
            wanted = pattern.replace("{dir}", re.escape(path.parent.name))
            if fnmatchcase(file, glob) and not re.search(wanted, path.name):
                place = None if path.suffix in {".yml", ".yaml"} else CodePlace(file=file)
                yield resource.raised(f"is in {path.name}, which does not match '{wanted}'", place=place, key=glob)


@rule("DIR006", "source-outside-its-directory", severity="info", tier="strict")
def source_outside_its_directory(source: Source, *, layers: Layers | None = None) -> Found:
    """A source is not declared in the staging folder of its name.

    Why:
        The declaration stands beside the models that clean the data: one folder for each source, below staging.

    Options:
        layers: By layer: names of folders, and beginnings of names, which end with `_`. Default: those of dbt Labs.

    Bad:
        models/_sources.yml:
            sources:
              - name: till
                tables:
                  - name: receipts  # DIR006

    Good:
        models/staging/till/_sources.yml:
            sources:
              - name: till
                tables:
                  - name: receipts

    To do:
        Move the declaration to `models/staging/<source>/`.
    """
    folder = PurePosixPath(source.path).parent
    if folder_layer(source.path, layers) != "staging" or folder.name != source.node.source_name:
        yield source.raised(f"is declared in {folder}, not in a staging folder called {source.node.source_name}")


@rule("DIR007", "mixed-properties", severity="info", tier="opt-in")
def mixed_properties(project: Project) -> Found:
    """One YAML file describes resources of several kinds.

    Why:
        Whoever looks for a source does not open the file of the models.

    Bad:
        models/schema.yml:
            sources:
              - name: till
                tables: [{name: receipts}]
            models:  # DIR007
              - name: orders
        models/orders.sql:
            select 1 as order_id

    Good:
        models/_sources.yml:
            sources:
              - name: till
                tables: [{name: receipts}]
        models/orders.yml:
            models:
              - name: orders
        models/orders.sql:
            select 1 as order_id

    To do:
        Give each kind a file of its own. Data tests and unit tests may stand beside what they test.
    """
    kinds: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for resource in project.resources.values():
        if project.is_own(resource):
            described = _described_in(resource)
            kind = resource.unique_id.split(".", 1)[0]
            if described and kind not in {"test", "unit_test"}:
                kinds[described][_SECTIONS.get(kind, f"{kind}s")] = None
    for file, sections in sorted(kinds.items()):
        if len(sections) > 1:
            named = sorted(sections, key=lambda section: (section != "sources", section))
            yield project.raised(
                f"describes several kinds in {file}: {', '.join(named)}",
                place=CodePlace(file=file, text=f"{named[-1]}:"),
                key=file,
            )


_SECTIONS = {"semantic_model": "semantic_models", "saved_query": "saved_queries"}


def _described_in(resource: Resource) -> str:
    """The YAML file that describes it; empty when none does."""
    file = patch_file(getattr(resource, "patch_path", None)) or resource.original_file_path
    return file if file.endswith((".yml", ".yaml")) else ""
