"""`mesh lint` beside dbt-bouncer and dbt-score, each run as whole processes: ``lint.py [--quick]``.

Twenty checks of dbt-bouncer and the rules that mean the same run on the same manifests, and what they find is compared
before anything is measured: a check that finds other models than ours ends the benchmark.
"""

from __future__ import annotations

import argparse
import json
import shlex
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from generate import BLOCK, MARK, Shape, repeat, write_project
from measure import Case, measure, program
from peers import linter
from tables import Table, markdown

_PROJECT = "warehouse_xx"
"""Of the generated manifest: as long as the names that its copies get."""
_NAMES = "^(stg|int|fct|dim)_.*$"
_RUNS = 3
_MANY = 10_000
"""Models of which only the 20 checks of ours are measured more than once, and the limit."""


@dataclass(frozen=True)
class Pair:
    """A check of dbt-bouncer, and the rules that together mean the same.

    Attributes:
        check: Its name.
        asks: Its parameters.
        rules: Codes with their options. Public models are the matter of rules of their own (PUB), so some are two.
        of_columns: Whether only findings about columns count of rules that have others too; ``None``: all.
    """

    check: str
    asks: Mapping[str, Any]
    rules: Mapping[str, Mapping[str, Any]]
    of_columns: bool | None = None


PAIRS = (
    Pair(
        "check_model_description_populated",
        {},
        {"DOC001": {"min_length": 4}, "PUB002": {"min_length": 4}},
        of_columns=False,
    ),
    Pair(
        "check_model_column_description_populated",
        {},
        {"DOC002": {"min_length": 4}, "PUB002": {"min_length": 4}},
        of_columns=True,
    ),
    Pair("check_model_names", {"model_name_pattern": _NAMES}, {"NAM001": {"patterns": {"*": _NAMES}}}),
    Pair("check_model_has_unique_test", {}, {"TST001": {}, "PUB004": {}}),
    Pair("check_model_has_tests_by_type", {"min_number_of_schema_tests": 2}, {"TST002": {"least": 2}}),
    Pair("check_model_contract_enforced_for_public_model", {}, {"PUB001": {}}),
    Pair("check_model_max_fanout", {"max_downstream_models": 3}, {"STR001": {"max": 3, "leaves_only": False}}),
    Pair("check_model_max_chained_views", {"max_chained_views": 3}, {"STR005": {}}),
    Pair("check_model_has_no_upstream_dependencies", {}, {"STR004": {}}),
    Pair("check_model_depends_on_multiple_sources", {}, {"STR006": {}}),
    Pair("check_model_does_not_directly_join_to_source", {}, {"STR007": {}}),
    Pair(
        "check_model_max_upstream_dependencies",
        {"max_upstream_models": 3, "max_upstream_macros": 1000, "max_upstream_sources": 1000},
        {"STR003": {"max": 3}},
    ),
    Pair("check_model_documented_in_same_directory", {}, {"DIR004": {"types": ["model"]}}),
    Pair("check_model_columns_have_types", {}, {"MET012": {"types": ["model", "public"]}}),
    Pair("check_model_has_meta_keys", {"keys": ["owner"]}, {"MET001": {"required": {"model": ["owner"]}}}),
    Pair("check_model_has_tags", {"tags": ["reviewed"]}, {"MET003": {"required": {"model": ["reviewed"]}}}),
    Pair("check_source_description_populated", {}, {"DOC007": {"levels": ["table"], "min_length": 4}}),
    Pair("check_source_freshness_populated", {}, {"SRC001": {}}),
    Pair("check_source_not_orphaned", {}, {"SRC004": {}}),
    Pair("check_source_loader_populated", {}, {"SRC002": {}}),
)


def make_manifest(folder: Path, blocks: int) -> Path:
    """A manifest of ``blocks`` blocks of models, some of them with faults."""
    write_project(folder, Shape(project=_PROJECT, columns=15))
    _spoil(folder / "models")
    command = [str(program("dbt")), "--quiet", "--no-send-anonymous-usage-stats", "compile", "--profiles-dir", "."]
    subprocess.run(command, cwd=folder, check=True)
    target = folder / "manifest.json"
    with target.open("w") as file:
        repeat(json.loads((folder / "target" / "manifest.json").read_bytes()), blocks, file)
    return target


def make_projects(folder: Path, manifest: Path, count: int) -> list[Path]:
    """The manifest as that of ``count`` projects."""
    text, paths = manifest.read_text(), []
    for number in range(count):
        path = folder / f"p{number:02d}" / "manifest.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace(_PROJECT, f"warehouse_{number:02d}"))
        paths.append(path)
    return paths


def _spoil(models: Path) -> None:
    """Faults in the block: each is repeated as often as the block."""
    for path in sorted(models.rglob(f"_{MARK}_*.yml")):
        document = json.loads(path.read_text())
        for number, model in enumerate(document["models"]):
            config = model["config"]
            if number % 2:
                config["meta"] = {"owner": "analytics"}
                config["tags"] = ["reviewed"]
            if number % 4 == 0:
                model["description"] = ""
                del model["columns"][2]["description"], model["columns"][5]["description"]
            if number % 5 == 1:
                del model["columns"][0]["data_tests"], model["columns"][1]["data_tests"]
            if number % 3 == 2:
                config["contract"] = {"enforced": False}
                del model["columns"][3]["data_type"]
        path.write_text(json.dumps(document, indent=2))
    for path in sorted(models.rglob(f"int_*_{MARK}.sql"))[:2]:
        path.write_text(path.read_text() + "-- depends_on: {{ source('raw', 'events') }}\n")
    first = f"stg_orders_{MARK}"
    for path in sorted((models / "marts").glob("*.sql"))[:4]:
        path.write_text(path.read_text() + f"-- depends_on: {{{{ ref('{first}') }}}}\n")
    rootless = models / "staging" / f"stg_invoices_{MARK}.sql"
    rootless.write_text(rootless.read_text().replace("{{ source('raw', 'events') }}", "main.events"))


def policy() -> dict[str, Any]:
    """Ours."""
    rules: dict[str, dict[str, Any]] = {}
    for pair in PAIRS:
        for code, options in pair.rules.items():
            rules.setdefault(code, {"severity": "warn"}).update(options)
    return {"preset": "none", "rules": rules}


def our_counts(report: Mapping[str, Any]) -> Counter[str]:
    """By check: how many resources our rules blame (dbt-bouncer tells all of a model's columns at once)."""
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for one in report["findings"]:
        is_column = one["kind"] == "column" or one["code"] == "DOC002"
        subject = one["subject"].rpartition(".")[0] if one["kind"] == "column" else one["subject"]
        for pair in PAIRS:
            if one["code"] in pair.rules and pair.of_columns in (None, is_column):
                found[pair.check].add((one["project"], subject))
    return Counter({check: len(subjects) for check, subjects in found.items()})


def bouncer_counts(reports: Iterable[Sequence[Mapping[str, Any]]]) -> Counter[str]:
    """By check: how many resources dbt-bouncer blames."""
    return Counter(
        one["check_run_id"].split(":")[0] for report in reports for one in report if one["outcome"] == "failed"
    )


def lint_case(title: str, work: Path, manifests: Sequence[Path], *arguments: str) -> Case:
    """`mesh lint` of manifests, all in one process."""
    given = [part for path in manifests for part in ("--manifest", str(path))]
    return Case(title, _shell([[str(program("mesh")), "lint", *given, "--format", "json", *arguments]], work), work)


def _policy_file(work: Path) -> str:
    path = work / "policy.yml"
    path.write_text(json.dumps(policy()))
    return str(path)


def bouncer_case(bouncer: Path, work: Path, manifests: Sequence[Path]) -> Case:
    """dbt-bouncer, once a project."""
    commands = []
    for path in manifests:
        config = {"dbt_artifacts_dir": ".", "manifest_checks": [{"name": one.check, **one.asks} for one in PAIRS]}
        file = path.parent / "dbt-bouncer.yml"
        file.write_text(json.dumps(config))
        output = ["--output-file", str(path.parent / "bouncer.json"), "--output-format", "json"]
        commands.append([str(bouncer), "run", "--config-file", str(file), *output])
    return Case(f"dbt-bouncer, {len(PAIRS)} checks", _shell(commands, work), work)


def score_case(score: Path, work: Path, manifests: Sequence[Path]) -> Case:
    """dbt-score, once a project."""
    commands = [[str(score), "lint", "--manifest", str(path), "--format", "json"] for path in manifests]
    return Case("dbt-score, its 17 rules", _shell(commands, work), work)


def reading_case(work: Path, manifests: Sequence[Path]) -> Case:
    """The limit: reading alone."""
    code = (
        "import sys; from pathlib import Path; from mesh_tools.artifacts.manifest import read_manifest\n"
        "for path in sys.argv[1:]: read_manifest(Path(path))"
    )
    return Case("limit: `read_manifest` alone", [sys.executable, "-c", code, *manifests], work)


def _shell(commands: Sequence[Sequence[str]], work: Path) -> list[str]:
    """Linters end with 1 when they found something; so does Python when it crashed, but then there is no output."""
    output = shlex.quote(str(work / "out.json"))
    lines = [f"{shlex.join(command)} > {output} || test $? -le 1\ntest -s {output}" for command in commands]
    return ["/bin/sh", "-e", "-c", "\n".join(lines)]


def compared(work: Path, ours: Case, theirs: Case, manifests: Sequence[Path]) -> dict[str, int]:
    """Both run once; the findings by check.

    Raises:
        SystemExit: they differ.
    """
    measure([ours], 1, work, _quiet)
    mine = our_counts(json.loads((work / "out.json").read_bytes()))
    measure([theirs], 1, work, _quiet)
    peer = bouncer_counts(json.loads((path.parent / "bouncer.json").read_bytes()) for path in manifests)
    different = {check: (mine[check], peer[check]) for check in mine | peer if mine[check] != peer[check]}
    if different:
        raise SystemExit(f"findings differ (ours, dbt-bouncer's): {different}")
    return dict(peer)


def _quiet(_line: str) -> None:
    """No progress is shown."""


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="100 models, and 2 projects of 40")
    parser.add_argument("--runs", type=int, default=_RUNS)
    arguments = parser.parse_args()
    work = Path(__file__).resolve().parents[2] / ".mesh" / "bench" / "lint"
    work.mkdir(parents=True, exist_ok=True)
    sizes = (100,) if arguments.quick else (1_000, 10_000)
    scenes = {
        f"{size:,} models, one manifest": (size, [make_manifest(work / f"m{size}", size // BLOCK)]) for size in sizes
    }
    projects, each = (2, 40) if arguments.quick else (20, 500)
    one = make_manifest(work / "one", each // BLOCK)
    scenes[f"{projects} projects of {each} models"] = (projects * each, make_projects(work / "many", one, projects))
    for title, (models, manifests) in scenes.items():
        _print_scene(title, models, manifests, work, arguments.runs)
    if not arguments.quick:
        _print_growth(work, arguments.runs)


def _print_scene(title: str, models: int, manifests: Sequence[Path], work: Path, runs: int) -> None:
    ours = lint_case(f"`mesh lint`, {len(PAIRS)} checks", work, manifests, "--policy", _policy_file(work))
    cases, note = [ours], ""
    other_runs = 1 if models >= _MANY else None
    if bouncer := linter("dbt-bouncer", work.parent, _say):
        theirs = replace(bouncer_case(bouncer, work, manifests), runs=other_runs)
        cases.append(theirs)
        counts = compared(work, ours, theirs, manifests)
        note = f"Both find the same: {sum(counts.values()):,} findings of {len(counts)} checks."
    if score := linter("dbt-score", work.parent, _say):
        cases.append(replace(score_case(score, work, manifests), runs=other_runs))
    strict = lint_case("`mesh lint`, every rule of `strict`", work, manifests, "--preset", "strict")
    cases += [reading_case(work, manifests), replace(strict, runs=other_runs)]
    table = Table(title, measure(cases, runs, work, _say))
    sys.stdout.write(_shown(table, models, note))
    sys.stdout.flush()


def _print_growth(work: Path, runs: int) -> None:
    models = 50_000
    manifest = make_manifest(work / f"m{models}", models // BLOCK)
    ours = lint_case(f"`mesh lint`, {len(PAIRS)} checks", work, [manifest], "--policy", _policy_file(work))
    table = Table(f"{models:,} models, one manifest", measure([ours], runs, work, _say))
    sys.stdout.write(_shown(table, models))


def _shown(table: Table, models: int, note: str = "") -> str:
    ours = next(iter(table.runs.values()))
    each = median(run.cpu for run in ours) / models * 1000
    return f"{markdown(table)}\n{f'{note} ' if note else ''}`mesh lint`: {each:.3f} ms CPU per model.\n\n"


if __name__ == "__main__":
    main()
