"""Drift: what lies in the warehouse against what its producer has published."""

from mesh_tools.contracts.drift.difference import DriftKind
from mesh_tools.contracts.drift.drift import Drift, DriftReport, find_drift
from mesh_tools.contracts.drift.reader import CatalogueReader

__all__ = ["CatalogueReader", "Drift", "DriftKind", "DriftReport", "find_drift"]
