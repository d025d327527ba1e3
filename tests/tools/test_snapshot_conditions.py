"""Conditions behind the comparison of snapshots that no whole run shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from chartproof.chart import Chart
from chartproof.render import render
from chartproof.snapshot.cause import cause, steps
from chartproof.snapshot.chart_writer import ChartWriter
from chartproof.snapshot.difference import difference
from chartproof.snapshot.repeat import differing
from chartproof.snapshot.writer import to_yaml
from tests.support.charts import chart
from tests.support.inline import write_chart


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"x": 1}, [1]),
        ([1], {"x": 1}),
        (["b"], "b"),
        ("b", ["b"]),
        ({"x": 1}, {}),
        ([1], [1, 2]),
    ],
    ids=str,
)
def test_values_of_two_shapes_differ_as_a_whole(one: object, other: object) -> None:
    assert list(differing({"a": one}, {"a": other})) == [("a",)]


@pytest.mark.parametrize(
    ("body", "parts"),
    [
        ({"a": ["x"]}, [".a", "[x]"]),
        ({"a": {}}, [".a", ".b"]),
        ({"a": "text"}, [".a", "[1]"]),
        ({"a": 1}, [".a", "[b]"]),
    ],
    ids=str,
)
def test_steps_end_where_the_object_has_no_more(body: object, parts: list[str]) -> None:
    assert steps(body, parts) == ("a",)


def test_what_is_in_no_field_has_no_line() -> None:
    notes: Chart = chart("notes")
    (manifest,) = render(notes).manifests
    assert cause(manifest, [".gone"], notes.path) is None
    assert cause(manifest, [".kind"], notes.path) == str(Path("templates/one.yaml:2"))


def paths(old: str, new: str) -> list[str]:
    """Return the paths that head the changes."""
    return [line.text for line in difference(old, new) if line.mark == "@"]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("a.b: VALUE\n", "[a.b]"),
        ("a/b: VALUE\n", "[a/b]"),
        ("a-b: VALUE\n", "a-b"),
        ("a:\n- image: VALUE\n  name: web\n", "a[web].image"),
        ("a:\n- image: VALUE\n  name: {of: web}\n", "a[0].image"),
        ("a:\n- image: VALUE\n", "a[0].image"),
        ("- VALUE\n", ""),
        ("Thank you, VALUE.\n", ""),
    ],
)
def test_a_change_is_headed_by_its_path(text: str, path: str) -> None:
    assert paths(text.replace("VALUE", "one"), text.replace("VALUE", "two")) == [path]


def test_a_definition_that_is_a_comment_alone_has_no_snapshot(tmp_path: Path) -> None:
    files = {"templates/all.yaml": "# none\n", "crds/all.yaml": "# none yet\n"}
    assert ChartWriter(write_chart(tmp_path, files)).texts() == {}


def test_true_and_false_are_written_as_yaml_has_them() -> None:
    assert to_yaml({"a": True, "b": False, "c": 1.5}) == "a: true\nb: false\nc: 1.5\n"
