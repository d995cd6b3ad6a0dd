"""Files to be written: all of them, or none."""

from __future__ import annotations

from difflib import unified_diff
from pathlib import Path

from msgspec import Struct

from mesh_tools.files import write_atomically


class PlannedFile(Struct, frozen=True):
    """A file as it is and as it is to be; ``old`` is ``None`` for a new one."""

    path: Path
    old: bytes | None
    new: bytes

    def diff(self, root: Path) -> str:
        """A unified diff, with paths relative to ``root``, as ``git apply`` takes it."""
        name = self.path.relative_to(root).as_posix()
        old = _lines(self.old or b"")
        lines = unified_diff(old, _lines(self.new), "/dev/null" if self.old is None else f"a/{name}", f"b/{name}")
        return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def write_all(files: tuple[PlannedFile, ...]) -> None:
    """Write the files; when one cannot be written, those before it become what they were.

    Raises:
        OSError: one cannot be written.
    """
    written: list[PlannedFile] = []
    try:
        for file in files:
            write_atomically(file.path, file.new)
            written.append(file)
    except OSError:
        for file in written:
            if file.old is None:
                file.path.unlink()
            else:
                write_atomically(file.path, file.old)
        raise


def _lines(data: bytes) -> list[str]:
    """Only at line feeds: a carriage return is part of its line, as in git."""
    return [f"{line}\n" for line in data.decode("utf-8", "replace").split("\n")[:-1]] + [
        line for line in data.decode("utf-8", "replace").split("\n")[-1:] if line
    ]
