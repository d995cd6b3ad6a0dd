"""``mesh.yml``: which projects form the mesh, its environments, and its registry."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Struct

from mesh_tools.errors import Location, MeshError, did_you_mean
from mesh_tools.mesh.yaml_file import YamlFile
from mesh_tools.model.change import LEVELS, Level
from mesh_tools.model.names import check_environment_name, check_project_name
from mesh_tools.model.schema import components_of, document_schema

FILE_NAME = "mesh.yml"

Guards = Literal["off", "exists", "columns"]


class RegistrySettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The long form of ``registry``.

    Attributes:
        url: A folder (relative to mesh.yml) or any fsspec URL: ``s3://...``, ``https://...``, ``memory://...``.
        options: Passed to the filesystem of the URL, such as ``{profile: mesh}`` for S3.
    """

    url: str = ".mesh/registry"
    options: dict[str, Any] = {}


class Environment(Struct, frozen=True, forbid_unknown_fields=True):
    """One environment; its name is the dbt target that is built.

    Attributes:
        storage: ``duckdb``: mesh provides a profile with one DuckDB file for each project. ``profile``: each project's
            own profile has a target of this name.
        path: Folder of the DuckDB files, relative to mesh.yml. Default: ``.mesh/data/<environment>``.
        threads: dbt threads.
        generations: How many good builds of each project are kept, the current one among them.
    """

    storage: Literal["duckdb", "profile"] = "duckdb"
    path: str | None = None
    threads: Annotated[int, msgspec.Meta(ge=1)] = 4
    generations: Annotated[int, msgspec.Meta(ge=1)] = 3


class SyncSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How upstream interfaces become packages.

    Attributes:
        stubs: ``used``: a stub for every upstream product that a file refs. ``all``: for every upstream product.
        guards: Test on each stub, run before what depends on it. ``exists``: the relation is there. ``columns``: it
            has the promised columns and types.
        fallback: What a stub means in an environment in which its producer is not published. ``error``: nothing, it is
            an error. ``default``: the relation of the default environment.
    """

    stubs: Literal["used", "all"] = "used"
    guards: Guards = "exists"
    fallback: Literal["error", "default"] = "error"


class ExternalUpstream(Struct, frozen=True, forbid_unknown_fields=True):
    """A producer outside the mesh.

    Attributes:
        manifest: Path (relative to mesh.yml) or URL of its ``manifest.json``.
    """

    manifest: str


class ContractSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How strictly interfaces are kept.

    Attributes:
        profile: From which changes on `mesh contract` refuses; the rest is reported. Each holds those before it:
            ``bind``, ``shape``, ``guarantee``, ``service``, ``meaning``. From ``guarantee`` on, with the lifecycle.
        projects: A stricter profile for some projects, by name.
        base: What `mesh contract check` compares with, such as ``origin/main``. Default: the accepted interface.
        grace_days: How long a version that has a successor is kept, at least.
        acknowledge_days: How long an acknowledgement counts, at most.
    """

    profile: Level = "guarantee"
    projects: dict[str, Level] = {}
    base: str | None = None
    grace_days: Annotated[int, msgspec.Meta(ge=0)] = 90
    acknowledge_days: Annotated[int, msgspec.Meta(ge=1)] = 180


class LintIgnore(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Findings that somebody answers for, in writing.

    Attributes:
        code: Of the rule, such as ``PUB004``, or a family, such as ``NAM``.
        project: The project concerned. Default: any; in a project's lint.yml that project.
        path: A glob of files, relative to the project's folder, such as ``models/legacy/**``.
        subject: The subject's label, such as ``operations.flights``; may hold ``*``.
        reason: Why, in words.
        until: Its last day.
    """

    code: str
    project: str | None = None
    path: str | None = None
    subject: str | None = None
    reason: str = ""
    until: date | None = None


class LintPolicy(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a project adds to the policy of its mesh, in mesh.yml or in the lint.yml of its own folder.

    Attributes:
        rules: By code: a severity (``error``, ``warn``, ``info``), or ``{severity: ..., OPTION: ...}``. It may raise
            severities, and switch rules on; options of rules that the mesh has switched on are the mesh's.
        ignores: Findings that somebody answers for.
    """

    rules: dict[str, Any] = {}
    ignores: tuple[LintIgnore, ...] = ()


class LintSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which rules are asked, and how severe they are.

    Attributes:
        preset: One or more of ``starter``, ``recommended``, ``strict``, ``privacy``, ``none``.
        select: Codes or families: only these are asked.
        ignore: Codes or families that are not asked.
        rules: By code: a severity (``error``, ``warn``, ``info``, ``off``), or ``{severity: ..., OPTION: ...}``.
        projects: What projects add, by name.
        may_loosen: Codes or families whose severity a project may lower, too.
        ignores: Findings that somebody answers for.
        baseline: File of findings that were there when the rules came, relative to mesh.yml.
        folder: Folder of the mesh's own rules (``*.py``, ``*.yml``, ``*.sql``), relative to mesh.yml.
        plugins: Whether rules of installed packages are loaded.
        fail_on: The least severity that fails `mesh lint`.
        sql_severity: Of what `mesh lint --sql` finds.
        base: What findings must be new against to fail, such as ``origin/main``. Default: all count.
    """

    preset: str | tuple[str, ...] = "recommended"
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    rules: dict[str, Any] = {}
    projects: dict[str, LintPolicy] = {}
    may_loosen: tuple[str, ...] = ()
    ignores: tuple[LintIgnore, ...] = ()
    baseline: str = "lint-baseline.json"
    folder: str = "lint"
    plugins: bool = True
    fail_on: Literal["info", "warn", "error"] = "error"
    sql_severity: Literal["info", "warn", "error"] = "warn"
    base: str | None = None


class Domain(Struct, frozen=True, forbid_unknown_fields=True):
    """A domain that owns projects of other names than its own."""

    projects: tuple[str, ...]
    description: str = ""


class MeshFile(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The content of mesh.yml.

    Attributes:
        name: Of the mesh.
        description: What it is about.
        projects: Folders of dbt projects, as paths or globs relative to mesh.yml.
        registry: Where interfaces live.
        environments: By name. The default is ``dev`` on DuckDB.
        default_environment: The one that commands use without ``--env``. Default: the first.
        sync: How upstream interfaces become packages.
        upstreams: Producers outside the mesh, by project name.
        domains: Domains, where they differ from the projects' names.
        contracts: How strictly interfaces are kept.
        lint: Which rules are asked, and how severe they are.
    """

    name: str
    description: str = ""
    projects: tuple[str, ...]
    registry: str | RegistrySettings = ".mesh/registry"
    environments: dict[str, Environment] = {}
    default_environment: str | None = None
    sync: SyncSettings = SyncSettings()
    upstreams: dict[str, ExternalUpstream] = {}
    domains: dict[str, Domain] = {}
    contracts: ContractSettings = ContractSettings()
    lint: LintSettings = LintSettings()


class MeshConfig:
    """A mesh.yml that was read and checked.

    Attributes:
        path: The file.
        root: Its folder.
        file: Its content.
    """

    def __init__(self, yaml_file: YamlFile) -> None:
        self.yaml = yaml_file
        self.path = yaml_file.path
        self.root = yaml_file.path.parent
        self.file = yaml_file.typed(MeshFile)
        self.environments = self.file.environments or {"dev": Environment()}
        self._check()

    @classmethod
    def read(cls, path: Path) -> MeshConfig:
        """Read a mesh.yml.

        Raises:
            MeshError: it is missing or wrong; with the line.
        """
        return cls(YamlFile.read(path.resolve()))

    @classmethod
    def find(cls, start: Path) -> MeshConfig:
        """Read the mesh.yml of ``start`` or the nearest folder above it, within the repository that ``start`` is in.

        Raises:
            MeshError: there is none, or it is wrong.
        """
        path = cls.path_above(start)
        if path is not None:
            return cls.read(path)
        raise MeshError(
            f"no {FILE_NAME} in this folder or above it",
            where=Location.of(start.resolve()),
            hint="run `mesh init` in the folder that holds your dbt projects, or name the file with --mesh-file",
        )

    @staticmethod
    def path_above(start: Path) -> Path | None:
        """The mesh.yml that :meth:`find` reads; ``None`` when there is none."""
        start = start.resolve()
        for folder in (start, *start.parents):
            if (folder / FILE_NAME).is_file():
                return folder / FILE_NAME
            if (folder / ".git").exists():
                break  # what lies above a repository is none of its business
        return None

    @property
    def default_environment(self) -> str:
        """The environment that commands use without ``--env``."""
        return self.file.default_environment or next(iter(self.environments))

    @property
    def registry(self) -> RegistrySettings:
        """The registry's URL and options."""
        registry = self.file.registry
        return RegistrySettings(registry) if isinstance(registry, str) else registry

    def environment(self, name: str | None) -> tuple[str, Environment]:
        """The environment ``name``, or the default one for ``None``, with its name.

        Raises:
            MeshError: there is none of that name.
        """
        name = name or self.default_environment
        if name not in self.environments:
            hint = did_you_mean(name, self.environments) or f"known: {', '.join(self.environments)}"
            raise MeshError(
                f"no environment '{name}' in {self.path.name}", where=self.yaml.locate("environments"), hint=hint
            )
        return name, self.environments[name]

    def data_folder(self, environment: str) -> Path:
        """Where the DuckDB files of an environment lie."""
        settings = self.environments[environment]
        return self.root / (settings.path or f".mesh/data/{environment}")

    def domain_of(self, project: str) -> str:
        """The domain that owns ``project``."""
        owners = (name for name, domain in self.file.domains.items() if project in domain.projects)
        return next(owners, project)

    def profile_of(self, project: str) -> Level:
        """The strictness profile of ``project``."""
        contracts = self.file.contracts
        return contracts.projects.get(project, contracts.profile)

    def _check(self) -> None:
        self._check_profiles()
        for name in self.environments:
            self._at(("environments", name), check_environment_name, name)
        for name in self.file.upstreams:
            self._at(("upstreams", name), check_project_name, name)
        default = self.file.default_environment
        if default is not None and default not in self.environments:
            hint = did_you_mean(default, self.environments) or f"known: {', '.join(self.environments)}"
            raise MeshError(
                f"default_environment: no environment '{default}'",
                where=self.yaml.locate("default_environment"),
                hint=hint,
            )
        if not self.file.projects:
            raise MeshError("projects: at least one path or glob is needed", where=self.yaml.locate("projects"))

    def _check_profiles(self) -> None:
        contracts = self.file.contracts
        for name, profile in contracts.projects.items():
            if LEVELS.index(profile) < LEVELS.index(contracts.profile):
                raise MeshError(
                    f"contracts.projects.{name}: {profile} is looser than the mesh's {contracts.profile}",
                    where=self.yaml.locate("contracts", "projects", name),
                    hint="a project may tighten the profile of its mesh, not loosen it",
                )

    def _at(self, keys: tuple[str, ...], check: Any, value: str) -> None:
        try:
            check(value)
        except MeshError as error:
            raise MeshError(error.message, where=self.yaml.locate(*keys), hint=error.hint) from None


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of mesh.yml, for editors."""
    (reference,), components = components_of(MeshFile)
    return document_schema("mesh.yml", components, **reference)
