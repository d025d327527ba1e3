"""Experiments: change one value, render again, look at what follows."""
