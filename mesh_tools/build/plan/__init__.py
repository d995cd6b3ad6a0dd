"""What has to be built, in which order, and why: decided without dbt."""
