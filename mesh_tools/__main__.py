"""Lets `python -m mesh_tools` be `mesh`."""

from mesh_tools.cli.main import main

main()
