"""The pytest plugin: hooks and fixtures only."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register the ini options."""
    parser.addini("chartproof_charts", "folders of the charts under test", type="paths", default=[])
