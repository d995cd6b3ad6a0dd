"""Rules that are not ours: of installed packages and of the mesh's folder, in Python, YAML or SQL."""
