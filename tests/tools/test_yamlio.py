"""YAML is read as Kubernetes reads it, at once, and written so that it is read back."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from chartproof import yamlio

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=100),
    st.sampled_from(
        ["", "~", "yes", "0o17", "1_000", "1e3", "2024-01-01", "12:30", ".5", "=", "<<"]
    ),
)
OBJECTS = st.recursive(
    SCALARS,
    lambda inside: st.lists(inside) | st.dictionaries(st.text(max_size=5), inside),
    max_leaves=20,
)


def read_slowly(text: str) -> object:
    """Read `text` by PyYAML's own way of building objects."""
    return yaml.load(text, Loader=yamlio._Loader)  # noqa: S506 - a subclass of the safe loader


def read_all_slowly(text: str) -> list[object]:
    """Read every document of `text` by PyYAML's own way of building objects."""
    return list(yaml.load_all(text, Loader=yamlio._Loader))


@given(OBJECTS)
def test_any_object_is_read_alike(body: object) -> None:
    text = yamlio.dump(body)
    assert repr(yamlio.load(text)) == repr(read_slowly(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain: {yes: no, 1: 2, 1.5: ~, null: x, 0x1F: 0b11}",
        "quoted: {'1': '2', \"on\": \"off\"}",
        "tagged: {a: !!str 1, b: !!int '2', c: !!set {x, y}, d: !!binary aGk=}",
        "shared: [&one {a: 1}, *one, '*']",
        "merged: {<<: {a: 1, b: 2}, b: 3}",
        "&root {a: 1}",
        "block: |\n  1\nfolded: >-\n  true\n  false\n",
        "? {a: 1}\n: no key",
        "a: [",
        "!unknown {a: 1}",
        "a: 1\n---\nb: 2",
        "a: 1\n---\n# nothing\n---\nb: !!set {x}\n---\n!unknown {c: 1}",
        "a: &it 1\n---\nb: *it",
    ],
)
def test_unusual_texts_are_read_or_refused_alike(text: str) -> None:
    def outcome(read: object) -> str:
        try:
            return repr(read(text))  # type: ignore[operator]
        except yaml.YAMLError as error:
            return f"{type(error).__name__}: {error}"

    assert outcome(yamlio.load) == outcome(read_slowly)
    assert outcome(yamlio.load_all) == outcome(read_all_slowly)


def test_a_part_that_is_used_over_and_over_is_built_once() -> None:
    levels = ["a0: &a0 [x, x]"]
    levels += [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}, *a{n - 1}]" for n in range(1, 30)]
    assert len(yamlio.load("\n".join(levels))) == 30


@pytest.mark.parametrize("text", ["y", "N", "off", "0o17", "1e3", "2020-01-01", "=", "1:30", "~"])
def test_text_that_could_be_something_else_is_written_as_text(text: str) -> None:
    assert yamlio.load(yamlio.dump({"a": text})) == {"a": text}


def test_an_anchor_may_be_given_again_as_yaml_allows() -> None:
    text = "a: &it {k: 1}\nb: *it\nc: &it {k: 2, k: 3}\n"
    assert yamlio.repeated_keys(text) == [yamlio.Repeated(("c", "k"), 3, 3)]
    assert yamlio.line_of(text, ("c", "k")) == 3
    assert yamlio.load(text)["b"] == {"k": 1}


@pytest.mark.parametrize(
    ("text", "may_repeat"),
    [
        ("a: {b: 1, c: [d, {e: 2}]}", False),
        ("a: 1\na: 2", True),
        ("a: [{b: 1, b: 1}]", True),
        ("1: a\n'1': b", True),
        ("a: &it {b: 1}\nc: *it", True),
        ("", False),
    ],
)
def test_a_document_tells_whether_a_key_may_be_there_twice(text: str, may_repeat: bool) -> None:
    assert yamlio.load_noting_repeats(text) == (yamlio.load(text), may_repeat)


@given(st.lists(st.sampled_from(["a", "b", "'a'", "1", "'1'", "yes", "true"])))
def test_no_key_that_is_there_twice_goes_unnoticed(keys: list[str]) -> None:
    text = "".join(f"{key}: {index}\n" for index, key in enumerate(keys))
    assert yamlio.load_noting_repeats(text)[1] or not yamlio.repeated_keys(text)
