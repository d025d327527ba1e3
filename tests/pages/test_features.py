"""The table of features: what it names is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

REPOSITORY = Path(__file__).parents[2]
PAGE = REPOSITORY / "docs" / "features.md"
TEXT = PAGE.read_text()
ROWS = [line for line in TEXT.splitlines() if re.match(r"\| [^|\s-]", line)]
VALUES = sorted(set(re.findall(r"\[`([^`]+)`\]\((\.\./[^)]+)\)", TEXT)))
ANCHORS = set(re.findall(r'<a id="([^"]+)">', (REPOSITORY / "chart/README.md").read_text()))
TESTS = sorted(set(re.findall(r'\[test\]\(\.\./([^ ]+) "(\w+)"\)', TEXT)))


@pytest.mark.parametrize(("path", "link"), VALUES)
def test_a_value_is_one_of_the_charts_and_leads_to_its_description(path: str, link: str) -> None:
    assert link == f"../chart/README.md#values.{path}"
    assert f"values.{path}" in ANCHORS
    values = yaml.safe_load((REPOSITORY / "chart" / "values.yaml").read_text())
    for key in path.split("."):
        assert key in values, f"{path}: no {key}; there are {', '.join(values)}"
        values = values[key]


@pytest.mark.parametrize(("file", "name"), TESTS, ids=lambda value: Path(value).name)
def test_a_test_is_in_its_file(file: str, name: str) -> None:
    functions = re.findall(r"^ *def (test_\w+)\(", (REPOSITORY / file).read_text(), re.MULTILINE)
    assert name in functions, f"{file} has {', '.join(functions)}"


def test_there_are_values_and_tests_to_look_at() -> None:
    assert len(VALUES) > 50
    assert len(TESTS) > 50


def test_every_row_leads_to_a_test() -> None:
    assert len(ROWS) > 60
    assert [row for row in ROWS if not re.search(r'\[test\]\([^)]+ "test_\w+"\)', row)] == []


def test_every_row_has_a_cell_for_each_column() -> None:
    headings = [line for line in TEXT.splitlines() if line.startswith("| |")]
    assert headings
    for line in ROWS:
        assert line.count("|") in {heading.count("|") for heading in headings}, line
