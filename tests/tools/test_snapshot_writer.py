"""What is written as YAML reads back as what it was, and reads well."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartproof import engine, yamlio
from chartproof.snapshot.writer import to_yaml

MEANINGFUL = [
    ": ",
    " #",
    ":",
    "#",
    "-",
    "- ",
    "?",
    ",",
    "[",
    "]",
    "{",
    "}",
    "&",
    "*",
    "!",
    "|",
    ">",
]
BLANK = [" ", "  ", "\t", "\n", "\n\n", "\r", "\u2028", "\x07"]
LITERAL = [
    "a",
    "e",
    "x",
    "0",
    "1",
    "12",
    ".",
    "+",
    "_",
    "o",
    "true",
    "no",
    "null",
    "~",
    "'",
    '"',
    "\\",
]
awkward_texts = st.lists(st.sampled_from([*MEANINGFUL, *BLANK, *LITERAL])).map("".join)
texts = st.text(st.characters(codec="utf-8")) | awkward_texts
exact_in_json = st.integers(-(2**53), 2**53)
scalars = st.none() | st.booleans() | exact_in_json | texts
values = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=20
)
objects = st.dictionaries(texts, values, min_size=1)


@given(objects | st.dictionaries(texts, st.floats(allow_nan=False), min_size=1))
def test_everything_reads_back_as_it_was(body: dict[str, Any]) -> None:
    assert yamlio.load(to_yaml(body)) == body


@given(objects)
def test_helm_reads_the_same(body: dict[str, Any]) -> None:
    assert engine.parse_values(to_yaml(body)) == body


def test_identity_comes_first_and_all_other_keys_are_sorted() -> None:
    body = {
        "spec": {"b": 1, "a": 2},
        "metadata": {"labels": {}, "name": "web"},
        "kind": "Service",
        "data": None,
        "apiVersion": "v1",
    }
    assert to_yaml(body) == (
        "apiVersion: v1\n"
        "kind: Service\n"
        "metadata:\n"
        "  name: web\n"
        "  labels: {}\n"
        "data: null\n"
        "spec:\n"
        "  a: 2\n"
        "  b: 1\n"
    )


def test_the_order_of_a_list_is_kept_as_it_means_something() -> None:
    assert to_yaml({"args": ["run", "--all", ["nested", []]]}) == (
        "args:\n  - run\n  - --all\n  - - nested\n    - []\n"
    )


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a = 1\nb = 2\n", "|\n  a = 1\n  b = 2\n"),
        ("no line break at the end\nof this", "|-\n  no line break at the end\n  of this\n"),
        ("two at the end\n\n", "|+\n  two at the end\n\n"),
        ("trailing space \n\ttab\n", "|\n  trailing space \n  \ttab\n"),
        ("  indented\nless\n", "|2\n    indented\n  less\n"),
        ("bell\x07\nrings\n", '"bell\\U00000007\\nrings\\n"\n'),
    ],
)
def test_text_of_several_lines_stands_as_lines(text: str, written: str) -> None:
    assert to_yaml({"text": text}) == f"text: {written}"


@pytest.mark.parametrize(
    "text",
    [
        "true",
        "No",
        "~",
        "1e3",
        "0o17",
        "12:30",
        "2024-01-01",
        "a: b",
        "a #b",
        "a:",
        "- a",
        "@a",
        "",
    ],
)
def test_text_that_looks_like_something_else_is_quoted(text: str) -> None:
    assert to_yaml({"text": text}) == f"text: '{text}'\n"


def test_text_that_can_only_be_text_stands_bare() -> None:
    url = "amqp://worker@broker:5672/"
    assert to_yaml({"url": url, "size": "10Gi", "flag": "-c", "checksum": "6a23e"}) == (
        f"checksum: 6a23e\nflag: -c\nsize: 10Gi\nurl: {url}\n"
    )


def test_a_part_used_twice_is_written_twice() -> None:
    labels = {"app": "web"}
    assert to_yaml({"a": labels, "b": labels}) == "a:\n  app: web\nb:\n  app: web\n"


def test_objects_are_documents_of_one_stream() -> None:
    assert to_yaml({"a": 1}, {"b": 2}) == "a: 1\n---\nb: 2\n"
