"""Where a finding is: described by what a rule knows, looked up in files only once it is reported."""

from mesh_tools.lint.places.place import CodePlace, Place, Step, YamlPlace, entry_place
from mesh_tools.lint.places.resolve import Places

__all__ = ["CodePlace", "Place", "Places", "Step", "YamlPlace", "entry_place"]
