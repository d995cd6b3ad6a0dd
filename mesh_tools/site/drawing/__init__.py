"""Layouts and drawings: pure functions from what is known to SVG."""
