"""dbt's node selection, inside a project and across all projects of a mesh, without dbt.

``docs/selection.md`` is its user documentation; the grammar is that of dbt-core 1.11.

    selection = parse_selection(["+planning", "fleet.aircraft+"], [], workspace.projects)
    names = selection.whole_projects(upstream)          # None: the manifests must say
    chosen = selection.resolve(manifests, upstream, folders, root)
"""

from mesh_tools.build.selection.selection import ParsedSelection, Selection, parse_selection
from mesh_tools.build.selection.spec import Criterion, Spec

__all__ = ["Criterion", "ParsedSelection", "Selection", "Spec", "parse_selection"]
