"""The command `mesh`: one file a verb. Parses arguments, calls, prints, exits."""
