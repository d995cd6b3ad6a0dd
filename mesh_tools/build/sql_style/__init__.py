"""SQL style: sqlfluff over the files of projects, its findings as the linter's own."""
