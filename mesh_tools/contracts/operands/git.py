"""Files as git has committed them, by the ``git`` executable: linked worktrees, subfolders and hooks included."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from mesh_tools.errors import Location, MeshError, did_you_mean

# A hook has them set for the repository that runs it; what is asked here is the repository of a folder.
_OF_A_HOOK = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")
# The stages of the index that hold the two sides of a merge; the first holds their common ancestor.
_SIDES = ("2", "3")


class Git:
    """The repository that ``folder`` lies in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def commit(self, ref: str) -> str:
        """The full id of the commit that ``ref`` names.

        Raises:
            MeshError: git is not installed, the folder is in no repository, or there is no such commit.
        """
        if ref.startswith("-") or not ref.strip():
            raise MeshError(f"'{ref}' is no git ref", hint="write a branch, a tag or a commit, such as origin/main")
        found = self._run("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
        if found.returncode:
            self._require_repository()
            raise MeshError(f"git knows no '{ref}' here", where=Location.of(self.folder), hint=self._hint(ref))
        return _text(found.stdout).strip()

    def fork(self, commit: str) -> str:
        """Where the work tree's branch left that of ``commit``; ``commit`` itself when this clone does not know."""
        found = self._run("merge-base", commit, "HEAD")
        return commit if found.returncode else _text(found.stdout).split()[0]

    def read(self, commit: str, path: str) -> bytes | None:
        """The file ``path`` (relative to the folder) as of ``commit``; ``None`` when it was not there.

        Raises:
            MeshError: git is not installed, the folder is in no repository, or the repository is damaged.
        """
        found = self._lines("ls-tree", "-z", commit, "--", path)
        return self._blob(found[0].split()[2]) if found else None

    def unmerged(self, path: str) -> tuple[bytes, ...]:
        """Both sides of a merge conflict in ``path`` (relative to the folder); none when git knows of no conflict.

        Raises:
            MeshError: as :meth:`read`.
        """
        entries = [line.split()[:3] for line in self._lines("ls-files", "--unmerged", "-z", "--", path)]
        return tuple(self._blob(blob) for _, blob, stage in entries if stage in _SIDES)

    def files(self, commit: str, name: str) -> dict[str, bytes]:
        """Every file called ``name`` as of ``commit``, in the whole repository, by its path from the root.

        Raises:
            MeshError: as :meth:`read`.
        """
        listed = (line.partition("\t") for line in self._lines("ls-tree", "-r", "-z", "--full-tree", commit))
        return {path: self._blob(entry.split()[2]) for entry, _, path in listed if path.rsplit("/", 1)[-1] == name}

    def removed(self, commit: str, name: str) -> dict[str, bytes]:
        """Every file called ``name`` below the folder as of ``commit`` that the work tree has no longer, by its path.

        Raises:
            MeshError: as :meth:`read`.
        """
        listed = (line.partition("\t") for line in self._lines("ls-tree", "-r", "-z", commit))
        found = ((path, entry) for entry, _, path in listed if path.rsplit("/", 1)[-1] == name)
        return {path: self._blob(entry.split()[2]) for path, entry in found if not (self.folder / path).exists()}

    def changed(self, commit: str) -> tuple[Path, ...]:
        """Files of the whole repository that are not as of ``commit``: other, new or gone, committed or not.

        Raises:
            MeshError: as :meth:`read`.
        """
        top = self._run("rev-parse", "--show-toplevel")
        if top.returncode:
            raise self._failed(top)
        root = Path(_text(top.stdout).removesuffix("\n"))
        known = self._lines("diff", "--name-only", "--no-renames", "--no-relative", "--no-ext-diff", "-z", commit, "--")
        new = self._lines("ls-files", "--others", "--exclude-standard", "--full-name", "-z", "--", ":/")
        return tuple(root / path for path in dict.fromkeys((*known, *new)))

    def _lines(self, *arguments: str) -> list[str]:
        done = self._run(*arguments)
        if done.returncode:
            raise self._failed(done)
        return [line for line in _text(done.stdout).split("\0") if line]

    def _blob(self, blob: str) -> bytes:
        found = self._run("cat-file", "blob", blob)
        if found.returncode:
            raise self._failed(found)
        return found.stdout

    def _require_repository(self) -> None:
        inside = self._run("rev-parse", "--git-dir")
        if inside.returncode:
            raise self._failed(inside)

    def _failed(self, done: subprocess.CompletedProcess[bytes]) -> MeshError:
        said = _text(done.stderr).strip().removeprefix("fatal: ")
        first, _, rest = said.partition("\n")
        if "not a git repository" in first:
            hint = "compare with `registry:ENVIRONMENT`, or with the path of an interface.yml or manifest.json"
            return MeshError("this folder is in no git repository", where=Location.of(self.folder), hint=hint)
        return MeshError(f"git cannot tell: {first}", where=Location.of(self.folder), hint=rest.strip() or None)

    def _hint(self, ref: str) -> str:
        names = _text(self._run("for-each-ref", "--format=%(refname:short)").stdout).split()
        hints = [near] if (near := did_you_mean(ref, names)) else []
        if _text(self._run("rev-parse", "--is-shallow-repository").stdout).strip() == "true":
            hints.append("this clone is shallow: run `git fetch --unshallow`; in CI, check out with the whole history")
        elif not hints:
            hints.append("`git fetch` brings what others have pushed; `git branch --all` lists what is here")
        return "\n".join(hints)

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        program = shutil.which("git")
        if program is None:
            raise MeshError("git is not installed", hint="install git, or name a file: `--base file:PATH`")
        environment = {name: value for name, value in os.environ.items() if name not in _OF_A_HOOK}
        command = [program, "-C", str(self.folder), *arguments]
        # Its messages are read here, and it must not ask for a password.
        environment |= {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"}
        return subprocess.run(  # noqa: S603 - a list, without a shell; refs that look like options are refused
            command, env=environment, capture_output=True, stdin=subprocess.DEVNULL, check=False
        )


def _text(data: bytes) -> str:
    return data.decode(errors="surrogateescape")
