"""What the tests of publishing share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.helm import HELMS, Helm
from tests.support.keys import Key, new_key


@pytest.fixture(scope="session")
def key() -> Iterator[Key]:
    """Give a key without a passphrase."""
    with new_key() as key:
        yield key


@pytest.fixture(params=HELMS)
def helm(request: pytest.FixtureRequest, tmp_path: Path) -> Helm:
    """Give each of the two Helm CLIs in turn."""
    return Helm(HELMS[request.param], tmp_path / "helm")
