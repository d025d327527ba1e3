"""The one place that talks to Helm: the SDK in this process, loaded on first use.

Facts about helm-python-sdk 0.2.2 that shape this module (measured, see tests/tools/test_engine.py):
a render removes disabled subcharts from its chart handle for good, so each render loads the
chart anew from bytes; `Chart.render` cannot be told a Kubernetes version although the C call
behind it can; Helm writes log lines to file descriptor 2 whatever the SDK's logging is set to.
"""

from __future__ import annotations

import gzip
import json
import os
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chartproof.errors import ChartproofError
from chartproof.options import RenderOptions

if TYPE_CHECKING:
    import helm_python


class EngineError(ChartproofError):
    """Helm's own words about a failure, before anyone has explained them."""


@dataclass(frozen=True)
class Contents:
    """What Helm sees in a chart archive."""

    metadata: dict[str, Any]
    values: dict[str, Any]
    schema: dict[str, Any] | None
    templates: dict[str, str]
    crds: dict[str, str]


def archive(path: Path) -> bytes:
    """Read the chart folder or .tgz at `path` into the bytes that `render` takes."""
    if path.is_file():
        return path.read_bytes()
    with _helm() as helm, tempfile.TemporaryDirectory() as folder, helm.Chart.load(path) as chart:
        packed = Path(chart.save(folder)).read_bytes()
    # Stored instead of deflated: every render unpacks it again.
    return gzip.compress(gzip.decompress(packed), compresslevel=0, mtime=0)


def contents(archive: bytes) -> Contents:
    """Take stock of a chart archive."""
    with _helm() as helm, helm.Chart.load_archive(archive) as chart:
        return Contents(
            metadata=chart.metadata,
            values=chart.values,
            schema=chart.schema,
            templates={template["name"]: template["data"] for template in chart.templates},
            crds={crd["filename"]: crd["data"] for crd in chart.crds},
        )


def render(archive: bytes, values: Mapping[str, Any], options: RenderOptions) -> dict[str, str]:
    """Render every template: path (`chart/templates/...`) to text, NOTES.txt among them."""
    with _helm() as helm, helm.Chart.load_archive(archive) as chart:
        return _render_with_capabilities(chart, values, options)


def _render_with_capabilities(
    chart: helm_python.Chart, values: Mapping[str, Any], options: RenderOptions
) -> dict[str, str]:
    """Render through the C call, which takes the capabilities that `Chart.render` leaves out."""
    from helm_python import _native

    asked = {
        "name": options.release,
        "namespace": options.namespace,
        "is_install": not options.is_upgrade,
        "is_upgrade": options.is_upgrade,
        "kube_version": options.kube_version,
        "api_versions": list(options.api_versions),
    }
    given = {key: value for key, value in asked.items() if value is not None}
    rendered: dict[str, str] = json.loads(
        _native.call_string("helm_render", chart._raw(), json.dumps(values), json.dumps(given))
    )
    return rendered


def lint(path: Path, values: Mapping[str, Any], options: RenderOptions) -> list[dict[str, Any]]:
    """Run Helm's own lint: `severity` 1 info, 2 warning, 3 error; `path`; `error`."""
    with _helm() as helm:
        report = helm.lint(
            path,
            dict(values),
            namespace=options.namespace,
            with_subcharts=True,
            kube_version=options.kube_version,
        )
    messages: list[dict[str, Any]] = report["messages"]
    return messages


def parse_values(text: str) -> dict[str, Any]:
    """Read a values file's text as Helm does."""
    with _helm() as helm:
        values: dict[str, Any] = helm.values_from_yaml(text)
    return values


def parse_set(expression: str) -> dict[str, Any]:
    """Read one `--set` expression as Helm does."""
    with _helm() as helm:
        parsed: dict[str, Any] = helm.parse_set_string(expression)
    return parsed


@contextmanager
def _helm() -> Iterator[Any]:
    """Give the SDK, with its errors as EngineError and its log lines kept off stderr."""
    import helm_python

    with _quiet_stderr:
        try:
            yield helm_python
        except helm_python.HelmError as error:
            raise EngineError(str(error)) from error


class _QuietStderr:
    """Point file descriptor 2 at nothing while any thread is inside Helm."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._stderr = -1

    def __enter__(self) -> None:
        with self._lock:
            if self._inside == 0:
                self._stderr = os.dup(2)
                nothing = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nothing, 2)
                os.close(nothing)
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                os.dup2(self._stderr, 2)
                os.close(self._stderr)


_quiet_stderr = _QuietStderr()
