"""No mapping gives a key twice: in values files, in Chart.yaml, and in what templates write.

Helm takes the last of them without a word, so that the first, perhaps the one a reader sees and
edits, has no effect. Other tools refuse the object, Flux for one, at install time.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from chartproof.findings import Finding
from chartproof.release import Release
from chartproof.study import Study
from chartproof.yamlio import Repeated, repeated_keys

_FILES = ("/values.yaml", "/Chart.yaml")


def check(release: Release) -> Iterator[Finding]:
    """Find keys that an object has twice."""
    for manifest in release.manifests:
        for repeated in _in_output(manifest.text) if manifest.may_repeat_keys else ():
            yield Finding.at(manifest, repeated.path, _message(repeated.path[-1]))


def check_chart(study: Study) -> Iterator[Finding]:
    """Find keys that a file of the chart or of a case has twice."""
    chart = study.chart
    # The archive holds Chart.yaml as Helm wrote it anew, without what is double.
    own = [chart.locate(name) for name in chart.files if name.endswith(_FILES)]
    given = [file for case in study.cases for file in case.files]
    for file in dict.fromkeys([*own, *given]):
        if file.is_file():
            for repeated in repeated_keys(file.read_text()):
                yield _in_file(file, repeated)


@lru_cache(maxsize=1024)
def _in_output(text: str) -> list[Repeated]:
    """Look at the same text, as several cases render it, once."""
    return repeated_keys(text)


def _in_file(file: Path, repeated: Repeated) -> Finding:
    return Finding(
        f"{_message(repeated.path[-1])}, first in line {repeated.first}",
        field=".".join(map(str, repeated.path)),
        template=str(file),
        line=repeated.line,
    )


def _message(key: str | int) -> str:
    return f"key {key!r} is given twice, and only the last one counts"
