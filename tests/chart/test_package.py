"""What the package says of itself, and what is in it."""

from __future__ import annotations

import subprocess
import tarfile
from base64 import b64decode
from pathlib import Path

import pytest
import yaml

from chartproof.chart import Chart
from chartproof.release import Release
from tests.support.tools import HELM3, HELM4, GoTool
from tests.support.words import Words

CHANGES = {"added", "changed", "deprecated", "removed", "fixed", "security"}


def annotation(chart: Chart, name: str) -> object:
    """Return one of Artifact Hub's annotations, which hold YAML as text."""
    return yaml.safe_load(chart.metadata["annotations"][f"artifacthub.io/{name}"])


def test_the_image_that_is_listed_is_the_one_that_is_rendered(
    chart: Chart, release: Release
) -> None:
    pod = release.get("StatefulSet", "broker").body["spec"]["template"]["spec"]
    listed = annotation(chart, "images")
    assert listed == [{"name": "rabbitmq", "image": pod["containers"][0]["image"]}]


def test_changes_are_of_kinds_that_artifact_hub_knows(chart: Chart) -> None:
    changes = annotation(chart, "changes")
    assert isinstance(changes, list)
    assert {change["kind"] for change in changes} <= CHANGES
    assert all(change["description"] for change in changes)


def test_the_icon_needs_no_other_site(chart: Chart) -> None:
    head, _, data = chart.metadata["icon"].partition(",")
    assert head == "data:image/svg+xml;base64"
    assert b64decode(data).startswith(b"<svg ")


@pytest.mark.parametrize("tool", [HELM4, HELM3], ids=["helm4", "helm3"])
@pytest.mark.needs("helm4", "helm3")
def test_a_package_holds_what_a_user_needs_and_nothing_of_the_tests(
    chart: Chart, tool: GoTool, tmp_path: Path
) -> None:
    command: Words = [tool.path(), "package", chart.path, "--destination", tmp_path]
    subprocess.run(command, check=True, capture_output=True)
    (archive,) = tmp_path.glob("*.tgz")
    with tarfile.open(archive) as package:
        files = {name.partition("/")[2] for name in package.getnames()}
    assert {"README.md", "values.schema.json", "profiles/ha.yaml", "files/broker/start.sh"} <= files
    assert not {file for file in files if file.startswith("ci/") or file == "chartproof.yaml"}
