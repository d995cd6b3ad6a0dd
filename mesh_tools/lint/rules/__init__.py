"""The rules, one module for each family of codes; what stands in a module of this folder is found by itself."""
