"""`chartproof docs` on a chart's folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from chartproof.cli import app
from chartproof.documentation import document
from chartproof.errors import InputError
from tests.support.inline import write_chart

CHART = Path(__file__).parents[3] / "chart"
VALUES = "# -- Pods\nreplicas: 1\nport: null\n"
SCHEMA = json.dumps(
    {"properties": {"replicas": {"type": "integer"}, "port": {"type": ["integer", "null"]}}}
)
Docs = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a chart with a schema and no README.md."""
    files = {"values.yaml": VALUES, "values.schema.json": SCHEMA}
    return write_chart(tmp_path / "shop", files).path


def docs(*words: str | Path) -> Result:
    """Run the command."""
    return CliRunner().invoke(app, ["docs", *map(str, words)])


def test_it_writes_the_readme_and_the_schema_once(folder: Path) -> None:
    first = docs(folder)
    assert first.exit_code == 0
    assert first.stdout.split() == [str(folder / "values.schema.json"), str(folder / "README.md")]
    assert first.stderr == f"warning: {folder}/values.yaml:3: port has no description\n"
    readme = (folder / "README.md").read_text()
    assert '<a id="values.replicas"></a>`replicas` | int | `1` | Pods |' in readme
    assert "`port` | int | `null` |  |" in readme
    schema = json.loads((folder / "values.schema.json").read_text())
    assert schema["properties"]["replicas"] == {
        "description": "Pods",
        "default": 1,
        "type": "integer",
    }
    second = docs(folder)
    assert second.stdout == f"{folder}: 2 values, all told as values.yaml says\n"
    assert (folder / "README.md").read_text() == readme


def test_check_writes_nothing_and_shows_what_would_change(folder: Path) -> None:
    docs(folder)
    assert docs(folder, "--check").exit_code == 0
    (folder / "values.yaml").write_text(VALUES.replace("Pods", "Number of pods"))
    before = (folder / "README.md").read_text()
    refused = docs(folder, "--check")
    assert refused.exit_code == 1
    assert f"--- {folder}/README.md\n" in refused.stdout
    assert "+| <a" in refused.stdout
    assert "Number of pods" in refused.stdout
    assert f"chartproof docs {folder} writes it" in refused.stderr
    assert (folder / "README.md").read_text() == before


def test_strict_fails_on_a_value_without_a_description(folder: Path) -> None:
    docs(folder)
    assert docs(folder, "--strict").exit_code == 1
    (folder / "values.yaml").write_text("# -- Pods\nreplicas: 1\n")
    assert docs(folder, "--strict").exit_code == 0


def test_other_pages_have_tables_too(folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "values.md"
    page.write_text("# Values\n<!-- chartproof:values replicas -->\n<!-- chartproof:end -->\n")
    shown = docs(folder, "--page", page, "--check")
    assert shown.exit_code == 1
    assert f"chartproof docs {folder} --page {page} writes it" in shown.stderr
    assert docs(folder, "--page", page).exit_code == 0
    assert "`replicas` | int |" in page.read_text()
    assert "port" not in page.read_text()


def test_what_no_table_of_the_readme_shows_is_told(folder: Path) -> None:
    text = "<!-- chartproof:values replicas -->\n<!-- chartproof:end -->\n"
    (folder / "README.md").write_text(text)
    warnings = document(folder).warnings
    assert f"{folder}/README.md: no table shows port" in warnings


def test_a_chart_without_values_has_an_empty_table(tmp_path: Path) -> None:
    metadata = "{apiVersion: v2, name: shop, version: 1.0.0, description: It sells.}"
    folder = write_chart(tmp_path, {"Chart.yaml": metadata}).path
    assert [edit.new for edit in document(folder).edits] == [
        "# shop\n\nIt sells.\n\n## Values\n\n<!-- chartproof:values -->\n<!-- chartproof:end -->\n"
    ]


def test_what_cannot_be_read_is_told(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="none: no such chart folder"):
        document(tmp_path / "none")
    with pytest.raises(InputError, match=r"none\.md: no such page"):
        document(folder, [tmp_path / "none.md"])
    with pytest.raises(InputError, match=r"Chart\.yaml: expected a chart's folder"):
        document(folder / "Chart.yaml")
    (folder / "README.md").write_bytes(b"\xff\n")
    with pytest.raises(InputError, match=r"README\.md: expected UTF-8 text"):
        document(folder)
    for text, said in (
        ("a: {\n", r"values\.yaml:1:5: "),
        ("- a\n", r"values\.yaml: expected a mapping, found \['a'\]"),
        ("a: 1\n---\nb: 2\n", r"values\.yaml:2: expected a single document .* another document"),
    ):
        (folder / "values.yaml").write_text(text)
        with pytest.raises(InputError, match=said):
            document(folder)


def test_the_charts_own_tables_and_schema_are_as_its_values_say() -> None:
    made = document(CHART)
    assert [edit.difference() for edit in made.edits] == []
    assert made.warnings == []
    assert len(made.values) > 200
