"""Two interfaces side by side: which product, version, column and promise of one is which of the other."""

from mesh_tools.contracts.pairs.columns import ColumnMatch
from mesh_tools.contracts.pairs.context import WHOLE_PROJECT, Context
from mesh_tools.contracts.pairs.interfaces import InterfacePair, ProductPair
from mesh_tools.contracts.pairs.promise_differences import PromiseDifference
from mesh_tools.contracts.pairs.promises import Promise
from mesh_tools.contracts.pairs.versions import ColumnPair, VersionPair

__all__ = [
    "WHOLE_PROJECT",
    "ColumnMatch",
    "ColumnPair",
    "Context",
    "InterfacePair",
    "ProductPair",
    "Promise",
    "PromiseDifference",
    "VersionPair",
]
