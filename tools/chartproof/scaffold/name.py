"""The names that a new chart may have."""

from __future__ import annotations

import re

from chartproof.errors import InputError

LONGEST = 53
"""Characters: a release often has its chart's name, and Helm allows a release no more."""

_NAME = re.compile(r"[a-z](?:[-a-z0-9]*[a-z0-9])?")


def check(name: str) -> None:
    """Raise InputError unless `name` is right for a chart, a release of it, and its objects.

    Helm wants lower case letters, digits and dashes (Chart Best Practices, "Chart Names");
    Kubernetes wants the name of a Service, which a chart's name becomes, to begin with a letter.
    """
    near = _mended(name)
    hint = f"; did you mean {near}?" if near and near != name else ""
    if not _NAME.fullmatch(name):
        raise InputError(
            f"{name!r} cannot be a chart's name: expected lower case letters, digits and '-',"
            f" with a letter first and no '-' last{hint}"
        )
    if len(name) > LONGEST:
        raise InputError(
            f"{name!r} has {len(name)} characters, a chart's name may have {LONGEST}{hint}"
        )


def _mended(name: str) -> str:
    """Return the nearest name that is allowed, "" if nothing is left of it."""
    words = re.sub(r"[^a-z0-9]+", "-", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower())
    return re.sub(r"^[^a-z]+", "", words)[:LONGEST].strip("-")
