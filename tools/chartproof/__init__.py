"""Proves Helm charts right."""
