"""The registry: where interfaces live, per environment, with their history."""

from mesh_tools.interface.registry.registry import Publication, Registry, open_registry

__all__ = ["Publication", "Registry", "open_registry"]
