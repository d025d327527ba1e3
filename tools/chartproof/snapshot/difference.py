"""What differs between an approved snapshot and a new render, for reading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from os.path import commonprefix

import yaml

CONTEXT_LINES = 3
Path = tuple[str, ...]
PATH, OLD, NEW, CONTEXT = "@", "-", "+", " "


@dataclass(frozen=True)
class Line:
    """A line of a difference; its mark is one of PATH, OLD, NEW and CONTEXT."""

    mark: str
    text: str

    def __str__(self) -> str:
        return f"{self.mark} {self.text}".rstrip()


def difference(old: str, new: str) -> Iterator[Line]:
    """Compare two snapshots line by line; what stands together is headed by its paths."""
    old_lines, new_lines = old.splitlines(), new.splitlines()
    old_paths, new_paths = paths_of_lines(old), paths_of_lines(new)
    matcher = SequenceMatcher(None, old_lines, new_lines, autojunk=False)
    for hunk in matcher.get_grouped_opcodes(CONTEXT_LINES):
        changes = [change for change in hunk if change[0] != "equal"]
        paths = [
            common_path(old_paths[old_start:old_end] + new_paths[new_start:new_end])
            for _, old_start, old_end, new_start, new_end in changes
        ]
        yield Line(PATH, ", ".join(filter(None, map(written, paths))))
        for tag, old_start, old_end, new_start, new_end in hunk:
            if tag == "equal":
                yield from (Line(CONTEXT, text) for text in old_lines[old_start:old_end])
            else:
                yield from (Line(OLD, text) for text in old_lines[old_start:old_end])
                yield from (Line(NEW, text) for text in new_lines[new_start:new_end])


def new_paths(old: str, new: str) -> list[Path]:
    """Give the paths of the fields of `new` that `old` does not have so, each once."""
    matcher = SequenceMatcher(None, old.splitlines(), new.splitlines(), autojunk=False)
    paths = paths_of_lines(new)
    changed = [
        common_path(paths[start:end])
        for tag, _, _, start, end in matcher.get_opcodes()
        if tag in ("insert", "replace")
    ]
    return list(dict.fromkeys(filter(None, changed)))


def common_path(paths: Sequence[Path]) -> Path:
    """Give the path that leads to all of `paths`."""
    return tuple(commonprefix(paths))


def written(path: Path) -> str:
    """Write a path, such as `spec.containers[web].image`."""
    return "".join(path).removeprefix(".")


def paths_of_lines(text: str) -> list[Path]:
    """Give each line of a snapshot its path; release notes have none.

    List items go by their `name` where they have one, by their index otherwise.
    """
    paths: list[Path] = [()] * len(text.splitlines())
    try:
        documents = list(yaml.compose_all(text, Loader=yaml.CSafeLoader))
    except yaml.YAMLError:
        return paths
    for document in documents:
        if isinstance(document, yaml.MappingNode):
            for line, path in _lines(document, ()):
                paths[line] = path
    return paths


def _lines(node: yaml.Node, path: Path) -> Iterator[tuple[int, Path]]:
    """Pair lines with paths; of the nodes that begin on one line, the innermost comes last."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*path, _key(key.value))
            yield key.start_mark.line, inner
            yield from _lines(value, inner)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _lines(item, (*path, f"[{_name_of(item) or index}]"))
    else:
        first, end = node.start_mark.line, node.end_mark.line
        yield from ((line, path) for line in range(first, max(end, first + 1)))


def _key(key: str) -> str:
    return f"[{key}]" if "." in key or "/" in key else f".{key}"


def _name_of(item: yaml.Node) -> str | None:
    """Give the `name` of a list item that is a mapping with one."""
    entries = item.value if isinstance(item, yaml.MappingNode) else []
    names = (value for key, value in entries if key.value == "name")
    return next((name.value for name in names if isinstance(name, yaml.ScalarNode)), None)
