"""Ports that a program listens on although no container declares them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from chartproof.release import Release
from chartproof.walk import leaves
from chartproof.wiring.texts import text_at, texts
from chartproof.yamlio import Path


def is_configured(release: Release, port: int, under: str) -> bool:
    """Tell whether the release says elsewhere that a program listens on a port.

    That is where a variable, an argument or configuration has the number, or where the values give
    it below a key that has `under` in its name, as in `livenessProbe.httpGet.port`.
    """
    number = re.compile(rf"(?<![\d.]){port}(?![\d.])")
    return any(number.search(text_at(*place)) for place in texts(release)) or any(
        str(value) == str(port) and any(under in str(step).lower() for step in path)
        for path, value in _values(release)
    )


def _values(release: Release) -> Iterator[tuple[Path, Any]]:
    return leaves(release.all_values)
