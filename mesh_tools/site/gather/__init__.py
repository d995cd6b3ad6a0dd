"""From a workspace, or from a registry alone, to what pages show."""
