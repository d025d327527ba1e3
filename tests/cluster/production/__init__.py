"""The profile for production, for all the tests of this package."""
