"""Settings of all tests."""

from __future__ import annotations

import os

from hypothesis import settings

pytest_plugins = ["support.fixtures"]

# The gate tries the same examples each time: what fails in it, fails by a change. `make fuzz` tries others.
settings.register_profile("gate", derandomize=True)
settings.register_profile("fuzz", derandomize=False, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "gate"))
