"""The words of a command."""

from pathlib import Path

Words = list[str | Path]
"""A program and its arguments, as subprocess takes them."""
