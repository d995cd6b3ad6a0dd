"""Interfaces: made from a manifest, kept in a registry, written as packages that make refs resolve."""
