"""Quantities as Kubernetes writes them: 10Gi, 500m, 1e3 (apimachinery pkg/api/resource)."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any

_SUFFIXES = {
    **{letter + "i": Decimal(1024) ** power for power, letter in enumerate("KMGTPE", 1)},
    **{letter: Decimal(1000) ** power for power, letter in enumerate("kMGTPE", 1)},
    **{letter: Decimal(1000) ** -power for power, letter in enumerate("mun", 1)},
    "": Decimal(1),
}
_QUANTITY = re.compile(r"(?P<number>[+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)(?P<suffix>[A-Za-z]*)")


def quantity(text: Any) -> Decimal | None:
    """Read a quantity, be it a text or a number; None for what is none."""
    found = _QUANTITY.fullmatch(str(text).strip())
    if found is None or found["suffix"] not in _SUFFIXES:
        return None
    try:
        return Decimal(found["number"]) * _SUFFIXES[found["suffix"]]
    except InvalidOperation:
        return None
