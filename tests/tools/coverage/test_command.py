"""`chartproof coverage` tells what no case takes, and fails where that is too much."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.pages.guide import follow
from tests.support.command_line import CHARTPROOF
from tests.support.inline import write_chart

PAGE = (Path(__file__).parents[3] / "docs/coverage.md").read_text("utf-8")
TEMPLATE = """\
{{ if .Values.a }}
a: 1
{{ else }}
b: 1
{{ end }}
c: 1
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with a chart whose cases take three of four branches."""
    write_chart(
        tmp_path / "shop",
        {
            "templates/a.yaml": TEMPLATE,
            "templates/b.yaml": "{{ with .Values.b }}b: 2{{ end }}\n",
            "ci/on-values.yaml": "a: 1\nb: 1\n",
        },
    )
    return tmp_path


def run(folder: Path, *words: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [CHARTPROOF, "coverage", *words], cwd=folder, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


def test_what_is_not_taken_is_named_by_its_place(folder: Path) -> None:
    told = (
        "shop/templates/a.yaml:3: never taken: else of if .Values.a\n"
        "shop/templates/b.yaml:1: never empty: with .Values.b\n"
        "\n"
        "shop/templates/a.yaml     1 of    2\n"
        "shop/templates/b.yaml     1 of    2\n"
        "50.0 % of 4 branches\n"
    )
    assert run(folder, "shop", "--case", "on") == (0, told, "")


def test_the_page_shows_what_its_command_prints(tmp_path: Path) -> None:
    write_chart(
        tmp_path / "chart",
        {
            "templates/a.yaml": TEMPLATE,
            "templates/b.yaml": "{{ with .Values.b }}b: 2{{ end }}\n",
            "values.yaml": "a: 1\nb: 1\n",
        },
    )
    (outcome,) = follow(PAGE, tmp_path, "")
    (shown,) = re.findall(r"^```text\n(.*?)^```$", PAGE, re.M | re.S)
    assert (outcome.printed, outcome.code) == (shown, 0)


def test_without_a_case_the_defaults_count_too(folder: Path) -> None:
    assert run(folder, "shop")[1].endswith("100.0 % of 4 branches\n")


def test_less_than_is_asked_for_is_a_failure(folder: Path) -> None:
    code, _, told = run(folder, "shop", "--case", "on", "--fail-under", "50.1")
    assert (code, told) == (1, "less than the 50.1 % of --fail-under\n")
    assert run(folder, "shop", "--case", "on", "--fail-under", "50")[0] == 0


def test_json_names_a_case_for_every_branch(folder: Path) -> None:
    told = json.loads(run(folder, "shop", "--case", "on", "-o", "json")[1])
    assert (told["taken"], told["branches"], told["percent"]) == (2, 4, 50.0)
    assert told["files"]["shop/templates/b.yaml"] == [
        {"line": 1, "condition": "with .Values.b", "missed": "always empty", "takenBy": "on"},
        {"line": 1, "condition": "with .Values.b", "missed": "never empty", "takenBy": None},
    ]


def test_lcov_has_branches_and_lines(folder: Path) -> None:
    told = run(folder, "shop", "--case", "on", "-o", "lcov")[1]
    assert told.splitlines()[:13] == [
        "SF:shop/templates/a.yaml",
        "BRDA:1,0,0,1",
        "BRDA:3,0,0,0",
        "BRF:2",
        "BRH:1",
        "DA:1,1",
        "DA:2,1",
        "DA:3,1",
        "DA:4,0",
        "DA:5,1",
        "DA:6,1",
        "LF:6",
        "LH:5",
    ]


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (("shop", "--case", "oon"), "no case 'oon', did you mean on?"),
        (("shop", "--fail-under", "101"), "equal to 100"),
        (("shelf",), "shelf: no such chart folder"),
    ],
)
def test_what_cannot_be_measured_is_told(folder: Path, words: tuple[str, ...], fault: str) -> None:
    code, _, told = run(folder, *words)
    assert code == 2
    assert fault in told
