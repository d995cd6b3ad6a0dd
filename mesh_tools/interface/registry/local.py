"""A registry in a local folder: a document is replaced by one rename, so that a crash leaves the old one whole."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from mesh_tools.errors import Location, MeshError, display_path
from mesh_tools.files import replace_file


def local_root(url: str, base: Path) -> Path:
    """The folder that a path or a ``file://`` URL names; a relative path counts from ``base``.

    Raises:
        MeshError: it names none.
    """
    if not url.strip():
        raise MeshError("the registry has an empty path", hint="name a folder, such as `.mesh/registry`")
    parts = urlsplit(url)
    # A single letter is a drive of Windows; any other scheme does not come here.
    if parts.scheme not in ("file", "local"):
        return base / Path(url).expanduser()
    # It brings http and e-mail along, which a plain path should not pay for.
    from urllib.request import url2pathname  # noqa: PLC0415

    path = Path(url2pathname(parts.path))
    if parts.netloc not in ("", "localhost") or not path.is_absolute():
        raise MeshError(
            f"'{url}' names no folder of this machine",
            hint="write file:///absolute/path, or a plain path relative to mesh.yml",
        )
    return path


class LocalStore:
    """Documents below a folder, which is created by the first publication."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.url = display_path(root)

    def place(self, *path: str) -> str:
        """The path of a document."""
        return display_path(self._root.joinpath(*path))

    def read(self, *path: str) -> bytes | None:
        """A whole document, or ``None`` when there is none."""
        try:
            return self._root.joinpath(*path).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as err:
            raise self._error("read", err, path) from err

    def require_writable(self) -> None:
        """Whether it may be written shows when it is."""

    def write(self, data: bytes, *path: str) -> None:
        """Replace a document: readers, and the disk after a crash, have the old one or the new one."""
        target = self._root.joinpath(*path)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            replace_file(target, data, durable=True)
        except OSError as err:
            raise self._error("written", err, path) from err

    def find(self, *folder: str) -> tuple[tuple[str, ...], ...]:
        """The paths of all documents below a folder."""
        top = self._root.joinpath(*folder)
        try:
            found = sorted(path.relative_to(self._root).parts for path in top.rglob("*.json"))
        except OSError as err:
            raise self._error("listed", err, folder) from err
        # Files that are being written, or that a crash left behind, begin with a dot.
        return tuple(path for path in found if not path[-1].startswith("."))

    def _error(self, done: str, err: OSError, path: tuple[str, ...]) -> MeshError:
        return MeshError(
            f"the registry {self.url} cannot be {done}: {err.strerror}",
            hint="check that it is a folder, and that you may use it",
            where=Location(self.place(*path)),
        )
