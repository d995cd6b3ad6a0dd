"""The catalogue: a static site about a mesh, for those who consume its products."""
