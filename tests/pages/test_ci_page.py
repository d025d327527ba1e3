"""What docs/ci.md shows is what the services take, and its commands work."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from chartproof import yamlio
from chartproof.scaffold import create
from tests.pages.guide import follow

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "ci.md").read_text("utf-8")
GITHUB, GITLAB, PRE_COMMIT = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ("vendor.github-workflows", GITHUB),
        ("vendor.gitlab-ci", GITLAB),
    ],
)
def test_the_services_schemas_accept_the_examples(schema: str, text: str, tmp_path: Path) -> None:
    (tmp_path / "example.yml").write_text(text)
    words = ["check_jsonschema", "--builtin-schema", schema, str(tmp_path / "example.yml")]
    done = subprocess.run([sys.executable, "-m", *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_pre_commit_accepts_the_example(tmp_path: Path) -> None:
    (tmp_path / "example.yaml").write_text(PRE_COMMIT)
    words = ["pre_commit", "validate-config", str(tmp_path / "example.yaml")]
    done = subprocess.run([sys.executable, "-m", *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_what_the_examples_name_is_there() -> None:
    (step,) = [one for one in yamlio.load(GITHUB)["jobs"]["chart"]["steps"] if "with" in one]
    folder = step["uses"].removeprefix("OWNER/REPO/").partition("@")[0]
    action = yamlio.load((ROOT / folder / "action.yml").read_text())
    assert step["with"].keys() <= action["inputs"].keys()
    (included,) = yamlio.load(GITLAB)["include"]
    template = yamlio.load((ROOT / included["remote"].partition("/TAG/")[2]).read_text())
    assert yamlio.load(GITLAB)["variables"].keys() == template["variables"].keys()
    hooks = yamlio.load((ROOT / ".pre-commit-hooks.yaml").read_text())
    (repository,) = yamlio.load(PRE_COMMIT)["repos"]
    assert [one["id"] for one in repository["hooks"]] == [one["id"] for one in hooks]
    inputs = set(re.findall(r"`([a-z-]+)`", PAGE)) & action["inputs"].keys()
    assert inputs | {"chart"} == action["inputs"].keys()


def test_its_commands_pass_on_a_chart(tmp_path: Path) -> None:
    create(tmp_path / "shop")
    shutil.move(tmp_path / "shop/chart", tmp_path / "charts/shop")
    shutil.move(tmp_path / "shop/tests/chart/snapshots", tmp_path / "tests/shop/snapshots")
    outcomes = list(follow(PAGE, tmp_path, ""))
    assert [outcome.command.words.split()[1] for outcome in outcomes] == ["lint", "test", "docs"]
    for outcome in outcomes:
        assert outcome.code == 0, outcome.printed
