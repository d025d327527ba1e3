"""Masks: which values of which objects a snapshot leaves out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from chartproof import yamlio
from chartproof.manifest import Manifest
from chartproof.masks import MASKED, Mask, masked, pointer_of, tokens_of
from tests.support.charts import chart

BODY = {
    "apiVersion": "v1",
    "kind": "Secret",
    "metadata": {"name": "demo-broker", "annotations": {"a/b": "1", "c~d": "2"}},
    "data": {"password": "x", "user": "y"},
    "list": [{"one": 1, "two": 2}, {"one": 3}],
}
MANIFEST = Manifest("a/templates/b.yaml", yamlio.dump(BODY), chart("notes"), prefixes=("demo",))


def left(*paths: str, object: str = "Secret/broker") -> Mapping[str, Any]:  # noqa: A002
    """Return the body under one mask."""
    return masked(MANIFEST, [Mask(object, paths)])


def test_a_mask_replaces_the_value_it_points_at_and_nothing_else() -> None:
    assert left("/data/password") == {**BODY, "data": {"password": MASKED, "user": "y"}}
    assert MANIFEST.body == BODY


def test_a_star_stands_for_any_key_or_index() -> None:
    assert left("/data/*")["data"] == {"password": MASKED, "user": MASKED}
    assert left("/list/*/one")["list"] == [{"one": MASKED, "two": 2}, {"one": MASKED}]
    assert left("/list/1")["list"] == [{"one": 1, "two": 2}, MASKED]


def test_slashes_and_tildes_in_keys_are_escaped() -> None:
    annotations = left("/metadata/annotations/a~1b", "/metadata/annotations/c~0d")["metadata"]
    assert annotations["annotations"] == {"a/b": MASKED, "c~d": MASKED}
    assert tokens_of(pointer_of(("a/b", 0, "c~d"))) == ("a/b", "0", "c~d")


@pytest.mark.parametrize("pattern", ["Secret/demo-broker", "Secret/broker", "*/bro*", "Secret/*"])
def test_an_object_goes_by_its_full_or_its_short_name(pattern: str) -> None:
    assert left("/data/user", object=pattern)["data"]["user"] == MASKED


@pytest.mark.parametrize("pattern", ["ConfigMap/*", "secret/broker", "Secret/demo", "broker"])
def test_other_objects_stay_as_they_are(pattern: str) -> None:
    assert left("/data/user", object=pattern) == BODY


@pytest.mark.parametrize("path", ["/data/nothing", "/list/7", "/data/password/deeper", "/kind/a"])
def test_a_path_that_leads_nowhere_changes_nothing(path: str) -> None:
    assert left(path) == BODY


@pytest.mark.parametrize("path", ["", "/", "data/password", "/data/~2"])
def test_what_is_no_pointer_into_an_object_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match=f"^{path}$"):
        tokens_of(path)
