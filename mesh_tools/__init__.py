"""mesh_tools: a data mesh of dbt projects."""

__version__ = "0.1.0"
