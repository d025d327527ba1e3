"""A project that tests its chart with the plugin, as pytester runs it."""

from __future__ import annotations

from pathlib import Path

import helm_python  # noqa: F401 - pytester unloads what its runs load: this cannot be loaded twice
import pytest

import chartproof.snapshot.collect  # noqa: F401 - the same

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}-web
spec:
  replicas: {{ .Values.replicas }}
"""
SERVICE = """\
{{- if .Values.service }}
apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}-web
{{- end }}
"""
SNAPSHOTS = Path("tests/chart/snapshots")


def make_project(pytester: pytest.Pytester) -> Path:
    """Make a project with one plain test, and a chart with the cases `default` and `ha`.

    Its runs leave faulthandler alone: enabled in a process that has loaded Helm, it takes the
    signal away by which Go learns of a nil pointer, and the next such template ends the process.
    """
    pytester.makeini(
        """
        [pytest]
        testpaths = tests
        addopts = --strict-config --strict-markers -p no:hypothesispytest -p no:faulthandler
        filterwarnings = error
        chartproof_charts = chart
        """
    )
    files = {
        "chart/Chart.yaml": "{apiVersion: v2, name: shop, version: 1.0.0}",
        "chart/values.yaml": "{replicas: 1, service: true}",
        "chart/templates/deployment.yaml": DEPLOYMENT,
        "chart/templates/service.yaml": SERVICE,
        "chart/templates/NOTES.txt": "Thank you.",
        "chart/ci/default-values.yaml": "",
        "chart/ci/ha-values.yaml": "replicas: 3",
        "tests/test_plain.py": "def test_plain(): pass",
    }
    for name, text in files.items():
        write(name, text)
    return pytester.path


def write(name: str, text: str) -> None:
    """Write a file of the project, which is the current directory."""
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text)


def approve(pytester: pytest.Pytester) -> None:
    """Write the snapshots that the tests start from."""
    pytester.runpytest("--snapshot-update").assert_outcomes(passed=3)
