"""Reports of the linter: one format a file."""
