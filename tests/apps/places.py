"""The places in files that errors name, as what is written there."""

from __future__ import annotations

import re
from pathlib import Path

_PLACE = re.compile(r"\((/[^()]+?)(?::(\d+))?\)$", re.M)


def told(error: object) -> str:
    """Return an error's text with `(/folder/file.py:3)` at its end as `(file.py: third line)`."""

    def written(place: re.Match[str]) -> str:
        file = Path(place[1])
        line = f": {file.read_text().splitlines()[int(place[2]) - 1].strip()}" if place[2] else ""
        return f"({file.name}{line})"

    return _PLACE.sub(written, str(error))
