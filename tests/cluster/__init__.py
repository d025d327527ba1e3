"""One cluster for them all."""
