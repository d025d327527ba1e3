"""Objects are told to fit at once only where jsonschema would have found no fault with them."""

from __future__ import annotations

import copy
import datetime
import math
from collections.abc import Iterator
from functools import cache
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartproof import yamlio
from chartproof.errors import ChartproofError
from chartproof.kubernetes import schemas
from chartproof.kubernetes.schemas import Fault, Schemas, Version, schemas_for, versions
from chartproof.yamlio import Path as FieldPath

NEWEST = versions()[-1]
SNAPSHOTS = Path(__file__).parents[1] / "chart/snapshots"
CUSTOM_RESOURCES = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "shops.example.org", "creationTimestamp": "in no format"},
    "spec": {
        "group": "example.org",
        "names": {"kind": "Shop", "plural": "shops"},
        "scope": "Namespaced",
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "properties": {"size": {"type": "number", "minimum": 0.5, "default": 1}},
                    }
                },
            }
        ],
    },
}
SURPRISES: list[Any] = [
    *(None, True, 0, 1.0, 1.5, 1e300, math.nan, math.inf, -math.inf, 2**31, 2**63, -(2**200)),
    *("", "1", "a\0b", "\ud800", "TCP", "2024-02-30T25:00:00Z", "100m", b"a", {"a"}),
    *([], [None], ["a"], [1], [("a", 1)], ("a", "b"), {}, {"": None}, {"a": "b"}, {1: True}),
    *({"\ud800": "a"}, {"name": "a"}, {"name": ["a"]}, {"$ref": "#"}, {None: 1}),
    *(datetime.date(2024, 1, 1), datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)),
]


class Patient(Schemas):
    """The same schemas, asked by jsonschema alone."""

    def _surely_fits(self, *_: object) -> bool:
        return False


@cache
def patient(version: Version) -> Schemas:
    return Patient(version, schemas_for(version).definitions)


@cache
def objects() -> list[Any]:
    """Give the largest object of each kind among the snapshots, and one of a kind of kinds."""
    texts = sorted((file.read_text() for file in SNAPSHOTS.rglob("*.yaml")), key=len)
    bodies = [body for text in texts for body in yamlio.load_all(text) if body]
    known = {(body["apiVersion"], body["kind"]): body for body in bodies}
    kinds = schemas_for(NEWEST).kinds
    return [*(body for kind, body in known.items() if kind in kinds), CUSTOM_RESOURCES]


def told(schemas: Schemas, body: Any) -> str:
    """Write down the faults of an object, or the error of one that is too much for jsonschema."""
    try:
        return repr(schemas.faults(body["apiVersion"], body["kind"], body))
    except ValueError as error:
        return repr(error)


def is_told_alike(body: Any, version: Version) -> bool:
    return told(schemas_for(version), body) == told(patient(version), body)


def paths(node: Any, path: FieldPath = ()) -> Iterator[FieldPath]:
    """Give the path of everything below an object."""
    steps = node if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    for step in steps:
        yield (*path, step)
        yield from paths(node[step], (*path, step))


@cache
def places() -> list[tuple[Any, FieldPath]]:
    """Give each object with the path of everything in it but its kind."""
    its_kind = ("apiVersion",), ("kind",)
    return [(body, path) for body in objects() for path in paths(body) if path not in its_kind]


PLACES = st.deferred(lambda: st.sampled_from(places()))


def planted(body: Any, path: FieldPath, surprise: Any, key: str | None) -> Any:
    """Put something else into an object at `path`, or beside that under another key."""
    changed = copy.deepcopy(body)
    node = changed
    for step in path[:-1]:
        node = node[step]
    last = key if key is not None and isinstance(node, dict) else path[-1]
    node[last] = copy.deepcopy(surprise)
    return changed


@given(
    PLACES,
    st.sampled_from(SURPRISES) | st.integers() | st.floats() | st.text(max_size=3),
    st.none() | st.sampled_from(["name", "extra", "\ud800", ""]),
)
def test_what_is_planted_into_an_object_is_found_as_by_jsonschema_alone(
    place: tuple[Any, FieldPath], surprise: Any, key: str | None
) -> None:
    assert is_told_alike(planted(*place, surprise, key), NEWEST)


@given(PLACES)
def test_what_is_taken_from_an_object_is_missed_as_by_jsonschema_alone(
    place: tuple[Any, FieldPath],
) -> None:
    body, (*above, last) = place
    changed = copy.deepcopy(body)
    node = changed
    for step in above:
        node = node[step]
    del node[last]
    assert is_told_alike(changed, NEWEST)


@pytest.mark.parametrize("version", [versions()[0], NEWEST])
def test_an_object_of_any_kind_with_next_to_nothing_has_the_same_faults(version: Version) -> None:
    for api_version, kind in schemas_for(version).kinds:
        body = {"apiVersion": api_version, "kind": kind, "spec": {"extra": None}, "status": 1}
        assert is_told_alike(body, version)


def test_objects_that_fit_are_never_shown_to_jsonschema(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(Schemas, "_validator")
    schemas = Schemas(NEWEST, schemas_for(NEWEST).definitions)
    assert len(objects()) > 12
    assert not any(schemas.faults(it["apiVersion"], it["kind"], it) for it in objects())


def faults_of_port(value: Any) -> list[Fault]:
    body = {"apiVersion": "v1", "kind": "Service", "spec": {"healthCheckNodePort": value}}
    return schemas_for(NEWEST).faults("v1", "Service", body)


@pytest.mark.parametrize("value", [math.nan, math.inf, 1.5, True, "1", b"1", ("a", 1)])
def test_what_is_no_integer_is_none_however_near(value: Any) -> None:
    (fault,) = faults_of_port(value)
    assert fault.path == ("spec", "healthCheckNodePort")


@pytest.mark.parametrize("value", [80, 80.0, -0.0, 2**63, 2**200, 1e300])
def test_a_number_without_fraction_is_an_integer_of_any_size(value: Any) -> None:
    assert faults_of_port(value) == []


def test_a_pair_of_yaml_is_no_list() -> None:
    body = {"apiVersion": "v1", "kind": "Service", "spec": {"externalIPs": ("a", "b")}}
    (fault,) = schemas_for(NEWEST).faults("v1", "Service", body)
    assert fault.path == ("spec", "externalIPs")


def test_every_version_has_a_folder_of_its_own() -> None:
    folders = schemas._folders.__wrapped__()
    assert sorted(folders) == versions()
    assert len(set(folders.values())) == len(folders) > 1


@pytest.mark.parametrize("found", [None, ModuleSpec("kubernetes_validate", None)])
def test_schemas_that_are_not_installed_are_asked_for(
    monkeypatch: pytest.MonkeyPatch, found: ModuleSpec | None
) -> None:
    monkeypatch.setattr(schemas, "find_spec", lambda _: found)
    with pytest.raises(ChartproofError, match="kubernetes-validate is not installed"):
        schemas._folders.__wrapped__()
