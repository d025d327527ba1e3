"""Lists that Kubernetes reads as maps: their items, and the fields that tell one from another.

Which lists they are stands in the schemas, as `x-kubernetes-list-map-keys`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from chartproof.kubernetes.schemas import Schemas
from chartproof.yamlio import Path

_KEYS = "x-kubernetes-list-map-keys"
_DEFAULTS = {"protocol": "TCP"}


class Twin(NamedTuple):
    """An item with the same key as an earlier one of its list: where, and what the key is."""

    path: Path
    list: str
    key: str


def twins(schemas: Schemas, api_version: str, kind: str, body: Any) -> Iterator[Twin]:
    """Give every item of a list read as a map whose key an earlier item has; none of other kinds.

    An item without the key is left to the schema.
    """
    name = schemas.kinds.get((api_version, kind), "")
    return _twins(schemas, {"$ref": name}, body, ())


def _twins(schemas: Schemas, schema: dict[str, Any], body: Any, path: Path) -> Iterator[Twin]:
    schema = _resolved(schemas, schema)
    if isinstance(body, dict):
        others = schema.get("additionalProperties")
        for field, value in body.items():
            inner = schema.get("properties", {}).get(field, others)
            if isinstance(inner, dict):
                yield from _twins(schemas, inner, value, (*path, field))
    elif isinstance(body, list):
        yield from _in_list(schema.get(_KEYS, ()), body, path)
        for index, item in enumerate(body):
            yield from _twins(schemas, schema.get("items", {}), item, (*path, index))


def _in_list(fields: list[str], items: list[Any], path: Path) -> Iterator[Twin]:
    seen = set()
    for index, item in enumerate(items):
        key = _key(fields, item)
        if key and key in seen:
            yield Twin((*path, index, fields[0]), str(path[-1]), key)
        seen.add(key)


def _key(fields: list[str], item: Any) -> str:
    """Write the key of an item, `name=web`; "" where it has none."""
    if not fields or not isinstance(item, dict):
        return ""
    values = {field: item.get(field, _DEFAULTS.get(field)) for field in fields}
    if None in values.values():
        return ""
    return ", ".join(f"{field}={value}" for field, value in values.items())


def _resolved(schemas: Schemas, schema: dict[str, Any]) -> dict[str, Any]:
    """Follow a `$ref`."""
    name = str(schema.get("$ref")).rpartition("/")[2]
    followed: dict[str, Any] = schemas.definitions.get(name, schema)
    return followed
