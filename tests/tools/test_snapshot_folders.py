"""Folders of snapshots at their edges: one that holds none, and one that is not there."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

SNAPSHOTS = Path("tests/chart/snapshots")


@pytest.fixture(autouse=True, scope="module")
def _loaded() -> None:
    """Load what cannot be loaded twice before pytester, which unloads what its runs have loaded."""
    import_module("chartproof.snapshot.collect")
    import_module("helm_python")


@pytest.fixture(autouse=True)
def project(pytester: pytest.Pytester) -> None:
    """Make a chart that writes one object, but for a case in which it writes none."""
    pytester.makeini(
        """
        [pytest]
        addopts = --strict-config --strict-markers -p no:hypothesispytest -p no:faulthandler
        chartproof_charts = chart
        """
    )
    template = "{{ if .Values.on }}{apiVersion: v1, kind: Secret, metadata: {name: a}}{{ end }}"
    files = {
        "chart/Chart.yaml": "{apiVersion: v2, name: shop, version: 1.0.0}",
        "chart/values.yaml": "{'on': true}",
        "chart/templates/secret.yaml": template,
        "chart/ci/default-values.yaml": "",
        "chart/ci/off-values.yaml": "{'on': false}",
    }
    for name, text in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text)


def test_a_case_without_objects_has_no_folder_and_passes(pytester: pytest.Pytester) -> None:
    pytester.runpytest("--snapshot-update").assert_outcomes(passed=2)
    assert [folder.name for folder in SNAPSHOTS.iterdir()] == ["default"]
    pytester.runpytest().assert_outcomes(passed=2)


def test_a_folder_without_snapshots_is_no_case_that_has_gone(pytester: pytest.Pytester) -> None:
    pytester.runpytest("--snapshot-update").assert_outcomes(passed=2)
    (SNAPSHOTS / "pictures").mkdir()
    (SNAPSHOTS / "pictures" / "before.png").write_bytes(b"")
    pytester.runpytest().assert_outcomes(passed=2)
