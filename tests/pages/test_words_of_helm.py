"""What pages say of Helm's own commands is so."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from chartproof.package import package
from tests.pages.commands import ROOT
from tests.support.command_line import CHARTPROOF
from tests.support.helm import Helm
from tests.support.inline import write_chart
from tests.support.servers import web_server
from tests.support.tools import HELM4

pytestmark = pytest.mark.needs("helm4")
ABOVE = """\
apiVersion: v2
name: above
version: 1.0.0
dependencies:
  - {name: shop, version: 1.0.0, repository: "file://../shop"}
"""


@pytest.fixture
def helm(tmp_path: Path) -> Helm:
    return Helm(HELM4, tmp_path / "helm")


def lint(chart: Path) -> tuple[int, str]:
    """Lint a chart, and return the exit code and what was said."""
    done = subprocess.run([CHARTPROOF, "lint", chart], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def test_a_chart_that_helm_begins_has_no_fault(helm: Helm, tmp_path: Path) -> None:
    helm("create", tmp_path / "shop")
    code, said = lint(tmp_path / "shop")
    assert code == 0, said
    assert "0 errors" in said


def test_a_chart_that_lacks_what_it_depends_on_is_whole_once_helm_has_built_it(
    helm: Helm, tmp_path: Path
) -> None:
    write_chart(tmp_path / "shop", {})
    (tmp_path / "above").mkdir()
    (tmp_path / "above/Chart.yaml").write_text(ABOVE)
    code, said = lint(tmp_path / "above")
    assert code == 2
    assert "helm dependency build" in said
    helm("dependency", "build", tmp_path / "above")
    code, said = lint(tmp_path / "above")
    assert code == 0, said


@pytest.mark.needs("web")
def test_the_profiles_are_beside_the_templates_of_a_chart_that_was_pulled(
    helm: Helm, tmp_path: Path
) -> None:
    archive = package(ROOT / "chart", tmp_path / "site", allow_dirty=True).path
    with web_server(tmp_path / "site") as url:
        helm("pull", "--untar", "--untardir", tmp_path, f"{url}/{archive.name}")
    pulled = tmp_path / "rabbitmq-workers"
    assert (pulled / "templates").is_dir()
    assert names(pulled / "profiles") == names(ROOT / "chart/profiles")


def names(folder: Path) -> list[str]:
    """Return the names of the files in a folder."""
    return sorted(it.name for it in folder.iterdir())
