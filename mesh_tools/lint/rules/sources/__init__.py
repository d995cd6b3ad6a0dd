"""SRC: sources are what a project takes from outside of dbt."""
