"""Values are merged as Helm merges them, and faults in them are told by their place."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chartproof import engine
from chartproof.errors import InputError
from chartproof.render import render
from chartproof.values import load_values, merge, set_values
from tests.support.charts import CHARTS, chart
from tests.support.tools import HELM4
from tests.support.words import Words

BELOW = """\
kept: file
map: {a: 1, b: {c: 2}}
list: [{name: first, value: 1}, {name: second, value: 2}, third]
nested: [[1, 2], [3]]
"""

SETS = [
    "kept=flag",
    "map.b.c=3,map.d=4",
    "map=null",
    "map.b=null",
    "list[1].value=7",
    "list[0]=gone",
    "list[4].name=fifth",
    "list={x,y}",
    "list[0].value={x,y},list[2]=",
    "nested[0][1]=9,nested[2][0]=8",
    r"dotted\.key=a\,b",
    "number=007,port=5672,yes=true,no=false,none=null",
    "a=b=c",
    "empty={}",
]


@pytest.fixture
def below(tmp_path: Path) -> Path:
    """A values file to lay others over."""
    file = tmp_path / "below.yaml"
    file.write_text(BELOW)
    return file


@pytest.mark.needs("helm4")
@pytest.mark.parametrize("expression", SETS)
def test_set_over_a_file_gives_what_the_helm_cli_gives(below: Path, expression: str) -> None:
    command: Words = [HELM4.path(), "template", CHARTS / "values-seen", "-f", below]
    command += ["--set", expression]
    theirs = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    ours = str(render(chart("values-seen"), load_values([below], [expression])))
    assert ours == theirs


KEYS = st.from_regex(r"[a-z]([a-z0-9_-]|\\[.,=\[]){0,3}", fullmatch=True)
STEPS = st.lists(
    st.one_of(KEYS.map(".{}".format), st.integers(0, 3).map("[{}]".format)), max_size=3
)
PATHS = st.tuples(KEYS, STEPS).map(lambda parts: parts[0] + "".join(parts[1]))
SCALARS = st.from_regex(r"([a-z0-9.:/=-]|\\[,{}]){0,6}|null|true|-?[0-9]{1,4}", fullmatch=True)
LISTS = st.lists(SCALARS, min_size=1, max_size=3).map(lambda items: "{" + ",".join(items) + "}")


@given(path=PATHS, value=st.one_of(SCALARS, LISTS))
def test_set_alone_gives_what_helms_parser_gives(path: str, value: str) -> None:
    # Helm loses an empty value that ends the expression when it stands in a list's item.
    assume(value or "]." not in path)
    expression = f"{path}={value}"
    assert set_values({}, expression) == engine.parse_set(expression)


@given(
    below=st.dictionaries(
        st.sampled_from("abc"), st.dictionaries(st.sampled_from("xy"), st.none())
    ),
    above=st.dictionaries(st.sampled_from("abc"), st.one_of(st.integers(), st.just({"x": 1}))),
)
def test_merging_never_changes_what_it_merges(below: dict[str, Any], above: dict[str, Any]) -> None:
    before = json.dumps([below, above])
    merged = merge(below, above)
    assert json.dumps([below, above]) == before
    assert merge(merged, above) == merged


def test_later_files_win_and_null_removes_a_default(tmp_path: Path) -> None:
    first, second = tmp_path / "first.yaml", tmp_path / "second.yaml"
    first.write_text("kept: first\nmap: {added: first}\n")
    second.write_text("map: {kept: second, removed: null}\nremoved: null\n")
    release = render(chart("values-seen"), load_values([first, second]))
    seen = json.loads(release.get("ConfigMap", "release-name").body["data"]["values"])
    assert seen["map"] == {"kept": "second", "added": "first"}
    assert seen["kept"] == "first"
    assert "removed" not in seen


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb: [1, 2\n", ":2:9: did not find expected ',' or ']'\n     2 | b: [1, 2"),
        (
            "a: 1\n\tb: 2\n",
            ":2:1: found a tab character that violates indentation\n     2 | \tb: 2",
        ),
        ("- a\n- b\n", ": expected a mapping, found ['a', 'b']"),
        ("just words\n", ": expected a mapping, found 'just words'"),
    ],
)
def test_a_fault_in_a_file_is_told_by_line_and_column(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "values.yaml"
    file.write_text(text)
    with pytest.raises(InputError) as caught:
        load_values([file])
    assert str(caught.value) == f"{file}{said}"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.yaml: No such file or directory$"):
        load_values([tmp_path / "nowhere.yaml"])


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match=r"values\.yaml: not UTF-8 text$"):
        load_values([tmp_path / "values.yaml"])


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("replicas", '--set replicas: key "replicas" has no value'),
        ("list={a,b", "--set list={a,b: list must terminate with '}'"),
        ("kept.deeper=1", "--set kept.deeper=1: 'deeper' in what is no map but 'file'"),
        ("map[0]=1", "--set map[0]=1: [0] of what is no list but {'a': 1, 'b': {'c': 2}}"),
    ],
)
def test_a_set_that_cannot_be_is_refused(below: Path, expression: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        load_values([below], [expression])
    assert str(caught.value) == said
