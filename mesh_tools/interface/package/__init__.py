"""Interface packages: the dbt packages of empty stubs that make refs to upstream products resolve."""
