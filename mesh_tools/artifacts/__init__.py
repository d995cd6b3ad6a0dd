"""Readers of the artifacts that dbt writes: manifest, catalog, run results, source freshness."""
