"""Three brokers, two producers, three consumers: one release for all the tests of this package."""
