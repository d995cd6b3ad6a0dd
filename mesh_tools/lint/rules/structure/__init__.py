"""STR: how models are written, and how they read each other."""
