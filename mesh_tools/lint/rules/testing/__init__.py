"""TST: what is not tested, or tested in a way that says little."""
