"""Mends what is certain, in the files themselves."""
