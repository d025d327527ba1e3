"""Changes to a YAML file that leave all else in it, comments and order too, as it was."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import yaml
from yaml.nodes import MappingNode, Node

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/+-]*")


def put(text: str, path: Sequence[str], value: str) -> str:
    """Return the text with a string at a path of keys; keys that it lacks are added.

    Raises ValueError where a key on the way holds something else than a mapping.
    """
    node: Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    for depth, key in enumerate(path):
        if not isinstance(node, MappingNode):
            raise ValueError(f"{'.'.join(path[:depth]) or 'the file'}: expected a mapping")
        found = [each for each in node.value if each[0].value == key]
        if not found:
            return _added(text, node, path[depth:], value)
        key_node, node = found[0]
        if node.tag == "tag:yaml.org,2002:null" and depth + 1 < len(path):
            end = key_node.end_mark.index + 1
            inside = _entry(path[depth + 1 :], value, key_node.start_mark.column + 2)
            return f"{text[:end]}\n{inside.rstrip()}{text[node.end_mark.index :]}"
    if not isinstance(node, yaml.ScalarNode):
        raise ValueError(f"{'.'.join(path)}: expected a text")
    written = _scalar(value, key_node.start_mark.column + 2)
    # The end of a block scalar is the start of what follows it, or the end of the text.
    was_block = text[node.start_mark.index : node.start_mark.index + 1] in ("|", ">")
    tail = "\n" if was_block and not written.endswith("\n") else ""
    end = node.end_mark.index
    if written.endswith("\n") and text[end : end + 1] == "\n":
        written = written[:-1]
    return text[: node.start_mark.index] + written + tail + text[end:]


def _added(text: str, node: MappingNode, path: Sequence[str], value: str) -> str:
    """Add an entry as the first of a block mapping, or as the last of the file's."""
    if node.flow_style:
        raise ValueError(f"{path[0]}: cannot be added to a mapping in braces")
    column = node.start_mark.column
    entry = _entry(path, value, column)
    if column == 0:
        return f"{text}{'' if text.endswith(chr(10)) or not text else chr(10)}{entry}"
    start = text.rfind("\n", 0, node.start_mark.index) + 1
    return text[:start] + entry + text[start:]


def _entry(path: Sequence[str], value: str, column: int) -> str:
    lines = [f"{' ' * (column + 2 * depth)}{key}:" for depth, key in enumerate(path)]
    written = _scalar(value, column + 2 * len(path))
    return "\n".join(lines) + f" {written}{'' if written.endswith(chr(10)) else chr(10)}"


def _scalar(value: str, column: int) -> str:
    if "\n" in value:
        lines = (f"{' ' * column}{line}".rstrip() for line in value.rstrip("\n").split("\n"))
        return "|\n" + "\n".join(lines) + "\n"
    means_itself = _PLAIN.fullmatch(value) and yaml.safe_load(value) == value
    return value if means_itself else json.dumps(value, ensure_ascii=False)
