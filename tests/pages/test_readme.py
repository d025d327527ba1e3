"""README.md is followed to the letter; what needs a cluster, in tests/cluster/test_pages.py."""

from __future__ import annotations

import re
import shutil
import subprocess
import venv
from pathlib import Path

import pytest

from chartproof.provenance import verify
from tests.pages.conftest import REPOSITORY
from tests.pages.guide import File, follow, section

PAGE = (REPOSITORY / "README.md").read_text("utf-8")
CHECK, PUBLISH = "Check a chart", "Publish a chart"
ARCHIVE = "rabbitmq-workers-0.1.0.tgz"


@pytest.mark.needs("gnupg", "packages")
def test_a_chart_is_checked_and_published_by_what_pip_installs(clone: Path, tmp_path: Path) -> None:
    # An environment of its own: what chartproof needs has to be among its dependencies.
    venv.create(tmp_path / "venv", with_pip=True)
    page = section(PAGE, CHECK) + section(PAGE, PUBLISH)
    outcomes = {}
    for outcome in follow(page, clone, "", own=tmp_path / "venv"):
        told = f"$ {outcome.command.words}\n{outcome.printed}"
        assert outcome.code == 0, told
        assert not outcome.missing, told
        outcomes[outcome.command.words] = outcome.printed
    assert "kind: StatefulSet" in outcomes["chartproof render chart --case ha"]
    assert "\n0 errors, 0 warnings" in outcomes["chartproof lint chart"]
    assert (clone / "wiring.svg").read_text("utf-8").endswith("</svg>\n")
    published = (clone / "site" / ARCHIVE).read_bytes()
    assert published == (clone / "dist" / ARCHIVE).read_bytes()
    assert ARCHIVE in (clone / "site/index.yaml").read_text("utf-8")
    keyring = tmp_path / "keys.gpg"
    exported = subprocess.check_output(["gpg", "--batch", "--export", "maintainer@example.com"])
    keyring.write_bytes(exported)
    verify(clone / "site" / ARCHIVE, keyring)


def test_pytest_finds_the_cases_of_a_chart_that_it_is_pointed_to(tmp_path: Path) -> None:
    (settings,) = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.M | re.S)
    (assertions,) = re.findall(r"^```python\n(.*?)^```$", PAGE, re.M | re.S)
    shutil.copytree(REPOSITORY / "chart", tmp_path / "chart")
    (tmp_path / "tests").mkdir()
    files = File("pyproject.toml", settings), File("tests/test_brokers.py", assertions)
    steps = "".join(f"`{it.name}`:\n\n```text\n{it.text}```\n" for it in files)
    console = "```console\n$ pytest --snapshot-update\n$ pytest\n```\n"
    updated, again = follow(steps + console, tmp_path, "")
    assert (updated.code, again.code) == (0, 0), updated.printed + again.printed
    written = tmp_path / "tests/chart/snapshots/default/broker-statefulset.yaml"
    ours = REPOSITORY / written.relative_to(tmp_path)
    assert written.read_text("utf-8") == ours.read_text("utf-8")


def test_what_its_table_writes_is_where_it_says(clone: Path) -> None:
    (command,) = re.findall(r"^\| `\.venv/bin/(pytest .*)` \|", PAGE, re.M)
    shutil.rmtree(clone / "tests/chart/snapshots/default")
    console = f"```console\n$ {command}\n$ git status --porcelain tests\n```\n"
    updated, status = follow(console, clone, "")
    assert updated.code == 0, updated.printed
    assert status.printed == ""
