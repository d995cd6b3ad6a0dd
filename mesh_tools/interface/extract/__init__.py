"""A project's interface, made from its manifest."""

from mesh_tools.interface.extract.extract import FIRST_SEMANTIC_VERSION, interface_of, unsealed_interface_of

__all__ = ["FIRST_SEMANTIC_VERSION", "interface_of", "unsealed_interface_of"]
