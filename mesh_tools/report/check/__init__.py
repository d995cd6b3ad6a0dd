"""Reports of `mesh check`: one format a file."""
