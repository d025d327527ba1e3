"""`chartproof graph` prints a picture, and the pictures in docs/ are what it prints."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from chartproof import cli
from tests.support.charts import CHARTS

ROOT = Path(__file__).parents[3]
BROKEN = CHARTS / "broken-wiring"
PICTURES = {
    "graph.svg": ("chart", "--case", "default", "--output", "svg"),
    "graph-broken.svg": ("tests/tools/charts/broken-wiring", "--output", "svg"),
}
Run = Callable[..., str]


@pytest.fixture
def graph(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Give a function that returns what `chartproof graph` prints."""
    monkeypatch.chdir(ROOT)

    def run(*words: object, code: int = 0) -> str:
        monkeypatch.setattr(sys, "argv", ["chartproof", "graph", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        assert ended.value.code == code
        return said.out + said.err

    return run


def test_graph_prints_a_flowchart_and_with_output_svg_a_picture(graph: Run) -> None:
    assert graph(BROKEN).startswith("flowchart LR\n")
    assert graph(BROKEN, "-o", "svg").startswith("<svg ")


def test_graph_takes_the_options_of_render(graph: Run) -> None:
    drawn = graph(BROKEN, "--release", "demo", "-n", "shop", "-o", "svg")
    assert "Deployment/demo-web in shop" in drawn
    assert "StatefulSet · 1 pod" in graph("chart", "--case", "default")
    assert "StatefulSet · 3 pods" in graph("chart", "--case", "ha")
    assert "StatefulSet" not in graph("chart", "--case", "external-broker")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["nowhere"], 2, "nowhere: no such chart folder\n"),
        ([BROKEN, "-o", "png"], 2, "'png' is not one of"),
        ([CHARTS / "failing-templates", "--set", "fault=nil"], 1, ":7:19: nil pointer"),
        ([CHARTS / "failing-templates", "--set", "fault=yaml"], 1, "is no valid YAML"),
    ],
)
def test_what_cannot_be_drawn_is_one_message(
    graph: Run, words: list[object], code: int, said: str
) -> None:
    assert said in graph(*words, code=code)


@pytest.mark.parametrize("name", PICTURES)
def test_the_pictures_of_the_documentation_are_what_the_command_prints(
    graph: Run, name: str
) -> None:
    words = PICTURES[name]
    command = f"chartproof graph {' '.join(words)} > docs/images/{name}"
    is_same = (ROOT / "docs" / "images" / name).read_text() == graph(*words)
    assert is_same, f"the picture is not of this chart any more: run `{command}` and look at it"
    assert f"$ {command}\n" in (ROOT / "docs" / "graph.md").read_text()
