"""What commands print: one formatter a file."""
