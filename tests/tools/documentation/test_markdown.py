"""Tables hold whatever values and descriptions hold."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from chartproof.documentation.markdown import LONGEST, code, shown_default, tables, text
from chartproof.documentation.value import Value, as_json

HEAD = "| Key | Type | Default | Description |\n|---|---|---|---|\n"


def value(name: str, default: object = 1, description: str = "Text", section: str = "") -> Value:
    """Make a value."""
    return Value(tuple(name.split(".")), 1, default, description, "int", None, section)


def test_a_row_has_an_anchor_to_link_to() -> None:
    assert tables([value("image.tag")], {}, 3) == (
        f'{HEAD}| <a id="values.image.tag"></a>`image.tag` | int | `1` | Text |'
    )


def test_sections_have_headings_texts_and_the_rest_comes_last() -> None:
    values = [value("a"), value("b", section="One"), value("c", section="Two"), value("d")]
    written = tables(values, {"One": "What one is."}, 4)
    assert re.findall(r"^#.*|^What.*|`[a-d]`", written, re.MULTILINE) == [
        *("#### One", "What one is.", "`b`", "#### Two", "`c`", "#### Other values", "`a`", "`d`")
    ]


@pytest.mark.parametrize(
    ("words", "written"),
    [
        ("one | two", "one \\| two"),
        ("`a|b` \\| c", "`a\\|b` \\| c"),
        ("one\ntwo", "one<br>two"),
        ("for <name>", "for &lt;name>"),
        ("in `<name>`", "in `<name>`"),
        ("a<br>b <b>c</b> <https://example.com>", "a<br>b <b>c</b> <https://example.com>"),
        ("a < b", "a &lt; b"),
        ("``<a` b`` <c>", "``<a` b`` &lt;c>"),
    ],
)
def test_a_description_stays_in_its_cell_and_loses_nothing(words: str, written: str) -> None:
    assert text(words) == written


@pytest.mark.parametrize(
    ("words", "written"),
    [
        ("plain", "`plain`"),
        ("a`b", "``a`b``"),
        ("a``b`c", "```a``b`c```"),
        ("`a", "`` `a ``"),
        ("a|b", "`a\\|b`"),
    ],
)
def test_code_is_shown_as_it_is(words: str, written: str) -> None:
    assert code(words) == written


def test_a_long_default_is_cut() -> None:
    assert shown_default(value("a", "x" * (LONGEST - 2))) == f'`"{"x" * (LONGEST - 2)}"`'
    assert shown_default(value("a", "x" * (LONGEST - 1))) == f'`"{"x" * (LONGEST - 2)}`…'


def test_a_text_of_several_lines_is_one_line() -> None:
    assert shown_default(value("a", "one\n\ttwo | three\n")) == '`"one\\n\\ttwo \\| three\\n"`'


@given(st.text(), st.text(st.characters(exclude_characters="\r")))
@example("a\\|b`c", "d\\\\|`e")
def test_whatever_is_in_it_a_reader_of_markdown_finds_one_row_of_four_cells(
    default: str, description: str
) -> None:
    written = tables([value("a", default, description)], {}, 2)
    tokens = MarkdownIt("commonmark").enable("table").parse(written)
    assert [token.type for token in tokens].count("tr_open") == 2
    _, shown, _ = cells = [token for token in tokens if token.type == "inline"][5:]
    assert len(cells) == 3
    (found,) = [child for child in shown.children or () if child.type == "code_inline"]
    json = as_json(default)
    assert found.content == (json if len(json) <= LONGEST else json[: LONGEST - 1])
