"""The subcharts in charts/ have versions that Chart.yaml asks for.

Helm does not say so where one has another version: it takes the subchart in under its own name and
drops its `alias`, so that all values under the alias, and what they switch, are gone. That is an
error; without an alias it is a warning. `helm dependency update` brings the versions together.
Where Chart.yaml asks for no version, or for one that cannot be read, the alias is dropped as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from chartproof import yamlio
from chartproof.errors import InputError
from chartproof.findings import Finding, Severity
from chartproof.kube_version import allows
from chartproof.study import Study
from chartproof.walk import each

SEVERITIES = (Severity.ERROR, Severity.WARNING)


def check_chart(study: Study) -> Iterator[Finding]:
    """Find subcharts of other versions, those of subcharts too."""
    files = study.chart.files
    for file, text in files.items():
        if PurePosixPath(file).name != "Chart.yaml":
            continue
        for at, asked in each(yamlio.load(text), "dependencies"):
            folder = f"{PurePosixPath(file).parent}/charts/{asked.get('name')}"
            there = yamlio.load(files.get(f"{folder}/Chart.yaml", ""))
            if there and not _is_allowed(asked, there):
                path = (*at, "version")
                yield Finding(
                    _message(asked, there),
                    Severity.ERROR if asked.get("alias") else Severity.WARNING,
                    field=f"dependencies.{asked.get('name')}.version",
                    template=str(study.chart.locate(file)),
                    line=yamlio.line_of(text, path),
                )


def _is_allowed(asked: dict[str, Any], there: dict[str, Any]) -> bool:
    constraint, version = asked.get("version"), there.get("version")
    try:
        return allows(str(constraint), str(version))
    except InputError:
        return not asked.get("alias")  # Helm drops it where it cannot compare the versions


def _message(asked: dict[str, Any], there: dict[str, Any]) -> str:
    name, version = asked.get("name"), there.get("version")
    wanted = asked.get("version") or "no version"
    follows = f": Helm drops its alias {asked['alias']}" if asked.get("alias") else ""
    return f"charts/{name} is {version}, where {wanted} is asked for{follows}"
