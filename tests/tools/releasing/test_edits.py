"""Chart.yaml takes new values and keeps everything else."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from chartproof.releasing.edits import put

TEXT = """\
# of our own
version: 0.1.0 # bumped by hand
"name": odd
annotations:
  # read by a registry
  one: "1"
  two: |
    - kind: added
      description: old
  three: 'x'
keywords: [a, b]
"""


def test_a_value_is_replaced_and_its_comment_stays() -> None:
    assert put(TEXT, ["version"], "1.2.3") == TEXT.replace("0.1.0", "1.2.3")


def test_what_would_be_read_as_a_number_is_quoted() -> None:
    assert 'version: "1.0" # bumped' in put(TEXT, ["version"], "1.0")


def test_a_block_is_replaced_by_a_block() -> None:
    new = put(TEXT, ["annotations", "two"], "- kind: fixed\n  description: new\n")
    assert new == TEXT.replace("kind: added", "kind: fixed").replace("old", "new")


def test_a_block_at_the_end_of_the_file_is_replaced() -> None:
    assert (
        put("a:\n  b: |\n    one\n", ["a", "b"], "two\nlines\n")
        == "a:\n  b: |\n    two\n    lines\n"
    )


def test_a_block_becomes_a_word_and_a_word_a_block() -> None:
    word = put(TEXT, ["annotations", "two"], "x")
    assert yaml.safe_load(word)["annotations"] == {"one": "1", "two": "x", "three": "x"}
    assert yaml.safe_load(put(word, ["annotations", "two"], "a\nb\n"))["annotations"] == {
        "one": "1",
        "two": "a\nb\n",
        "three": "x",
    }


def test_a_key_that_is_missing_comes_into_its_mapping() -> None:
    new = put(TEXT, ["annotations", "new/key"], "true")
    assert new == TEXT.replace("  one:", '  new/key: "true"\n  one:')


def test_a_mapping_that_is_missing_comes_at_the_end() -> None:
    assert put("name: odd", ["annotations", "key"], "x") == "name: odd\nannotations:\n  key: x\n"


def test_a_mapping_that_is_empty_is_filled() -> None:
    assert put("annotations:\nname: odd\n", ["annotations", "key"], "x") == (
        "annotations:\n  key: x\nname: odd\n"
    )


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("annotations: {a: b}\n", "key: cannot be added to a mapping in braces"),
        ("annotations: text\n", "annotations: expected a mapping"),
        ("annotations:\n  key: [a]\n", "annotations.key: expected a text"),
    ],
)
def test_what_cannot_hold_it_is_named(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=f"^{fault}$"):
        put(text, ["annotations", "key"], "x")


WORDS = st.text(
    st.characters(codec="utf-8", categories=("L", "M", "N", "P", "S", "Z")) | st.just("\n")
)


@given(value=WORDS.filter(lambda text: not text.startswith((" ", "\n")) and "\n\n" not in text))
def test_any_text_can_be_read_again(value: str) -> None:
    kept = value if "\n" not in value else value.rstrip("\n") + "\n"
    after = yaml.safe_load(put(TEXT, ["annotations", "two"], value))
    expected = yaml.safe_load(TEXT)
    expected["annotations"]["two"] = kept
    assert after == expected
