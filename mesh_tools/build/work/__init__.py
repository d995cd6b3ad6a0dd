"""Workers: processes that have dbt imported and run it again and again. The only folder that imports dbt."""
