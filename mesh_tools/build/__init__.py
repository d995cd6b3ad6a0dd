"""Builds: plan, profile, dbt itself, publishing, run history. The only place that starts dbt."""
