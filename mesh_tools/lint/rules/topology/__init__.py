"""TOP: the shape of the mesh."""
