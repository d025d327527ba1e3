"""What the chart says of values that it does not render."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chartproof.release import Release
from chartproof.render import ValuesError


def faults(render: Callable[..., Release], values: Any, **options: Any) -> list[str]:
    """Render values that do not go together; return what is wrong with them, a line each."""
    with pytest.raises(ValuesError) as caught:
        render(values, **options)
    return [line[2:] for line in str(caught.value).splitlines() if line.startswith("- ")]
