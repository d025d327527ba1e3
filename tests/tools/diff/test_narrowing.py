"""What a schema refuses that another takes is found, whichever keyword it is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from chartproof.diff.narrowing import Narrowing
from chartproof.diff.schema_comparison import Comparison, Given

Schema = dict[str, Any]


def narrowings(wide: Schema, narrow: Schema, old: Any = None, new: Any = None) -> list[Narrowing]:
    return list(Comparison(wide, narrow, Given(old, new)).narrowings())


def told(wide: Schema, narrow: Schema, old: Any = None, new: Any = None) -> list[str]:
    """Write each narrowing as path, keyword, and what shows it."""
    return [
        f"{'.'.join(it.path)} {it.keyword} {it.witness or f'{it.wide} -> {it.narrow}'}"
        + ("" if it.is_sure else "?")
        for it in narrowings(wide, narrow, old, new)
    ]


@pytest.mark.parametrize(
    ("wide", "narrow", "expected"),
    [
        ({}, {"type": "string"}, [" type any -> string"]),
        ({"type": "integer"}, {"type": "number"}, []),
        ({"type": "number"}, {"type": "integer"}, [" type number -> integer"]),
        ({"const": 1}, {"enum": [1, 2]}, []),
        ({"enum": [1, 2]}, {"const": 1}, [" enum 1 or 2 -> 1"]),
        ({"minimum": 1}, {"minimum": 0}, []),
        ({"maximum": 3}, {"maximum": 2}, [" maximum 3 -> 2"]),
        ({"type": "string"}, {"type": ["string", "integer"], "minimum": 1}, []),
        ({"minLength": 0}, {"minLength": 2}, [" minLength 0 -> 2"]),
        ({"type": "array"}, {"uniqueItems": True}, [" uniqueItems none -> true"]),
        ({"type": "array"}, {"items": {"type": "string"}}, ["[] type any -> string"]),
        ({"pattern": "^[a-z]*$"}, {"pattern": "^[a-y]*$"}, [" pattern ^[a-z]*$ -> ^[a-y]*$?"]),
        ({"pattern": "^[a-z.]*$"}, {"pattern": "^[a-z]*$"}, [' pattern "a.b"']),
        ({"anyOf": [{"type": "null"}, {}]}, {"anyOf": [{"type": "string"}]}, [" anyOf 0"]),
        ({}, {"not": {"const": ""}}, [' not ""']),
        ({"not": {"const": ""}}, {}, []),
    ],
)
def test_a_keyword_that_narrows_is_told(wide: Schema, narrow: Schema, expected: list[str]) -> None:
    assert told(wide, narrow) == expected


def test_a_key_that_is_no_longer_known_is_refused_where_others_are() -> None:
    wide = {"properties": {"a": {"type": "string"}, "b": {}}}
    narrow = {"properties": {"a": {"type": "string"}}, "additionalProperties": False}
    assert told(wide, narrow) == [
        "b value accepted -> refused",
        " additionalProperties accepted -> refused",
    ]


def test_a_new_key_is_no_narrowing_unless_it_was_given_before() -> None:
    narrow = {"properties": {"a": {"type": "string"}}}
    assert told({}, narrow) == []
    assert told({}, narrow, old={"a": 1}) == ["a type any -> string"]


def test_what_values_give_need_not_be_required_of_anyone() -> None:
    narrow = {"required": ["a"]}
    assert told({}, narrow, new={"a": 1}) == []
    assert told({}, narrow, new={"a": None}) == ["a required optional -> required"]
    assert told(narrow, narrow | {"title": "x"}, old={"a": 1}) == [
        "a required optional -> required"
    ]


def test_references_are_followed_on_both_sides_even_in_circles() -> None:
    def tree(kind: str) -> Schema:
        node = {"properties": {"left": {"$ref": "#/$defs/node"}, "size": {"type": kind}}}
        return {"$ref": "#/$defs/node", "$defs": {"node": node}}

    assert told(tree("number"), tree("number")) == []
    assert told(tree("number"), tree("integer")) == ["size type number -> integer"]


def test_a_map_is_tried_over_the_defaults_as_helm_lays_it() -> None:
    needs = {"allOf": [{"required": ["a"]}]}
    assert told({}, needs, new={"a": 1}) == [" allOf this -> another one?"]
    assert told({}, needs) == [" allOf {}"]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 4) | st.sampled_from(["", "a", "ab", "b"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2)
    ),
    max_leaves=4,
)
KINDS = st.sampled_from(["null", "boolean", "integer", "number", "string", "array", "object"])


def _schemas(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Schema]:
    bounds = {key: st.integers(0, 3) for key in ("minimum", "maximum", "minLength", "maxLength")}
    return st.fixed_dictionaries(
        {},
        optional={
            "type": KINDS | st.lists(KINDS, min_size=1, max_size=3, unique=True),
            "enum": st.lists(VALUES, min_size=1, max_size=3),
            "pattern": st.sampled_from(["a", "^b"]),
            "uniqueItems": st.booleans(),
            "minItems": st.integers(0, 2),
            "maxProperties": st.integers(0, 2),
            "items": inner,
            "properties": st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2),
            "additionalProperties": st.booleans() | inner,
            "required": st.lists(st.sampled_from(["a", "b"]), max_size=2, unique=True),
            **bounds,
        },
    )


SCHEMAS = st.recursive(_schemas(st.just({})), _schemas, max_leaves=3)


@given(SCHEMAS, SCHEMAS, st.lists(VALUES, min_size=1, max_size=8))
def test_no_value_is_refused_without_a_narrowing_that_tells_it(
    wide: Schema, narrow: Schema, values: list[Any]
) -> None:
    before, after = Draft202012Validator(wide), Draft202012Validator(narrow)
    for value in values:
        # A key that only the narrow side describes is a new one, which nobody gave: see above.
        if before.is_valid(value) and not after.is_valid(value):
            old = value if isinstance(value, dict) else None
            assert narrowings(wide, narrow, old=old), json.dumps([wide, narrow, value])


@given(SCHEMAS)
def test_a_schema_does_not_narrow_itself(schema: Schema) -> None:
    assert narrowings(schema, json.loads(json.dumps(schema))) == []
