"""Coverage as it is written for people and for tools."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chartproof.cases import Case
from chartproof.coverage import Coverage, measure
from chartproof.coverage.report import FORMATS
from tests.support.inline import write_chart

NESTED = """\
{{ if .Values.a }}
a: 1

  {{ if .Values.b }}
b: 1
  {{ end }}
{{ end }}
c: 1
"""


def written(folder: Path, how: str, **templates: str) -> str:
    """Write the coverage of a chart by its defaults, the chart's folder as `shop`."""
    files = {f"templates/{name}.yaml": text for name, text in templates.items()}
    coverage: Coverage = measure(write_chart(folder, files), [Case("it", sets=("a=1",))])
    return FORMATS[how](coverage).replace(str(folder), "shop")


@pytest.mark.parametrize(
    ("template", "told"),
    [
        (
            "{{ if .Values.a }}{{ end }}",
            "shop/templates/a.yaml:1: never false: if .Values.a\n\n"
            "shop/templates/a.yaml     1 of    2\n50.0 % of 2 branches\n",
        ),
        (
            "{{ range list 1 }}{{ end }}",
            "shop/templates/a.yaml     1 of    1\n100.0 % of 1 branches\n",
        ),
        ("a: 1\n", "100.0 % of 0 branches\n"),
    ],
    ids=["some", "all", "none"],
)
def test_people_read_what_is_missed_then_a_line_a_template(
    template: str, told: str, tmp_path: Path
) -> None:
    assert written(tmp_path, "text", a=template) == told


def test_a_share_is_never_rounded_up(tmp_path: Path) -> None:
    template = 2 * "{{ range list 1 }}{{ end }}" + "{{ with .Values.b }}{{ else }}{{ end }}"
    assert written(tmp_path, "text", a=template).endswith("\n75.0 % of 4 branches\n")
    template = "{{ range list 1 }}{{ end }}" + "{{ with .Values.b }}{{ else }}{{ end }}"
    assert written(tmp_path, "text", a=template).endswith("\n66.6 % of 3 branches\n")


def test_tools_read_each_branch_and_the_case_that_takes_it(tmp_path: Path) -> None:
    told = json.loads(written(tmp_path, "json", a="{{ with .Values.a }}{{ end }}", b="b: 1"))
    assert told == {
        "chart": "shop",
        "branches": 2,
        "taken": 1,
        "percent": 50.0,
        "files": {
            "shop/templates/a.yaml": [
                {"line": 1, "condition": "with .Values.a", "missed": missed, "takenBy": by}
                for missed, by in (("always empty", "it"), ("never empty", None))
            ]
        },
    }


def test_a_line_is_run_where_the_innermost_branch_around_it_is_taken(tmp_path: Path) -> None:
    assert written(tmp_path, "lcov", a=NESTED).splitlines() == [
        "SF:shop/templates/a.yaml",
        *("BRDA:1,0,0,1", "BRDA:4,0,0,0", "BRDA:4,0,1,1", "BRDA:1,0,1,0"),
        *("BRF:4", "BRH:2"),
        *("DA:1,1", "DA:2,1", "DA:4,1", "DA:5,0", "DA:6,1", "DA:7,1", "DA:8,1"),
        *("LF:7", "LH:6"),
        "end_of_record",
    ]


def test_every_template_with_a_branch_has_a_record(tmp_path: Path) -> None:
    told = written(tmp_path, "lcov", a="{{ if .Values.a }}{{ end }}", b="b: 1", c=NESTED)
    assert [line for line in told.splitlines() if line.startswith("SF:")] == [
        *("SF:shop/templates/a.yaml", "SF:shop/templates/c.yaml")
    ]
