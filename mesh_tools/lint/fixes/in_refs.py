"""Carries out mends of refs in SQL, YAML and Python files, on their text."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

from mesh_tools.artifacts.manifest import RefCall
from mesh_tools.errors import MeshError
from mesh_tools.lint.fixes.fix import PinRef
from mesh_tools.lint.fixes.refused import Refused
from mesh_tools.mesh.refs import call_at, refs_in_text
from mesh_tools.model.refs import Ref

_BOM = "\ufeff"
_UNUSUAL = "the call is written in a way that is not edited"


def mended_refs(data: bytes, path: Path, fix: PinRef) -> bytes:
    """What ``path`` is to hold instead of ``data``.

    Raises:
        Refused: there is no such call, or it cannot be edited.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("the file is not UTF-8") from None
    mark, text = (_BOM, text[1:]) if text.startswith(_BOM) else ("", text)
    before = _refs(text, path)
    alike = [ref for ref in before if _is(ref, fix.ref)]
    if not alike:
        raise Refused("there is no such call in the file: it has changed, or the ref comes from a macro")
    for ref in reversed(alike):
        text = _rewritten(text, path, ref, fix)
    wanted = [_wanted(ref, fix) if _is(ref, fix.ref) else _key(ref) for ref in before]
    if [_key(ref) for ref in _refs(text, path)] != wanted:
        raise Refused(_UNUSUAL)
    return (mark + text).encode("utf-8")


def _refs(text: str, path: Path) -> list[Ref]:
    try:
        return sorted(refs_in_text(text, path), key=lambda ref: (ref.where.line or 0, ref.where.column or 0))
    except MeshError as error:
        raise Refused(error.message) from None


def _is(ref: Ref, call: RefCall) -> bool:
    return (ref.project, ref.name) == (call.package, call.name) and str(ref.v) == str(call.version)


def _key(ref: Ref) -> tuple[str | None, str, str]:
    return (ref.project, ref.name, str(ref.v))


def _wanted(ref: Ref, fix: PinRef) -> tuple[str | None, str, str]:
    return (fix.package or ref.project, ref.name, str(ref.v if fix.version is None else fix.version))


def _rewritten(text: str, path: Path, ref: Ref, fix: PinRef) -> str:
    call = call_at(text, _position(text, path, ref))
    if call is None:
        raise Refused(_UNUSUAL)
    names = [call.span(group) for group in (1, 2, 3, 4) if call[group] is not None]
    start, end = names[0][0] - 1, names[-1][1] + 1  # with their quotes
    quote = text[start]
    version = fix.version
    if version is not None:
        shown = f"{quote}{version}{quote}" if isinstance(version, str) else str(version)
        written = next((call.span(group) for group in (5, 6, 7) if call[group] is not None), None)
        if written is None and text[end : call.end()].strip(" \t\r\n,)"):
            raise Refused(_UNUSUAL)  # v=None
        if written is None:
            text = f"{text[:end]}, v={shown}{text[end:]}"
        else:
            quoted = 0 if call[7] is not None else 1
            text = text[: written[0] - quoted] + shown + text[written[1] + quoted :]
    if fix.package is not None:
        if len(names) > 1:
            text = text[: start + 1] + fix.package + text[names[0][1] :]
        else:
            text = f"{text[:start]}{quote}{fix.package}{quote}, {text[start:]}"
    return text


def _position(text: str, path: Path, ref: Ref) -> int:
    """Where the word ``ref`` of the call is."""
    lines = list(StringIO(text, newline="" if path.suffix == ".py" else "\n"))
    number, column = (ref.where.line or 1) - 1, (ref.where.column or 1) - 1
    start = sum(map(len, lines[:number]))
    if path.suffix != ".py":
        return start + column
    # Python counts columns in bytes, and the place is that of `dbt.ref`.
    start += len(lines[number].encode()[:column].decode(errors="replace"))
    found = text.find("ref", start)
    return found if found != -1 else len(text)
