"""The programs with which the pages were made that tell of other projects' charts, in small."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.pages.commands import ROOT, commands
from tests.pages.guide import follow
from tests.support.charts import CHARTS
from tests.support.clones import commit, git
from tests.support.inline import write_chart

CHART = "apiVersion: v2\nname: shop\nversion: {}\n"


def figures(page: str, folder: Path, **filled: str) -> Any:
    """Run the command of a page, its names filled in; return the JSON of its last line."""
    (typed,) = {it.text for it in commands([ROOT / page]) if it.text.startswith("python -m ")}
    for name, text in filled.items():
        typed = typed.replace(name, text)
    run = f"```console\n$ cd {ROOT} && {typed}\n```\n"
    (outcome,) = follow(run, folder, os.pathsep.join(sys.path))
    assert outcome.code == 0, outcome.printed
    return json.loads(outcome.printed.splitlines()[-1])


def test_the_survey_lints_the_charts_of_a_folder(tmp_path: Path) -> None:
    shutil.copytree(CHARTS / "broken-wiring", tmp_path / "charts/broken-wiring")
    filled = {"FOLDER...": str(tmp_path / "charts"), "FINDINGS": str(tmp_path / "findings")}
    assert figures("docs/lint-survey.md", tmp_path, **filled)
    (kept,) = (tmp_path / "findings").iterdir()
    rules = {it["rule"] for it in json.loads(kept.read_text("utf-8"))["findings"]}
    assert "service-selects-pods" in rules


def test_the_survey_judges_the_releases_of_a_chart(tmp_path: Path) -> None:
    for version in ("1.0.0", "1.1.0"):
        write_chart(tmp_path / "clone/shop", {"Chart.yaml": CHART.format(version)})
        commit(tmp_path / "clone", version)
        git(tmp_path / "clone", "tag", f"v{version}")
    filled = {
        "CLONE:PATH:PREFIX...": f"{tmp_path / 'clone'}:shop:v",
        "VERDICTS": str(tmp_path / "verdicts"),
    }
    assert figures("docs/diff.md", tmp_path, **filled)
    (kept,) = (tmp_path / "verdicts").iterdir()
    assert "1.0.0" in kept.name + kept.read_text("utf-8")


@pytest.mark.needs("go")
def test_the_survey_holds_what_is_read_of_comments_against_helm_docs(tmp_path: Path) -> None:
    values = "# -- Number of pods\nreplicas: 1\n"
    write_chart(tmp_path / "charts/shop", {"values.yaml": values})
    (found,) = figures("docs/documenting.md", tmp_path, **{"FOLDER...": str(tmp_path / "charts")})
    assert (found["rows"], found["same"]) == (1, 1)
