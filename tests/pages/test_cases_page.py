"""What docs/cases.md shows of chartproof.yaml is read as it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from chartproof.project.file import read_project
from chartproof.project.settings import SETTINGS

PAGE = (Path(__file__).parents[2] / "docs" / "cases.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a ci/ with the cases that the page speaks of."""
    (tmp_path / "ci").mkdir()
    for case in ("ha", "small", "large"):
        (tmp_path / "ci" / f"{case}-values.yaml").write_text("")
    return tmp_path


def test_the_first_example_makes_the_cases_it_tells_of(folder: Path) -> None:
    (folder / "chartproof.yaml").write_text(EXAMPLES[0])
    cases = read_project(folder).cases
    assert [name for name in cases if name.startswith("ha")] == ["ha-1.29", "ha-1.37"]
    assert cases["even-cluster"].expected_failure == "use 1 or 3"
    assert len(cases["kept-password"].options.objects) == 1
    assert cases["large-1.29"].masks[0].object == "Secret/broker"


def test_the_matrix_makes_the_names_it_tells_of(folder: Path) -> None:
    (folder / "chartproof.yaml").write_text(EXAMPLES[1])
    names = [name for name in read_project(folder).cases if name.startswith("size")]
    assert len(names) == 8
    told = re.search(r"makes `(.*?)`, `(.*?)`, and so on to `(.*?)`", PAGE.replace("\n", " "))
    assert told is not None
    assert set(told.groups()) <= set(names)


def test_every_key_of_a_case_is_told_of() -> None:
    rows = re.findall(r"^\| (`.*?`) \|", PAGE, re.MULTILINE)
    told = {key for row in rows for key in re.findall(r"`(\w+)`", row)}
    assert told == {*SETTINGS, "matrix"}
