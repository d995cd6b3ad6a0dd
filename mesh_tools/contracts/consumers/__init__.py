"""What a change does to those who use the product: by their SQL, or by what they published of it."""

from mesh_tools.contracts.consumers.judge import judge
from mesh_tools.contracts.consumers.world import Consumers

__all__ = ["Consumers", "judge"]
