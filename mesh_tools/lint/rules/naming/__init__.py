"""NAM: what models, columns and all else are called."""
