"""Canonical names of SQL types, a table for each warehouse."""
