"""No text of an object or of the notes shows what Go prints where a value is missing.

`<nil>`, `%!s(<nil>)` and, in a Secret that a template encodes, `<no value>` are valid YAML, so that
nothing else complains: the object is installed with a name, an image or an address that nobody
wrote. The data of Secrets is looked at decoded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from chartproof.findings import Finding
from chartproof.release import Release
from chartproof.walk import leaves
from chartproof.wiring.texts import text_at

_LEFTOVER = re.compile(r"%!\w?\((?:[^()]|\([^()]*\))*\)|<no value>|<nil>")


def check(release: Release) -> Iterator[Finding]:
    """Find what Go printed in place of a value, in fields, keys and notes."""
    for manifest in release.manifests:
        if manifest.kind != "Secret" and not _LEFTOVER.search(manifest.text):
            continue
        for path, _ in leaves(manifest.body):
            for text in (text_at(manifest, path), *path[-1:]):
                if leftover := _LEFTOVER.search(str(text)):
                    yield Finding.at(manifest, path, _message(leftover))
    for line, text in enumerate(release.notes.splitlines(), 1):
        if leftover := _LEFTOVER.search(text):
            yield Finding(
                f"{_message(leftover)} in line {line} of the notes",
                template=str(release.chart.path / "templates" / "NOTES.txt"),
            )


def _message(leftover: re.Match[str]) -> str:
    return f"{leftover[0]} stands where a value is missing or of another type"
