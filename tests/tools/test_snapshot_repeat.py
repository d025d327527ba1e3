"""Random output is found by two renders, with the mask that hides it."""

from __future__ import annotations

from pathlib import Path

import pytest

from chartproof.chart import Chart
from chartproof.masks import Mask
from chartproof.render import render
from chartproof.snapshot.repeat import differing, proposal, random_values
from tests.support.inline import write_chart

TEMPLATES = """\
{{- $password := randAlphaNum 16 }}
apiVersion: v1
kind: Secret
metadata:
  name: {{ .Release.Name }}-login
stringData:
  user: admin
  pass/word: {{ $password }}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}-web
spec:
  template:
    spec:
      containers:
        - name: web
          env:
            - {name: STABLE, value: "1"}
            - {name: SEED, value: {{ randAlphaNum 9 | quote }}}
"""
LOGIN = Mask("Secret/login", ("/stringData/pass~1word",))
WEB = Mask("Deployment/web", ("/spec/template/spec/containers/0/env/1/value",))


@pytest.fixture
def random_chart(tmp_path: Path) -> Chart:
    (tmp_path / "templates").mkdir()
    (tmp_path / "Chart.yaml").write_text("{apiVersion: v2, name: lots, version: 1.0.0}")
    (tmp_path / "templates" / "all.yaml").write_text(TEMPLATES)
    return Chart.load(tmp_path)


def missing(chart: Chart, *masks: Mask) -> list[Mask]:
    return random_values(render(chart), render(chart), masks)


def test_each_random_value_gets_its_mask(random_chart: Chart) -> None:
    assert missing(random_chart) == [LOGIN, WEB]


def test_what_is_the_same_twice_is_not_parsed(tmp_path: Path) -> None:
    write_chart(tmp_path, {"templates/a.yaml": "kind: Secret\nmetadata: {name: a"})
    chart = Chart.load(tmp_path)
    assert random_values(render(chart), render(chart), []) == []


def test_what_is_masked_is_not_proposed_again(random_chart: Chart) -> None:
    assert missing(random_chart, LOGIN) == [WEB]
    assert missing(random_chart, LOGIN, WEB) == []


def test_an_object_with_a_random_name_cannot_be_masked(random_chart: Chart) -> None:
    template = random_chart.path / "templates" / "all.yaml"
    template.write_text("kind: Job\nmetadata: {name: 'a{{ randNumeric 18 }}'}\n")
    found = missing(Chart.load(random_chart.path))
    assert [mask.paths for mask in found] == [(), ()]
    assert "its name is random" in "\n".join(proposal(found, "chartproof.yaml"))


@pytest.mark.parametrize(
    ("one", "other", "paths"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1, "b": {"c": 2}}, {"a": 1, "b": {"c": 3}}, [("b", "c")]),
        ({"a": [1, 2]}, {"a": [1, 3]}, [("a", 1)]),
        ({"a": [1]}, {"a": [1, 3]}, [("a",)]),
        ({"a": {"x": 1}}, {"a": {"y": 1}}, [("a",)]),
        ({"a": 1}, {"a": [1]}, [("a",)]),
    ],
)  # fmt: skip
def test_a_difference_is_as_deep_as_the_shapes_are_alike(
    one: object, other: object, paths: list[tuple[str | int, ...]]
) -> None:
    assert list(differing(one, other)) == paths


def test_the_proposal_is_what_has_to_be_written() -> None:
    assert list(proposal([LOGIN], "chart/chartproof.yaml"))[2:] == [
        "masks:",
        "- object: Secret/login",
        "  paths: [/stringData/pass~1word]",
    ]
