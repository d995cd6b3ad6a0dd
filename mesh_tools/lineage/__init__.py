"""Column lineage: which columns go into which, and what a model's SQL uses in any other way.

:mod:`mesh_tools.lineage.inputs` turns compiled manifests into what can be traced, :mod:`mesh_tools.lineage.trace`
traces it, :mod:`mesh_tools.lineage.graph` answers questions over all projects. Only :mod:`mesh_tools.lineage.query`
knows sqlglot; it is imported by a call.
"""
