"""How the objects of a release refer to each other."""
