"""The schemas of Kubernetes' own objects, out of the installed package kubernetes-validate.

The package is found but never imported: only its files are wanted, and importing takes longer
than a lint may. Each version is one file of 2 MB, read on first use. jsonschema-rs, many times
as fast, says which objects fit; of those that may not, jsonschema finds and names the faults.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from chartproof.errors import ChartproofError, nearest
from chartproof.yamlio import Path as FieldPath

Version = tuple[int, int]
"""A Kubernetes version: major and minor."""

_ROOT = "https://kubernetes.io/api/_definitions.json"
_SCALARS = (bool, int, float)
_NOTHING = object()
_NAMES = {bool: "a boolean", int: "a number", float: "a number", str: "a string", list: "a list"}


class Fault(NamedTuple):
    """What is wrong with a field, where, and what may have been meant."""

    path: FieldPath
    problem: str
    hint: str | None = None


@dataclass(frozen=True)
class Schemas:
    """The schemas of one Kubernetes version."""

    version: Version
    definitions: dict[str, Any]

    @cached_property
    def kinds(self) -> dict[tuple[str, str], str]:
        """The name of the definition for each apiVersion and kind that is served."""
        return {
            ("/".join(filter(None, (served["group"], served["version"]))), served["kind"]): name
            for name, definition in self.definitions.items()
            for served in definition.get("x-kubernetes-group-version-kind", ())
        }

    @cached_property
    def groups(self) -> set[str]:
        """The API groups of Kubernetes itself."""
        return {group_of(api_version) for api_version, _ in self.kinds}

    def api_versions_of(self, kind: str) -> list[str]:
        """List the API versions that serve a kind."""
        return [api_version for api_version, served in self.kinds if served == kind]

    def faults(self, api_version: str, kind: str, body: Any) -> list[Fault]:
        """Hold an object against its schema; one of a kind that is not known has no faults."""
        definition = self.kinds.get((api_version, kind))
        if definition is None:
            return []
        given = _as_json(body)
        if self._surely_fits(definition, given):
            return []
        errors = self._validator.evolve(schema=_referring_to(definition))
        found = [fault for error in errors.iter_errors(given) for fault in _told(error)]
        return list(dict.fromkeys(found))

    def _surely_fits(self, definition: str, given: Any) -> bool:
        """Tell whether an object is certain to have no faults; where not, it may have some."""
        check = self._check_of(definition)
        try:
            return bool(check.is_valid(given))
        except ValueError:  # a date, bytes, half a surrogate pair: jsonschema takes them all
            return False

    @cached_property
    def _check_of(self) -> Callable[[str], Any]:
        from jsonschema_rs import Draft202012, Draft202012Validator, Registry

        registry = Registry([(_ROOT, {"$defs": self.definitions})], draft=Draft202012)

        @cache
        def check_of(definition: str) -> Draft202012Validator:
            schema = _referring_to(definition)
            # Formats are remarks to jsonschema too, which is given no checker of them.
            return Draft202012Validator(schema, registry=registry, validate_formats=False)

        return check_of

    @cached_property
    def _validator(self) -> Any:
        from jsonschema import Draft202012Validator
        from referencing import Registry
        from referencing.jsonschema import DRAFT202012

        contents = DRAFT202012.create_resource({"$defs": self.definitions})
        registry: Any = Registry().with_resource(_ROOT, contents)
        return Draft202012Validator({}, registry=registry)


def _referring_to(definition: str) -> dict[str, Any]:
    return {"$ref": f"{_ROOT}#/$defs/{definition}"}


def group_of(api_version: str) -> str:
    """Return the group of an apiVersion, "" for the core's."""
    return api_version.rpartition("/")[0]


def versions() -> list[Version]:
    """List the Kubernetes versions whose schemas are there, oldest first."""
    return sorted(_folders())


@lru_cache(maxsize=4)
def schemas_for(version: Version) -> Schemas:
    """Read the schemas of a version, one of `versions()`."""
    text = (_folders()[version] / "_definitions.json").read_bytes()
    return Schemas(version, json.loads(text)["$defs"])


@lru_cache(maxsize=1)
def _folders() -> dict[Version, Path]:
    """Find the folder of each version, those schemas that forbid unknown fields."""
    package = find_spec("kubernetes_validate")
    if package is None or package.origin is None:
        raise ChartproofError("kubernetes-validate is not installed: its schemas are needed")
    folders = (Path(package.origin).parent / "kubernetes-json-schema").glob("v*-local-strict")
    return {parse_version(folder.name): folder for folder in folders}


def parse_version(text: str) -> Version:
    """Read major and minor off `v1.36.0`."""
    major, minor, *_ = text.removeprefix("v").split(".")
    return int(major), int(minor)


def _as_json(body: Any) -> Any:
    """Return what an API server gets: keys are texts, and a field that is null is not given."""
    if isinstance(body, dict):
        return {
            key if isinstance(key, str) else json.dumps(key, default=str): _as_json(value)
            for key, value in body.items()
            if value is not None
        }
    if isinstance(body, list):
        return [_as_json(item) for item in body]
    # YAML's !!pairs are tuples: lists to jsonschema-rs, nothing known to jsonschema.
    return _NOTHING if isinstance(body, tuple) else body


def _told(error: Any) -> Iterator[Fault]:
    """Put an error of jsonschema into words; none shows a value, which may be secret."""
    path, schema, found = tuple(error.absolute_path), error.schema, error.instance
    known = schema.get("properties", {})
    if error.validator == "additionalProperties":
        for key in sorted(found.keys() - known.keys()):
            yield Fault((*path, key), f"unknown field {key!r}", nearest(key, known))
    elif error.validator == "required":
        missing = [key for key in error.validator_value if key not in found]
        yield Fault(path, f"lacks {', '.join(missing)}")
    else:
        alternatives = schema.get("oneOf", [schema])
        types = (kind for one in alternatives for kind in _types(one) if kind != "null")
        quote = ": quote it" if _types(schema)[0] == "string" and type(found) in _SCALARS else ""
        is_a = _NAMES.get(type(found), "a map")
        yield Fault(path, f"is {is_a} where {' or '.join(types)} is expected{quote}")


def _types(schema: dict[str, Any]) -> list[str]:
    types = schema.get("type", [""])
    return [types] if isinstance(types, str) else types
