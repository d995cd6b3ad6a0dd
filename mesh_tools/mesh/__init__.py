"""The mesh as files declare it: mesh.yml, its projects, their refs, and the graph over all of them."""
