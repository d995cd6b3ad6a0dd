"""Digests of the logic are compared between builds, so those of one tracer version never change.

``tests/cases/lineage/digests.json`` holds one for each hand-checked query. Whoever changes results on purpose raises
``TRACER`` in ``mesh_tools/lineage/version.py`` and writes the file anew:
``PYTHONPATH=.:tests python tests/unit/lineage/test_digests.py``.
"""

from __future__ import annotations

import json
from hashlib import sha256

from mesh_tools.lineage.query.tracer import trace_query
from mesh_tools.lineage.version import method
from support.lineage_cases import ALL_CASES, CASES

FILE = CASES / "digests.json"


def digests() -> dict[str, object]:
    """The tracer, and the digest of each query's columns and rows."""
    found = {}
    for case in ALL_CASES:
        task, _ = case.values
        lineage = trace_query(task).lineage
        text = json.dumps([lineage.expressions, lineage.rows_digest], sort_keys=True)
        found[str(case.id)] = sha256(text.encode()).hexdigest()[:12]
    return {"method": method(), "digests": found}


def test_digests_of_a_tracer_version_do_not_change() -> None:
    assert digests() == json.loads(FILE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    FILE.write_text(json.dumps(digests(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
