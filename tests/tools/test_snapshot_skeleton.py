"""What is written by filling values in is, to the byte, what reading the document anew gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartproof import render
from chartproof.chart import Chart
from chartproof.manifest import Manifest, ManifestError
from chartproof.masks import Mask
from chartproof.snapshot import chart_writer
from chartproof.snapshot.chart_writer import ChartWriter
from chartproof.snapshot.skeleton import marked, taken_apart
from tests.support.inline import write_chart

HEAD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: it}\n"
SOURCE = "shop/templates/a.yaml"
SECRET = "---\napiVersion: v1\nkind: Secret\nmetadata: {name: b}\n"
LIST = "---\nkind: List\napiVersion: v1\nitems:\n- kind: Pod\n  metadata: {name: p}\n"
JOB = "---\nkind: Job\nmetadata:\n  annotations:\n    helm.sh/hook: no\n"
ODD = {
    "plain values of every kind": "spec:\n  a: %s\n  list:\n    - b: %s\n      c: %s\n",
    "values in quotes": 'data:\n  a: "%s"\n  b: "%s"\n  c: x\n',
    "lines within a text": "data:\n  x.ini: |\n    a: %s\n    b: %s\n  c: %s\n",
    "a text that is folded": "data:\n  a: >-\n    b: %s\n    c: %s\n",
    "a value that goes on": "data:\n  a: %s\n    and more\n  b: %s\n",
    "a quoted text of two lines": 'data:\n  a: "one\n    b: %s\n    "\n  c: %s\n',
    "comments": "# a: %s\ndata:\n  # b: %s\n  c: %s # no: 1\n  d: %s\n",
    "flow": "data: {\n  a: %s\n}\nlist: [b: %s]\n",
    "several documents": f"data:\n  a: %s\n{SECRET}x: %s\n",
    "an empty document": "data:\n  a: %s\n---\n# b: %s\n---\n",
    "a hook": 'more:\n  annotations:\n    "helm.sh/hook": test\n    a: %s\n',
    "a hook for nothing": f"{JOB}  b: %s\n",
    "what names an object": "data:\n  kind: %s\n  name: %s\n",
    "a list of objects": f"{LIST}  a: %s\n",
    "a part used twice": "data: &x\n  a: %s\nmore: *x\n",
    "a merge": "data: &x\n  a: %s\nmore:\n  <<: *x\n  b: %s\n",
    "a key that is asked for": "data:\n  ? b: %s\n  : c\n",
    "keys of many kinds": "data:\n  a.b/c-d: %s\n  1: %s\n  yes: %s\n  'q': %s\n",
    "a key that is there twice": "data:\n  a: %s\n  a: %s\n",
    "no YAML": "data:\n  a: %s\n b: %s\n",
    "a null byte": "data:\n  a: \0%s\n",
    "a mark of ours": "data:\n  a: zq0slot\n  b: %s\n",
    "a mark of ours in a list": "data:\n  a: [zq0slot]\n  b: %s\n",
    "a mark of ours as a name": "more: {name: zq0slot}\ndata:\n  b: %s\n",
    "a mark of ours as a key": "data:\n  zq0slot: [a]\n  b: %s\n",
}
VALUES = (
    *("1", "two", "0x1F", "1e3", "yes", "~", "null", "1.10", "a:b", "2026-01-01", "08"),
    "x" * 80,
)


@contextmanager
def counted() -> Iterator[list[str]]:
    """Note every file that is read anew."""
    read: list[str] = []

    def documents(source: str, file: str, *rest: Any) -> Iterator[Manifest]:
        read.append(file)
        return original(source, file, *rest)

    original = render.documents
    with mock.patch.object(chart_writer, "documents", documents):
        yield read


@pytest.fixture
def chart(tmp_path: Path) -> Chart:
    """Give a chart, of which no template is rendered here."""
    return write_chart(tmp_path, {"templates/a.yaml": ""})


def texts(writer: ChartWriter, file: str, masks: tuple[Mask, ...] = ()) -> dict[str, str] | str:
    """Return the snapshots of a file, or why there are none."""
    try:
        written = writer.texts(masks=masks, is_accepted=True, written={SOURCE: file})
    except ManifestError as error:
        return str(error)
    return {name: text.text for name, text in written.items()}


def assert_the_same(chart: Chart, files: Sequence[str]) -> None:
    """Hold files that one writer has written one after the other against those of a new one."""
    writer = ChartWriter(chart)
    for file in files:
        assert texts(writer, file) == texts(ChartWriter(chart), file)


@pytest.mark.parametrize("oddity", ODD)
def test_a_document_is_written_as_if_it_was_the_first(oddity: str, chart: Chart) -> None:
    count = ODD[oddity].count("%s")
    filled = [ODD[oddity] % ((value,) * count) for value in VALUES]
    assert_the_same(chart, [HEAD + file for file in filled])


def test_values_that_change_places_are_written_in_theirs(chart: Chart) -> None:
    frame = "data:\n  c: %s\n  a: %s\n  b: %s\n"
    rows = ("1", "2", "3"), ("3", "1", "2"), ("x", "y", "no"), ("y", "x", '""')
    assert_the_same(chart, [HEAD + frame % row for row in rows])


PLAIN = st.from_regex(r"\A[\w./][\w./@+=~%:-]{0,9}\Z").filter(lambda it: "\n" not in it)
QUOTED = st.from_regex(r'\A"[\w ./@+=~%:,()-]{0,9}"\Z')
LINES = (
    *("  a%d: ", "  b%d:  ", "  l%d:\n  - c: "),
    *("  t%d: |\n    x: ", "  # d%d: ", "  e%d:\n  - - f: "),
)
LINE = st.sampled_from(LINES)


@given(
    frame=st.lists(LINE, min_size=1, max_size=4),
    rows=st.lists(st.lists(PLAIN | QUOTED, min_size=4, max_size=4), min_size=3, max_size=4),
)
def test_any_values_are_filled_in_as_they_are_read(
    frame: list[str], rows: list[list[str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    chart = write_chart(tmp_path_factory.mktemp("shop"), {"templates/a.yaml": ""})
    keys = [line % number for number, line in enumerate(frame)]
    files = ["\n".join(key + value for key, value in zip(keys, row, strict=False)) for row in rows]
    assert_the_same(chart, [f"{HEAD}data:\n{file}\n" for file in files])


def test_from_the_third_on_documents_alike_are_not_read_again(chart: Chart) -> None:
    writer = ChartWriter(chart)
    with counted() as read:
        for number in range(9):
            texts(writer, f"{HEAD}data:\n  a: {number}\n")
    # The first as it is, and once more with marks for all others.
    assert len(read) == 2
    assert [file for file in read if "zq0slot" in file] == read[1:]


def test_a_document_with_values_within_texts_is_read_each_time(chart: Chart) -> None:
    writer = ChartWriter(chart)
    with counted() as read:
        for number in range(9):
            texts(writer, f"{HEAD}data:\n  x.ini: |\n    a: {number}\n")
    assert [file.count(f"a: {number}\n") for number, file in enumerate(read[-7:], 2)] == [1] * 7


def test_masks_are_laid_over_what_is_read(chart: Chart) -> None:
    writer, masks = ChartWriter(chart), (Mask("ConfigMap/it", ("/data/a",)),)
    for number in range(4):
        written = texts(writer, f"{HEAD}data:\n  a: {number}\n  b: {number}\n", masks)
        assert isinstance(written, dict)
        (text,) = written.values()
        assert f"a: '<masked>'\n  b: {number}\n" in text


def test_what_names_an_object_and_what_is_no_plain_line_is_left_in_its_place() -> None:
    text = "kind: A\na: 1\n- name: b\n  c: 'd'\n  e: [f]\n  g: h # i\n  j: k:\n  l: \"m\"\n"
    skeleton, values = taken_apart(text)
    assert values == ["1", '"m"']
    assert marked(skeleton) == text.replace("a: 1", "a: zq0slot").replace('"m"', "zq1slot")


def test_what_is_kept_has_an_end(chart: Chart, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chart_writer, "MEMORY", 500)
    writer = ChartWriter(chart)
    for number in range(40):
        texts(writer, f"{HEAD}data:\n  a{number}: 1\n")
        assert writer._size <= 500
        assert len(writer._patterns) <= 10
