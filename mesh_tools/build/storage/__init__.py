"""Where a project's data lies, and how what was built becomes what consumers read.

One small interface, :class:`~mesh_tools.build.storage.base.Storage`, and one module for each way of storing.
"""

from mesh_tools.build.storage.base import Storage, Target
from mesh_tools.build.storage.choose import open_storage
from mesh_tools.build.storage.records import PRODUCTS_FIRST, Inputs, Record, SourceState

__all__ = ["PRODUCTS_FIRST", "Inputs", "Record", "SourceState", "Storage", "Target", "open_storage"]
