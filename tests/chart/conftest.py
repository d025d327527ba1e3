"""What the chart's tests share."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chartproof.release import Release
from chartproof.values import load_values


@pytest.fixture
def render_with(render: Callable[..., Release]) -> Callable[..., Release]:
    """Render the chart with `--set` expressions."""
    return lambda *sets: render(load_values(sets=sets))
