"""Carries mends out: first on texts, so that everything is known before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import unified_diff
from io import StringIO
from pathlib import Path

from msgspec import Struct, structs

from mesh_tools.artifacts.manifest import RefCall
from mesh_tools.errors import Location, MeshError, display_path
from mesh_tools.files import disk_hint, replace_file
from mesh_tools.lint.fixes.fix import CutKey, CutText, Fix, PinRef, SetKey, Together
from mesh_tools.lint.fixes.in_refs import mended_refs
from mesh_tools.lint.fixes.in_text import without_text
from mesh_tools.lint.fixes.in_yaml import mended_yaml, target_of
from mesh_tools.lint.fixes.refused import Refused
from mesh_tools.lint.outcome import Outcome
from mesh_tools.lint.pending import Pending
from mesh_tools.model.finding import Finding

# What dbt installs or writes, and what lies in hidden folders.
_NOT_OURS = frozenset({"dbt_packages", "target"})


class Change(Struct, frozen=True, kw_only=True):
    """A file as it is and as it is to be."""

    path: Path
    before: bytes
    after: bytes

    def diff(self) -> str:
        """The difference, as `git apply` and `patch -p1` take it."""
        name = display_path(self.path)
        lines = unified_diff(_lines(self.before), _lines(self.after), f"a/{name}", f"b/{name}")
        return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


class Unfixed(Struct, frozen=True, kw_only=True):
    """A finding with a fix that could not be carried out."""

    finding: Finding
    reason: str


class Mending(Struct, frozen=True, kw_only=True):
    """What fixes come to.

    Attributes:
        changes: Of files, sorted by path.
        fixed: The findings that they mend.
        unfixed: Those that they would, if something were not in the way.
    """

    changes: tuple[Change, ...]
    fixed: tuple[Finding, ...]
    unfixed: tuple[Unfixed, ...]

    def write(self) -> None:
        """Write the files, each in one step.

        Raises:
            MeshError: one cannot be written, or is not what it was; those before it are written.
        """
        for change in self.changes:
            try:
                if change.path.read_bytes() != change.before:
                    raise MeshError("changed while it was being fixed", where=Location.of(change.path))
                mode = change.path.stat().st_mode
                replace_file(change.path, change.after)
                change.path.chmod(mode)
            except OSError as error:
                raise MeshError(
                    f"cannot be written: {error.strerror}", where=Location.of(change.path), hint=disk_hint(error)
                ) from None


def mend(outcome: Outcome, roots: Mapping[str, Path]) -> Mending:
    """Carry out, on texts, the fixes of all findings that count; writes nothing.

    Args:
        outcome: Of the linter.
        roots: The folder of each project, and of the mesh under ``""``; nothing outside of them is touched.
    """
    found = [
        (finding, pending)
        for finding, pending in zip(outcome.findings, outcome.pending, strict=True)
        if finding.state == "new" and pending.fix is not None
    ]
    bench = _Bench(roots)
    reasons: dict[int, str | None] = {}
    for number in _order([pending for _, pending in found]):
        reasons[number] = bench.reason_against(found[number][1])
    told = [(finding, reasons[number]) for number, (finding, _) in enumerate(found)]
    return Mending(
        changes=tuple(bench.changes()),
        fixed=tuple(finding for finding, reason in told if reason is None),
        unfixed=tuple(Unfixed(finding=finding, reason=reason) for finding, reason in told if reason is not None),
    )


def _order(found: list[Pending]) -> list[int]:
    """Removals come last, and from the end of a list: an index then still means what it meant."""

    def key(number: int) -> tuple[bool, tuple[int, ...]]:
        fix = found[number].fix
        if not isinstance(fix, CutKey):
            return False, ()
        return True, tuple(-int(step) for step in fix.place.steps if isinstance(step, str) and step.isdigit())

    return sorted(range(len(found)), key=key)


class _Bench:
    """Files under repair."""

    def __init__(self, roots: Mapping[str, Path]) -> None:
        self._roots = roots
        self._before: dict[Path, bytes] = {}
        self._now: dict[Path, bytes] = {}
        self._results: dict[tuple[str, str], str | None] = {}
        self._set: dict[tuple[Path, tuple[str, ...]], object] = {}
        self._pinned: dict[tuple[Path, RefCall], RefCall] = {}

    def reason_against(self, pending: Pending) -> str | None:
        """Carry out the fix of ``pending``; ``None`` when that has gone well, else why it has not."""
        fix = pending.fix
        identity = (pending.reporter, repr(fix))
        if fix is not None and identity not in self._results:
            self._results[identity] = self._tried(fix, pending.reporter)
        return self._results.get(identity)

    def changes(self) -> Iterator[Change]:
        """What has changed."""
        for path in sorted(self._before):
            if self._now[path] != self._before[path]:
                yield Change(path=path, before=self._before[path], after=self._now[path])

    def _tried(self, fix: Fix, project: str) -> str | None:
        before, given, pinned = dict(self._now), dict(self._set), dict(self._pinned)
        try:
            for one in _single(fix):
                self._carry_out(one, project)
        except Refused as refused:
            self._now = {path: before.get(path, data) for path, data in self._before.items()}
            self._set, self._pinned = given, pinned
            return refused.reason
        return None

    def _carry_out(self, fix: Fix, project: str) -> None:
        match fix:
            case Together():
                return
            case PinRef(file=file):
                path = self._path(project, file)
                self._pin(path, fix)
            case CutText(file=file):
                path = self._path(project, file)
                self._now[path] = without_text(self._now[path], fix)
            case _:
                path = self._path(project, fix.place.file)
                if not (isinstance(fix, SetKey) and self._is_set(path, fix)):
                    self._now[path] = mended_yaml(self._now[path], path, fix)

    def _pin(self, path: Path, fix: PinRef) -> None:
        """Mend a call; another fix may have written it otherwise by now."""
        call = self._pinned.get((path, fix.ref), fix.ref)
        self._now[path] = mended_refs(self._now[path], path, structs.replace(fix, ref=call))
        version = call.version if fix.version is None else fix.version
        self._pinned[path, fix.ref] = RefCall(call.name, fix.package or call.package, version)

    def _is_set(self, path: Path, fix: SetKey) -> bool:
        """Whether another fix has written the same already; no two are to write different things."""
        key = (path, target_of(self._now[path], path, fix))
        known = key in self._set
        if self._set.setdefault(key, fix.value) != fix.value:
            raise Refused(f"another fix makes it {self._set[key]!r}")
        return known

    def _path(self, project: str, file: str) -> Path:
        root, mesh = self._roots.get(project), self._roots.get("")
        path = ((root or Path()) / file).resolve()
        if root is None and not Path(file).is_absolute():
            raise Refused("the project's files are not at hand")
        is_policy = mesh is not None and path.parent == mesh.resolve()
        if not (is_policy or (root is not None and _is_own(path, root.resolve()))):
            raise Refused(f"{display_path(path)} is not a file of {project or 'the mesh'}")
        if path not in self._now:
            try:
                self._before[path] = self._now[path] = path.read_bytes()
            except OSError as error:
                raise Refused(f"{display_path(path)} cannot be read: {error.strerror}") from None
        return path


def _is_own(path: Path, root: Path) -> bool:
    """Whether somebody has written it in the project's folder."""
    inside = path.relative_to(root).parts if path.is_relative_to(root) else ()
    return bool(inside) and not any(part in _NOT_OURS or part.startswith(".") for part in inside[:-1])


def _single(fix: Fix) -> Iterable[Fix]:
    return fix.fixes if isinstance(fix, Together) else (fix,)


def _lines(data: bytes) -> list[str]:
    return list(StringIO(data.decode("utf-8", errors="replace"), newline=""))
