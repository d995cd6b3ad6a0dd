"""What rules are asked about: thin views of what the artifacts, the graph and the interfaces hold.

Subjects of a project (:mod:`~mesh_tools.lint.subjects.project` and its neighbours) stand on its manifest, and are gone
once the next project is read. Subjects of the mesh (:mod:`~mesh_tools.lint.subjects.mesh`) stand on the graph and the
interfaces, of which a mesh of ten thousand models needs little.
"""

from mesh_tools.lint.subjects.base import Raised, Subject
from mesh_tools.lint.subjects.mesh import CrossRef, Mesh, MeshProject, Product
from mesh_tools.lint.subjects.model import Column, Model
from mesh_tools.lint.subjects.others import (
    Exposure,
    Group,
    Macro,
    Seed,
    Semantic,
    Snapshot,
    Source,
    Test,
    UnitTest,
)
from mesh_tools.lint.subjects.project import Project

__all__ = [
    "Column",
    "CrossRef",
    "Exposure",
    "Group",
    "Macro",
    "Mesh",
    "MeshProject",
    "Model",
    "Product",
    "Project",
    "Raised",
    "Seed",
    "Semantic",
    "Snapshot",
    "Source",
    "Subject",
    "Test",
    "UnitTest",
]
