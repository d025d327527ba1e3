"""What the tools say whose comments chartproof reads is what chartproof says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chartproof.documentation.markdown import code, shown_default
from chartproof.documentation.read import read
from chartproof.documentation.value import Value, as_json
from tests.tools.documentation.peers import helm_docs_rows, readme_generator_tables

CHARTS = Path(__file__).parent / "charts"
OURS = Path(__file__).parents[3] / "chart"


def values_of(chart: Path) -> list[Value]:
    """Read the values of a chart."""
    return read((chart / "values.yaml").read_text()).values


def row(value: Value) -> dict[str, str]:
    """Write a value as helm-docs does: maps in order, a null as nil and of type string."""
    ordered = json.loads(json.dumps(value.default, sort_keys=True))
    default = "nil" if value.default is None else as_json(ordered)
    return {
        "key": value.name,
        "type": value.type or "string",
        "section": value.section,
        "default": value.shown_default or f"`{default}`",
        "description": value.description,
    }


@pytest.mark.needs("go")
@pytest.mark.parametrize("chart", [CHARTS / "comments-of-helm-docs", OURS], ids=lambda it: it.name)
def test_helm_docs_says_the_same_of_its_comments(chart: Path, tmp_path: Path) -> None:
    theirs = {one["key"]: one for one in helm_docs_rows(chart, tmp_path)}
    ours = {value.name: row(value) for value in values_of(chart)}
    assert len(theirs) > 15
    for key, one in theirs.items():
        if not one["description"] and " --" in ours[key]["description"]:
            one["description"] = ours[key][
                "description"
            ]  # it takes `# -- a --b` for a's, and loses it
    assert ours == theirs


@pytest.mark.needs("node")
def test_readme_generator_says_the_same_of_its_comments(tmp_path: Path) -> None:
    chart = CHARTS / "comments-of-bitnami"
    ours = dict[str, list[tuple[str, str, str]]]()
    for value in values_of(chart):
        # A text is shown there without its quotes, and a null as Go writes it.
        plain = value.default if isinstance(value.default, str) and value.default else None
        is_own = value.shown_default is not None
        default = shown_default(value) if is_own or plain is None else code(plain)
        shown = default.replace("`null`", "`nil`")
        ours.setdefault(value.section, []).append((f"`{value.name}`", value.description, shown))
    tables = readme_generator_tables(chart, tmp_path)
    assert list(tables) == ["Common parameters", "Image"]
    assert ours == tables
