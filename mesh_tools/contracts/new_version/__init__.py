"""Scaffolds the next version of a product beside the present one."""

from mesh_tools.contracts.new_version.plan import NewVersion, plan_new_version
from mesh_tools.contracts.new_version.request import Request

__all__ = ["NewVersion", "Request", "plan_new_version"]
