"""Contracts: what changed in an interface, whom it hits, and whether it may pass."""
