"""Traces one query with sqlglot. Imported by a call only: sqlglot takes a quarter of a second to load."""
