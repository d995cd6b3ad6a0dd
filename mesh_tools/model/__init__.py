"""The words of the mesh as typed, immutable values. Knows nothing else but errors."""
