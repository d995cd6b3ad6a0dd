"""What pages show, as typed values: nothing here reads a file."""
