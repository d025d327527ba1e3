"""Snapshots: every object a case renders, as a YAML file of its own that people review."""
