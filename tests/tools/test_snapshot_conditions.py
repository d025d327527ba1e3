"""Conditions behind the comparison of snapshots that no whole run shows."""

from __future__ import annotations

import math
from pathlib import Path
from types import SimpleNamespace

import pytest

from chartproof.cases import Case
from chartproof.chart import Chart
from chartproof.render import render
from chartproof.snapshot import files, settings
from chartproof.snapshot.cause import cause, steps
from chartproof.snapshot.chart_writer import ChartWriter
from chartproof.snapshot.difference import difference, new_paths
from chartproof.snapshot.explain import Explanation
from chartproof.snapshot.known import Known
from chartproof.snapshot.repeat import differing
from chartproof.snapshot.summary import APPROVED, DELETED, KEPT, KNOWN, summary
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


def test_numbers_are_written_as_yaml_has_them_with_an_end_and_without() -> None:
    numbers = {"a": math.inf, "b": -math.inf, "c": math.nan, "d": 1e300, "e": 7}
    assert to_yaml(numbers) == "a: .inf\nb: -.inf\nc: .nan\nd: 1e+300\ne: 7\n"


@pytest.mark.parametrize(
    ("new", "found"),
    [
        ("a: 1\nb: 2\nc: 4\n", [(".c",)]),
        ("a: 0\nb: 2\nc: 0\n", [(".a",), (".c",)]),
        ("a: 1\nb: 2\nc: 3\nd: 4\n", [(".d",)]),
        ("a: 1\n", []),
        ("a: 1\nb: 2\nc: 3\n", []),
    ],
)
def test_only_the_fields_that_are_new_or_changed_are_traced(
    new: str, found: list[tuple[str, ...]]
) -> None:
    assert new_paths("a: 1\nb: 2\nc: 3\n", new) == found


def test_what_stands_twice_in_its_file_is_traced_to_neither_template(tmp_path: Path) -> None:
    template = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: NAME\ntype: {{ .Values.type }}\n"
    template_of_two = template.replace("NAME", "two")
    tried = {
        "values.yaml": "type: b\n",
        "templates/one.yaml": template.replace("NAME", "one"),
        "templates/two.yaml": template_of_two + "---\n" + template_of_two,
    }
    write_chart(tmp_path, tried)
    explanation = Explanation(Chart.load(tmp_path), Case("it"))

    def told(name: str) -> list[str]:
        new = template.replace("NAME", name).replace("{{ .Values.type }}", "b")
        old = new.replace("type: b", "type: a")
        return list(explanation.causes(f"{name}-secret.yaml", old, new, tmp_path))

    assert told("one") == ["type is from templates/one.yaml:5, reads values at type"]
    assert told("two") == told("three") == []


def test_a_changed_field_that_no_line_renders_is_not_told(tmp_path: Path) -> None:
    write_chart(tmp_path, {"templates/one.yaml": "{kind: Secret, metadata: {name: one}}"})
    explanation = Explanation(Chart.load(tmp_path), Case("it"))
    old = "kind: Secret\nmetadata:\n  name: two\nlast: 1\n"
    new = old.replace("two", "one") + "more: 1\n"
    assert list(explanation.causes("one-secret.yaml", old, new, tmp_path)) == [
        "metadata.name is from templates/one.yaml:1"
    ]


@pytest.mark.parametrize("size", [0, 5, 1 << 12, (1 << 12) + 5, 3 << 12])
def test_a_file_of_any_length_is_read_to_its_end(tmp_path: Path, size: int) -> None:
    content = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    (tmp_path / "a.yaml").write_bytes(content)
    assert files.read(tmp_path) == {"a.yaml": content}


def reported(*properties: tuple[str, object]) -> list[str]:
    """Return what the terminal says of tests, each with one of these properties."""
    return list(summary([SimpleNamespace(user_properties=[each]) for each in properties]))


def test_the_terminal_says_nothing_of_a_run_without_cases() -> None:
    assert reported() == reported(("coverage", "80 %")) == []


def test_the_terminal_names_the_unused_and_counts_the_rest() -> None:
    assert reported((APPROVED, 1), (KNOWN, True), (KEPT, "a.yaml"), (DELETED, "b.yaml")) == [
        "unused snapshot: a.yaml",
        "deleted unused snapshot: b.yaml",
        "chartproof: 1 case, 1 snapshot as approved (1 case known from an earlier run)",
    ]
    assert reported((APPROVED, 2), (APPROVED, 3)) == [
        "chartproof: 2 cases, 5 snapshots as approved"
    ]


@pytest.mark.parametrize(
    ("home", "name"),
    [
        (Path("ci/ha-values.yaml"), "snapshot"),
        (Path("chartproof.yaml"), "ha"),
        (Path("ci/sizes-values.yaml"), "ha"),
        (None, "ha"),
    ],
)
def test_a_case_that_is_all_of_its_file_has_no_name_of_its_own(
    home: Path | None, name: str
) -> None:
    assert settings.test_name(Case("ha", home=home)) == name


def test_a_chart_without_any_case_file_says_how_to_write_the_first(tmp_path: Path) -> None:
    write_chart(tmp_path, {})
    with pytest.raises(pytest.UsageError, match=r"has no case to test; its first may be .*/ci/"):
        settings.case_paths(tmp_path)
    (tmp_path / "chartproof.yaml").write_text("")
    assert settings.case_paths(tmp_path) == [tmp_path / "chartproof.yaml"]
    (tmp_path / "ci").mkdir()
    assert settings.case_paths(tmp_path) == [tmp_path / "ci", tmp_path / "chartproof.yaml"]


def test_a_run_that_learns_nothing_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    write_chart(tmp_path / "chart", {})
    known = Known(tmp_path / "cache", tmp_path / "chart")
    known.write()
    assert list((tmp_path / "cache").iterdir()) == []
    known.learn(Case("it"), 64 * "0")
    known.write()
    assert len(list((tmp_path / "cache").iterdir())) == 1
