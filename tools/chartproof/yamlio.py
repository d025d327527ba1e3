"""YAML as Kubernetes reads it, at the speed of libyaml."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

import yaml
from yaml import CSafeDumper, CSafeLoader
from yaml.composer import ComposerError
from yaml.constructor import SafeConstructor
from yaml.events import AliasEvent
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

Path = tuple[str | int, ...]
"""Where something stands inside a document: keys and list indices from the root."""

_PLAIN = {
    "tag:yaml.org,2002:bool": r"y|Y|yes|Yes|YES|n|N|no|No|NO"
    r"|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF",
    "tag:yaml.org,2002:int": r"[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|0|[1-9][0-9_]*)",
    "tag:yaml.org,2002:float": r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
}
_STRING, _MAP, _SEQUENCE = (f"tag:yaml.org,2002:{kind}" for kind in ("str", "map", "seq"))
_SCALARS: dict[str, Callable[[Any, ScalarNode], Any]] = {
    "tag:yaml.org,2002:null": SafeConstructor.construct_yaml_null,
    "tag:yaml.org,2002:bool": SafeConstructor.construct_yaml_bool,
    "tag:yaml.org,2002:int": SafeConstructor.construct_yaml_int,
    "tag:yaml.org,2002:float": SafeConstructor.construct_yaml_float,
}
_Read = TypeVar("_Read")
_SHORT = 64  # characters: longer scalars come once, and would fill what is remembered
_REPLACED = {*_PLAIN, "tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:value"}


class _Loader(CSafeLoader):
    """The fast loader, with Go's idea of plain scalars: no dates, no base 60, y and n are bools."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own protocol
        first: [resolver for resolver in resolvers if resolver[0] not in _REPLACED]
        for first, resolvers in CSafeLoader.yaml_implicit_resolvers.items()
    }
    bool_values = {**CSafeLoader.bool_values, "y": True, "n": False}  # noqa: RUF012 - same


for _tag, _pattern in _PLAIN.items():
    _first = "yYnNtTfFoO" if _tag.endswith("bool") else "-+.0123456789"
    _Loader.add_implicit_resolver(_tag, re.compile(rf"^(?:{_pattern})$"), list(_first))


class _Dumper(CSafeDumper):
    """The fast dumper, which quotes what the loader would not read as text."""

    yaml_implicit_resolvers = _Loader.yaml_implicit_resolvers


class _PlainDumper(CSafeDumper):
    """A dumper for all readers: it quotes what any of them would not read as text."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own protocol
        first: [
            *_Loader.yaml_implicit_resolvers.get(first, []),
            *CSafeDumper.yaml_implicit_resolvers.get(first, []),
        ]
        for first in {*_Loader.yaml_implicit_resolvers, *CSafeDumper.yaml_implicit_resolvers}
    }

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML's own protocol
        return True


class _PatientLoader(yaml.SafeLoader):
    """The same in Python: it lets an anchor be given again, as YAML does and libyaml's does not."""

    yaml_implicit_resolvers = _Loader.yaml_implicit_resolvers
    bool_values = _Loader.bool_values

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if not isinstance(event, AliasEvent) and event.anchor in self.anchors:
            del self.anchors[event.anchor]
        node: Node | None = super().compose_node(parent, index)
        return node


def _with(loader: type[_Loader], read: Callable[[Any], _Read]) -> _Read:
    """Read by a fast loader, or by the patient one what that finds fault with the anchors of."""
    try:
        return read(loader)
    except ComposerError as error:
        if "duplicate anchor" not in str(error):
            raise
        return read(_PatientLoader)


class _LoaderWithoutAliases(_Loader):
    """Twice as fast, by remembering what a scalar means instead of matching it each time."""

    is_plain = True
    """Not with another tag than JSON's, nor with a key that is no text or is given twice."""

    def resolve(self, kind: type[Node], value: Any, implicit: Any) -> str:
        if kind is ScalarNode and implicit[0] and len(value) <= _SHORT:
            return _tag_of(value)
        tag: str = super().resolve(kind, value, implicit)  # type: ignore[no-untyped-call]
        return tag

    def construct_document(self, node: Node) -> Any:
        try:
            return _body(node)
        except (LookupError, TypeError):
            self.is_plain = False
            return super().construct_document(node)


def _body(node: Node) -> Any:
    """Build what a node stands for. Raises LookupError and TypeError where that is unusual."""
    kind, tag, value = type(node), node.tag, node.value
    if kind is ScalarNode:
        return value if tag == _STRING else _meaning(tag, value)
    if kind is MappingNode and tag == _MAP:
        body = {}
        for key, item in value:
            if key.tag != _STRING or key.value in body:
                raise LookupError(key.tag)
            body[key.value] = _body(item)
        return body
    if kind is SequenceNode and tag == _SEQUENCE:
        return [_body(item) for item in value]
    raise LookupError(tag)


def plain(text: str) -> Any:
    """Return what a plain scalar stands for."""
    tag = _tag_of(text)
    return text if tag == _STRING else _meaning(tag, text)


@lru_cache(maxsize=4096)
def _tag_of(plain: str) -> str:
    """Return the tag of a plain scalar."""
    tag: str = _Loader("").resolve(ScalarNode, plain, (True, False))  # type: ignore[no-untyped-call]
    return tag


@lru_cache(maxsize=4096)
def _meaning(tag: str, text: str) -> Any:
    """Return the value of a scalar. Raises LookupError for a tag that is none of JSON's."""
    return _SCALARS[tag](_Loader(""), ScalarNode(tag, text))


def load(text: str) -> Any:
    """Parse one document. Raises yaml.YAMLError."""
    body, _ = load_noting_repeats(text)
    return body


def load_noting_repeats(text: str) -> tuple[Any, bool]:
    """Parse one document, and tell whether a mapping may have a key twice.

    Raises yaml.YAMLError.
    """

    def read(loader: type[_Loader]) -> tuple[Any, bool]:
        reading = loader(text)
        try:
            return reading.get_single_data(), not getattr(reading, "is_plain", False)
        finally:
            reading.dispose()

    return _with(_fastest(text), read)


def load_all(text: str) -> list[Any]:
    """Parse every document. Raises yaml.YAMLError."""
    return _with(_fastest(text), lambda it: list(yaml.load_all(text, Loader=it)))


def _fastest(text: str) -> type[_Loader]:
    # Where a part is used twice, PyYAML keeps it one, however often and deep that goes.
    return _Loader if "*" in text else _LoaderWithoutAliases


def compose(text: str) -> tuple[Node | None, Any]:
    """Parse one document: return its nodes, merge keys resolved, and what they stand for.

    Raises yaml.YAMLError.
    """

    def read(loader: type[_Loader]) -> tuple[Node | None, Any]:
        reading = loader(text)
        try:
            node = reading.get_single_node()
            return node, reading.construct_document(node) if node else None
        finally:
            reading.dispose()

    return _with(_Loader, read)


def dump(body: Any) -> str:
    """Write one document, keys in their own order."""
    text: str = yaml.dump(body, Dumper=_Dumper, sort_keys=False, allow_unicode=True)
    return text


def dump_sorted(body: Any) -> str:
    """Write one document for any reader, the same for equal bodies: keys sorted, lines whole."""
    without_limit = -1  # libyaml's word for it
    text: str = yaml.dump(body, Dumper=_PlainDumper, allow_unicode=True, width=without_limit)
    return text


def line_of(text: str, path: Sequence[str | int]) -> int:
    """Return the line, from 1, on which `path` stands in the document `text`.

    Where the path leads nowhere it is the line of its deepest part that exists.
    """
    node: Node | None = _with(_Loader, lambda it: yaml.compose(text, Loader=it))
    line = 1
    for step in path:
        child = _child(node, step)
        if child is None:
            break
        line, node = child
    return line


def _child(node: Node | None, step: str | int) -> tuple[int, Node] | None:
    """Return the line and the node of a key or index, or None."""
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return key.start_mark.line + 1, value
    if isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
        item = node.value[step]
        return item.start_mark.line + 1, item
    return None


class Repeated(NamedTuple):
    """A key that a mapping has twice: where it stands for the second time, and the first."""

    path: Path
    line: int
    first: int


def repeated_keys(text: str) -> list[Repeated]:
    """Find keys that a mapping gives more than once, in any document of `text`.

    The merge key `<<` may be repeated. Raises yaml.YAMLError.
    """
    nodes = _with(_Loader, lambda it: list(yaml.compose_all(text, Loader=it)))
    return [found for node in nodes for found in _repeated(node)]


def _repeated(node: Node, path: Path = ()) -> Iterator[Repeated]:
    if isinstance(node, MappingNode):
        lines: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            name = str(key.value)
            if name in lines and name != "<<":
                yield Repeated((*path, name), line, lines[name])
            lines.setdefault(name, line)
            yield from _repeated(value, (*path, name))
    if isinstance(node, SequenceNode):
        for index, item in enumerate(node.value):
            yield from _repeated(item, (*path, index))


class Fault(NamedTuple):
    """What is wrong in a text, and where: line and column from 1, or 0 where nobody knows."""

    line: int
    column: int
    problem: str

    def told(self, file: object, text: str) -> str:
        """Write it as `file:line:column: problem`, and under that the line itself."""
        place = ":".join(str(part) for part in (file, self.line, self.column) if part)
        return "\n".join(filter(None, [f"{place}: {self.problem}", quote(text, self.line)]))


def fault(text: str) -> Fault | None:
    """Say why `text` is no stream of mappings, or None where it is one."""
    try:
        for document in load_all(text):
            if not isinstance(document, dict | None):
                return Fault(0, 0, f"expected a mapping, found {document!r:.60}")
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        if mark is None:
            return Fault(0, 0, problem)
        # libyaml points behind the end of the text when it misses something there.
        lines = text.splitlines()
        if mark.line >= len(lines):
            return Fault(len(lines), len(lines[-1]) + 1, problem)
        return Fault(mark.line + 1, mark.column + 1, problem)
    return None


def quote(text: str, line: int) -> str:
    """Show one line of a text under its number, the way messages quote a source."""
    lines = text.splitlines()
    return f"{line:6} | {lines[line - 1]}" if 0 < line <= len(lines) else ""
