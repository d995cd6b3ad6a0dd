"""What a change of type means: one table for columns and for parts of nested types."""

from __future__ import annotations

from mesh_tools.model.change import Bump, ChangeClass
from mesh_tools.sqltypes import TypeChangeKind

_JUDGED: dict[TypeChangeKind, tuple[ChangeClass, Bump, str]] = {
    "same": ("safe", "none", "another name of the same type"),
    "widened": ("dangerous", "minor", "no value is lost, but there may be larger or finer ones"),
    "narrowed": ("dangerous", "minor", "what does not fit is refused"),
    "lossy": ("breaking", "major", "values change silently"),
    "family": ("breaking", "major", "another kind of value"),
    "nested": ("dangerous", "minor", "its parts differ"),
    "unknown": ("dangerous", "minor", "what becomes of its values is not known"),
}


def judged_type(kind: TypeChangeKind) -> tuple[ChangeClass, Bump, str]:
    """Class, bump and the reason in words."""
    return _JUDGED[kind]
