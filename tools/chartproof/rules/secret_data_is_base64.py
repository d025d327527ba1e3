"""The `data` of a Secret is base64, and base64 just once.

Kubernetes refuses a Secret with `data` that is no base64: encode it with `b64enc`, or write it
plain under `stringData`. Encoded twice it is accepted, and the program gets base64 for a password.
The second is a warning, as the text may be meant that way; it is told of values that decode to
eight or more plain characters twice over. Keys are left alone, as many are base64 by nature.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

from chartproof.findings import Finding, Severity
from chartproof.release import Release
from chartproof.walk import fields

SEVERITIES = (Severity.ERROR, Severity.WARNING)

_SURE = 8


def check(release: Release) -> Iterator[Finding]:
    """Find data that does not decode, and data that decodes twice."""
    for secret in release.of_kind("Secret"):
        for key, value in fields(secret.body, "data").items():
            if value is None:
                continue
            once = _decoded(value)
            if once is None:
                yield Finding.at(
                    secret, ("data", key), "the value is no base64: use b64enc or stringData"
                )
            elif _is_plain(_decoded(once)) and "key" not in str(key).lower():
                yield Finding.at(
                    secret,
                    ("data", key),
                    "the value is base64 of base64: programs decode nothing, Kubernetes just once",
                    severity=Severity.WARNING,
                )


def _decoded(value: object) -> str | None:
    """Decode base64 as Kubernetes does, each byte to a character; None for what is none."""
    if not isinstance(value, str):
        return None
    try:
        raw = base64.b64decode(value.replace("\n", "").replace("\r", ""), validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw.decode("latin-1")


def _is_plain(text: str | None) -> bool:
    text = text or ""
    return len(text) >= _SURE and text.isascii() and text.isprintable()
