"""Steps through a chart's values.schema.json, by the keys of the values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chartproof.yamlio import Path

Schema = Mapping[str, Any]

_TYPES: dict[type, tuple[str, ...]] = {
    bool: ("boolean",),
    int: ("integer", "number"),
    float: ("integer", "number"),
    str: ("string",),
    list: ("array",),
    dict: ("object",),
    type(None): ("null",),
}


def resolve(root: Schema, node: Schema) -> Schema:
    """Follow a `$ref` inside the schema."""
    while str(node.get("$ref", "")).startswith("#/"):
        target: Any = root
        for part in node["$ref"][2:].split("/"):
            target = target.get(part, {})
        node = target
    return node


def known_keys(schema: Schema, path: Path) -> list[str]:
    """List the keys that the schema knows in the map at `path`."""
    return list(node_at(schema, path).get("properties", {}))


def is_known(schema: Schema, path: Path) -> bool:
    """Tell whether the schema describes the key at `path`, or leaves all keys beside it open."""
    beside = node_at(schema, path[:-1])
    others = beside.get("additionalProperties"), beside.get("patternProperties")
    properties = beside.get("properties", {})
    return not properties or path[-1] in properties or any(isinstance(it, dict) for it in others)


def node_at(schema: Schema, path: Path) -> Schema:
    """Return what the schema says of the value at `path`, {} where it says nothing."""
    node = resolve(schema, schema)
    for step in path:
        properties = node.get("properties", {})
        inner = properties.get(step) or node.get("items") or node.get("additionalProperties") or {}
        if not isinstance(inner, Mapping):
            return {}
        node = resolve(schema, inner)
    return node


def refuses_null(schema: Schema, path: Path, _: None = None) -> bool:
    """Tell whether the schema plainly requires the value at `path`, which a null takes away."""
    return path[-1] in node_at(schema, path[:-1]).get("required", ())


def refuses(schema: Schema, path: Path, value: Any) -> bool:
    """Tell whether the type that the schema plainly asks for at `path` excludes a value."""
    allowed = node_at(schema, path).get("type", ())
    types = [allowed] if isinstance(allowed, str) else allowed
    return bool(types) and not set(types) & set(_TYPES[type(value)])


def takes_text(schema: Schema, path: Path) -> bool:
    """Tell whether the schema leaves what is at `path`, or what is in it, to be any text."""
    node = node_at(schema, path)
    inside = node.get("items"), node.get("additionalProperties")
    described = [resolve(schema, it) for it in (node, *inside) if isinstance(it, Mapping)]
    is_of_objects = any("object" in it.get("type", ()) for it in described[1:])
    return not is_of_objects and "enum" not in node
