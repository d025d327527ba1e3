"""A repository whose chart can be released."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.clones import commit, git

CHANGELOG = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- A `key`.\n"
CHART = """\
apiVersion: v2
name: odd # a name
version: 0.1.0
annotations:
  artifacthub.io/prerelease: "true"
"""
TEMPLATE = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-odd
data:
  key: {{ .Values.key | quote }}
"""


@pytest.fixture
def chart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the chart's folder in a clone of a bare repository, `origin`."""
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Author")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "author@example.com")
    folder = tmp_path / "clone/charts/odd"
    write(folder / "Chart.yaml", CHART)
    write(folder / "values.yaml", "key: one\n")
    write(folder / "templates/configmap.yaml", TEMPLATE)
    write(folder / "ci/given-values.yaml", "key: two\n")
    root = tmp_path / "clone"
    write(root / "CHANGELOG.md", CHANGELOG)
    commit(root)
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "origin")
    git(root, "remote", "add", "origin", str(tmp_path / "origin"))
    git(root, "push", "--quiet", "origin", "main")
    return folder


def write(file: Path, text: str) -> None:
    """Write a file, and make its folder."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
