"""A changed line of a snapshot is traced to the template line and the values it comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from chartproof.chart import Chart
from chartproof.render import render
from chartproof.snapshot.cause import cause, steps

TEMPLATE = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}-web
spec:
  replicas: {{ .Values.web.replicas }}
  template:
    spec:
      containers:
        - name: side
          image: side:1
        - name: web
          image: {{ .Values.image.name }}:{{ .Values.image.tag }}
"""
VALUES = "{web: {replicas: 2}, image: {name: web, tag: '1'}}"


@pytest.fixture
def web(tmp_path: Path) -> Chart:
    (tmp_path / "templates").mkdir()
    (tmp_path / "Chart.yaml").write_text("{apiVersion: v2, name: lots, version: 1.0.0}")
    (tmp_path / "values.yaml").write_text(VALUES)
    (tmp_path / "templates" / "web.yaml").write_text(TEMPLATE)
    return Chart.load(tmp_path)


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ([".spec", ".replicas"], "templates/web.yaml:6, reads values at web.replicas"),
        (
            [".spec", ".template", ".spec", ".containers", "[web]", ".image"],
            "templates/web.yaml:13, reads values at image.name, image.tag",
        ),
        (
            [".spec", ".template", ".spec", ".containers", "[side]", ".image"],
            "templates/web.yaml:11",
        ),
        ([".spec", ".gone"], "templates/web.yaml:5"),
    ],
)  # fmt: skip
def test_the_line_and_its_values_are_named(web: Chart, parts: list[str], told: str) -> None:
    assert cause(render(web).get("Deployment", "web"), parts, web.path) == told


def test_items_go_by_name_or_by_number() -> None:
    body = {"a": [{"name": "x"}, {"b/c": 1}]}
    assert steps(body, [".a", "[x]"]) == ("a", 0)
    assert steps(body, [".a", "[1]", "[b/c]"]) == ("a", 1, "b/c")
    assert steps(body, [".a", "[7]", "[b/c]"]) == ("a",)
