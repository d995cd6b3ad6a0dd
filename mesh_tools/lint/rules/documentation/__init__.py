"""DOC: what has no words: models, columns, sources, macros, and how much of a project has."""
