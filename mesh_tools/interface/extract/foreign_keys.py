"""Which model a foreign key points to.

Its ``to`` is the text of a ref after ``dbt parse``, and the relation that this means after a build. Both engines name
the model in ``depends_on`` either way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from mesh_tools.artifacts.manifest import Manifest, ModelNode
from mesh_tools.mesh.refs import refs_in_sql
from mesh_tools.model.refs import Ref

_PART = re.compile(r'"[^"]*"|`[^`]*`|[^.]+')


def target_of(to: str, model: ModelNode, manifest: Manifest) -> ModelNode | None:
    """The model that ``to``, of a foreign key of ``model``, means; ``None`` for a source, or what dbt does not know."""
    nodes = [manifest.nodes.get(unique_id) for unique_id in model.depends_on.nodes]
    read = [node for node in nodes if isinstance(node, ModelNode)]
    read.sort(key=lambda node: node.package_name != model.package_name)  # as dbt looks for a ref without a project
    ref = next(refs_in_sql(f"{{{{ {to} }}}}", model.original_file_path), None)
    return _by_relation(to, read) if ref is None else next((node for node in read if _is_meant(node, ref)), None)


def _is_meant(node: ModelNode, ref: Ref) -> bool:
    wanted = node.latest_version if ref.v is None else ref.v
    return node.name == ref.name and ref.project in {None, node.package_name} and str(node.version) == str(wanted)


def _by_relation(to: str, nodes: Iterable[ModelNode]) -> ModelNode | None:
    """The model whose relation agrees best: with ``--defer`` the identifier alone may be that of the manifest."""
    parts = [part.strip('"`').lower() for part in _PART.findall(to)]
    best = max(nodes, key=lambda node: _agreement(parts, node), default=None)
    return best if best is not None and _agreement(parts, best) else None


def _agreement(parts: list[str], node: ModelNode) -> int:
    """How many parts of the relation, from the identifier up, are those of ``node``."""
    own = (node.alias or node.name, node.schema or "", node.database or "")
    agreeing = [part == name.lower() for part, name in zip(reversed(parts), own, strict=False)]
    return (*agreeing, False).index(False)
