"""The rules of `chartproof lint`."""
