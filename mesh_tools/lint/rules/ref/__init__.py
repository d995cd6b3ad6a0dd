"""REF: how one project reads the products of another."""
