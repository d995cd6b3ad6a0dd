"""What `mesh contract new-version` prints."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.text import Text

from mesh_tools.contracts.new_version import NewVersion
from mesh_tools.errors import display_path
from mesh_tools.report.console import counted


def new_version_document(plan: NewVersion, root: Path, *, dry_run: bool) -> dict[str, Any]:
    """The report for programs: paths relative to mesh.yml, and each file's diff."""
    files = [
        {"path": file.path.relative_to(root).as_posix(), "new": file.old is None, "diff": file.diff(root)}
        for file in plan.files
    ]
    document: dict[str, Any] = msgspec.to_builtins(msgspec.structs.replace(plan, files=()))
    return {**document, "written": not dry_run, "files": files}


def print_diffs(plan: NewVersion, root: Path) -> None:
    """The changes as a patch, with the bytes of the files."""
    for file in plan.files:
        sys.stdout.write(file.diff(root))


def print_new_version(to: Console, plan: NewVersion) -> None:
    """What was written, what to look at, and what to do next."""
    code, described = (display_path(file.path) for file in plan.files)
    label = f"{plan.project}.{plan.product}"
    to.print(Text(f"{label}: version {plan.v} beside version {plan.base}", "bold"))
    to.print(Text(f"  {code}: a copy of version {plan.base}"))
    to.print(Text(f"  {described}: {_described(plan)}"))
    _print_unpinned(to, plan)
    for note in plan.notes:
        to.print(Text.assemble(("look at: ", "bold yellow"), note.message))
        to.print(Text(f"  --> {note.where}\n  hint: {note.hint}"))
    to.print(Text("next:", "bold"))
    for number, step in enumerate(_steps(plan, code, described), start=1):
        to.print(Text(f"  {number}. {step}"))


def _described(plan: NewVersion) -> str:
    date = f"{plan.deprecation_date}, as before" if plan.deprecation_kept else plan.deprecation_date
    begun = "" if plan.was_versioned else f"what was there is version {plan.base}; "
    return f"{begun}version {plan.base} ends on {date}; a ref without a version means version {plan.latest}"


def _print_unpinned(to: Console, plan: NewVersion) -> None:
    if not plan.unpinned:
        return
    to.print(Text.assemble((f"{counted(len(plan.unpinned), 'ref')} without a version:", "bold")))
    for ref in plan.unpinned:
        to.print(Text(f"  {ref.where}  {ref.ref}"))
    means = (
        f"they mean version {plan.latest} now"
        if plan.latest == plan.v
        else f"they go to version {plan.v} unasked when it becomes latest_version"
    )
    to.print(Text(f"  {means}; to stay: {plan.unpinned[0].pinned}"))


def _steps(plan: NewVersion, code: str, described: str) -> list[str]:
    label = f"{plan.project}.{plan.product}"
    steps = [
        f"change {code}, and version {plan.v} in {described} (a column that differs: exclude it, and write it anew)",
        f"mesh build --select {plan.project}",
        f"mesh contract accept {plan.project}",
        f"mesh impact {label}.v{plan.base}    says who uses it: tell them of the date",
    ]
    if plan.latest != plan.v:
        steps.append(f"before {plan.deprecation_date}, once consumers can take it: latest_version: {plan.v}")
    return steps
