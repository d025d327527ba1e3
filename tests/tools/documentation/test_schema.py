"""The schema is told what values are for, and nothing else of it changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartproof.documentation.json_text import changed, parse, with_fields
from chartproof.documentation.read import read
from chartproof.documentation.schema import Filled, filled
from chartproof.errors import InputError

FILE = Path("values.schema.json")


def fill(schema: str, values: str) -> Filled:
    """Fill a schema with what a values.yaml says."""
    return filled(schema, FILE, read(values).values)


def test_a_property_gets_a_description_and_the_default_in_its_own_layout() -> None:
    schema = """{
  "type": "object",
  "properties": {
    "replicas": {
      "type": "integer",   "minimum": 1
    },
    "tag": {"type":"string"},
    "port": { "type" : "integer" },
    "any": {}
  }
}
"""
    values = "# -- Pods\nreplicas: 1\n# -- Tag\ntag: é\n# -- Port\nport: 80\n# -- Any\nany: []\n"
    assert (
        fill(schema, values).text
        == """{
  "type": "object",
  "properties": {
    "replicas": {
      "description": "Pods",
      "default": 1,
      "type": "integer",   "minimum": 1
    },
    "tag": {"description":"Tag", "default":"é", "type":"string"},
    "port": { "description" : "Port", "default" : 80, "type" : "integer" },
    "any": {"description": "Any", "default": []}
  }
}
"""
    )


def test_what_is_there_is_replaced_where_it_stands() -> None:
    schema = '{"properties": {"a": {"type": "string", "default": 1, "description": "old"}}}'
    assert fill(schema, "# -- New\na: x\n").text == (
        '{"properties": {"a": {"type": "string", "default": "x", "description": "New"}}}'
    )


def test_a_default_that_comes_new_stands_behind_the_description() -> None:
    schema = '{"properties": {"a": {"type": "string", "description": "Old", "minLength": 1}}}'
    assert fill(schema, "# -- New\na: x\n").text == (
        '{"properties": {"a": {"type": "string", "description": "New", "default": "x",'
        ' "minLength": 1}}}'
    )


def test_what_says_the_same_already_is_not_touched() -> None:
    schema = r'{"properties": {"a": {"description": "\u00e9", "default" :1 }}}'
    assert fill(schema, "# -- é\na: 1\n").text == schema


def test_no_property_and_no_type_is_invented() -> None:
    schema = '{"properties": {"a": {"properties": {"b": true}}, "c": {"type": "array"}}}'
    assert fill(schema, "a:\n  # -- B\n  b: 1\n# -- D\nd: 1\nc:\n  # -- Item\n  - 1\n").text == (
        schema
    )


def test_a_map_that_the_schema_takes_apart_has_no_default_and_a_null_is_none() -> None:
    schema = '{"properties": {"a": {"properties": {"b": {}}}, "c": {}}}'
    assert fill(schema, "# -- A\na:\n  # -- B\n  b: 1\n# -- C\nc: null\n").text == (
        '{"properties": {"a": {"description": "A", "properties": {"b":'
        ' {"description": "B", "default": 1}}}, "c": {"description": "C"}}}'
    )


def test_what_json_has_no_word_for_is_a_text() -> None:
    schema = '{"properties": {"a": {}, "b": {}}}'
    made = json.loads(fill(schema, "# -- A\na: !!binary aGVsbG8=\n# -- B\nb: {1: 2}\n").text)
    assert made["properties"]["a"]["default"] == "b'hello'"
    assert made["properties"]["b"]["default"] == {"1": 2}


def test_what_several_values_refer_to_says_it_once_if_they_agree() -> None:
    schema = '{"properties": {"a": {"$ref": "#/$defs/x"}, "b": {"$ref": "#/$defs/x"}}, "$defs": {"x": {"type": "integer"}}}'  # noqa: E501
    both = fill(schema, "# -- Seconds\na: 1\n# -- Seconds\nb: 1\n")
    assert '"x": {"description": "Seconds", "default": 1, "type"' in both.text
    assert both.text.startswith(schema[:70])
    other = fill(schema, "# -- Seconds\na: 1\n# -- Minutes\nb: 1\n")
    assert '"a": {"description": "Seconds", "$ref": "#/$defs/x"}' in other.text
    assert '"b": {"description": "Minutes", "$ref": "#/$defs/x"}' in other.text
    assert '"x": {"default": 1, "type"' in other.text
    assert both.conflicts == other.conflicts == ()


def test_what_a_shared_part_cannot_say_for_all_is_told() -> None:
    schema = """{
  "properties": {"a": {"$ref": "#/definitions/x"}, "b": {"$ref": "#/definitions/x"}},
  "definitions": {"x": {"properties": {"tag": {"description": "Old"}}}}
}"""
    values = "a:\n  # -- Mine\n  tag: 1\nb:\n  # -- Yours\n  tag: 2\n"
    assert fill(schema, values) == Filled(
        schema, ("values.schema.json:3: a.tag, b.tag share this, but differ in description",)
    )


def test_defaults_may_differ_unless_one_of_them_is_told() -> None:
    template = '{"properties": {"a": {"$ref": "#/definitions/x"}, "b": {"$ref": "#/definitions/x"}}, "definitions": {"x": {"properties": {"tag": {%s}}}}}'  # noqa: E501
    values = "a:\n  # -- Tag\n  tag: 1\nb:\n  # -- Tag\n  tag: 2\n"
    silent = fill(template % '"description": "Tag"', values)
    assert silent == Filled(template % '"description": "Tag"')
    told = fill(template % '"description": "Tag", "default": 1', values)
    assert told.conflicts == (
        "values.schema.json:1: a.tag, b.tag share this, but differ in default",
    )


def test_references_that_lead_nowhere_or_round_and_round_are_left_alone() -> None:
    schema = '{"properties": {"a": {"$ref": "#/b"}, "c": {"$ref": "#/properties/c"}, "d": {"$ref": "x.json"}}}'  # noqa: E501
    made = json.loads(fill(schema, "# -- A\na: 1\n# -- C\nc: 1\n# -- D\nd: 1\n").text)
    assert [made["properties"][key]["description"] for key in "acd"] == ["A", "C", "D"]


def test_broken_json_is_told_by_line_and_column() -> None:
    with pytest.raises(InputError, match=r"^values\.schema\.json:2:1: Expecting property name"):
        fill('{"a": 1,\n}', "a: 1\n")


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON, st.sampled_from([None, 0, 1, 4, "\t"]), st.booleans(), st.text())
def test_a_field_is_set_in_any_json_and_the_rest_means_the_same(
    body: Any, indent: int | str | None, is_ascii: bool, word: str
) -> None:
    text = json.dumps({"in": body, "x": {"y": body}}, indent=indent, ensure_ascii=is_ascii)
    node = parse(text)
    places = [node.fields["x"], node]
    made = changed(text, [it for place in places for it in with_fields(text, place, {"new": word})])
    assert json.loads(made) == {"new": word, "in": body, "x": {"new": word, "y": body}}
    assert next(iter(json.loads(made))) == "new"
