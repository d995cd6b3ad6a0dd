"""Why columns of a model are not traced, in words that say nothing of its SQL."""

from __future__ import annotations

import re

_OWN_WORDS = re.compile(r"a [A-Z][a-z]+ model|it was not compiled")
_CLASSES = (
    (re.compile(r"it reads .*, which is none of the relations"), "it reads a relation that dbt does not know of"),
    (re.compile(r"not known|is not found|no column|no relation here"), "columns of what it reads are not known"),
    (re.compile(r"sqlglot (does not understand|fails)"), "its SQL is not understood"),
    (re.compile(r"Jinja left"), "its SQL was not rendered"),
    (re.compile(r"nested too deeply|longer than"), "its SQL is too large"),
)
_OTHERWISE = "its SQL could not be traced"


def public_cause(reason: str) -> str:
    """The class of ``reason``: the text itself may hold names and parts of SQL.

    Args:
        reason: Of :class:`mesh_tools.model.lineage.ModelLineage`.
    """
    if _OWN_WORDS.fullmatch(reason):
        return reason
    return next((words for pattern, words in _CLASSES if pattern.search(reason)), _OTHERWISE)


def cause_behind(cause: str) -> str:
    """The cause of a model that was traced, for one that it reads and that is not shown."""
    return f"an internal model behind it is not traced: {cause}"
