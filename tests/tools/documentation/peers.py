"""helm-docs and Bitnami's readme-generator, to hold against what chartproof reads."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from chartproof.cluster.cache import cache_dir, once
from chartproof.cluster.shell import run
from tests.support.tools import GoTool

HELM_DOCS = GoTool("github.com/norwoodj/helm-docs/cmd/helm-docs", "v1.14.2")
README_GENERATOR = "2.7.2"

_ROWS = """\
{{ range .Values }}{{ dict "key" .Key "type" .Type "section" .Section
  "default" (default .AutoDefault .Default) "description" (default .AutoDescription .Description)
  | toJson }}
{{ end }}"""


def helm_docs_rows(chart: Path, folder: Path) -> list[dict[str, str]]:
    """Return the rows that helm-docs makes of a chart, in the order of the file."""
    copy = shutil.copytree(chart, folder / "chart")
    (copy / "README.md.gotmpl").write_text(_ROWS)
    said = run(
        [HELM_DOCS.path(), "--dry-run", "--skip-version-footer", "--sort-values-order", "file"],
        cwd=copy,
    )
    return [json.loads(line) for line in said.stdout.splitlines() if line.startswith("{")]


def readme_generator_tables(chart: Path, folder: Path) -> dict[str, list[tuple[str, str, str]]]:
    """Return name, description and value of each row that readme-generator makes, by section."""
    readme = folder / "README.md"
    readme.write_text("# Title\n\n## Parameters\n\n## More\n")
    program = _installed() / "node_modules/.bin/readme-generator"
    run([program, "--values", chart / "values.yaml", "--readme", readme])
    tables = dict[str, list[tuple[str, str, str]]]()
    for line in readme.read_text().splitlines():
        if heading := re.match(r"### (.*)", line.strip()):
            tables[heading[1]] = rows = []
        elif row := re.match(r"\| (`.*?`) +\| (.*?) +\| (.*?) +\|$", line.strip()):
            rows.append((row[1], row[2], row[3]))
    return tables


def _installed() -> Path:
    def install(part: Path) -> None:
        package = f"@bitnami/readme-generator-for-helm@{README_GENERATOR}"
        run(["npm", "install", "--ignore-scripts", "--no-audit", "--prefix", part, package])

    return once(cache_dir() / "tools" / f"readme-generator-{README_GENERATOR}", install)
