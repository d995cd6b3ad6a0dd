"""What the rules about code share: the code of a model, and a place in it."""

from __future__ import annotations

from mesh_tools.lint.code.query import Queries, queries
from mesh_tools.lint.code.scan import has_escapes, uncommented
from mesh_tools.lint.places import CodePlace
from mesh_tools.lint.services import Code
from mesh_tools.lint.subjects import Model


def sql_of(model: Model, code: Code) -> str:
    """The SQL of a model as it is written, without blanks around it; empty for one in Python."""
    written = code.nodes.get(model.node.unique_id)
    if written is None or not written.raw_code or written.language == "python":
        return ""
    return written.raw_code.strip()


def sql_without_comments(model: Model, sql: str) -> str:
    """The same with blanks for comments."""
    key = ("STR without comments", model.node.unique_id)
    escapes = has_escapes(model.project.adapter)
    return model.project.once(key, lambda: uncommented(sql, escapes=escapes))


def queries_of(model: Model, sql: str) -> Queries:
    """What the SQL of a model reads."""
    key = ("STR queries", model.node.unique_id)
    escapes = has_escapes(model.project.adapter)
    return model.project.once(key, lambda: queries(sql, escapes=escapes))


def at(model: Model, position: int) -> CodePlace:
    """A position in the SQL of a model."""
    return CodePlace(file=model.path, offset=position)
