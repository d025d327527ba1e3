"""The settings of a case in chartproof.yaml, and what each one makes of the case."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from chartproof import yamlio
from chartproof.cases import Case
from chartproof.masks import Mask, tokens_of
from chartproof.project.node import Node
from chartproof.values import merge

Setting = Callable[[Case, Node], Case]

_OWN_VALUES = "values.yaml"
_SAME_IN_SET = re.compile(r"(?![+-]?\d+$|true$|false$|null$)[\w./:@+-]+")
"""A text that `--set` takes for the same text."""


def apply(case: Case, settings: Mapping[str, Node]) -> Case:
    """Lay settings over a case. Raises InputError."""
    for name, node in settings.items():
        case = SETTINGS[name](case, node)
    return case


def masks_of(node: Node) -> tuple[Mask, ...]:
    """Read a list of masks."""
    return tuple(_mask(item) for item in node.items())


def _mask(node: Node) -> Mask:
    fields = node.fields(("object", "paths"))
    for needed in ("object", "paths"):
        if needed not in fields:
            raise node.fault(f"lacks {needed}; a mask is object: Kind/name and paths: [/data/key]")
    for path in fields["paths"].each():
        try:
            tokens_of(path.word())
        except ValueError:
            problem = f"expected a JSON pointer such as /data/password, found {path.value!r}"
            raise path.fault(problem) from None
    return Mask(fields["object"].word(), fields["paths"].words())


def _values(case: Case, node: Node) -> Case:
    """Add values files, by their paths in the chart's folder, and maps of values over them."""
    for item in node.each():
        if isinstance(item.value, dict):
            _check_keys(item)
            case = replace(case, inline=merge(case.inline, item.value))
        else:
            case = replace(case, files=(*case.files, _file(item)))
    return case


def _check_keys(values: Node) -> None:
    """Refuse a key such as `image.tag`: it is one key, which no template of the chart reads."""
    dotted = {key: node for key, node in values.entries().items() if "." in key}
    known = _own_keys(values.file.with_name(_OWN_VALUES)) if dotted else ()
    for key, node in dotted.items():
        if key not in known:
            ways = [*_as_set(key, node.value), "nested maps"]
            raise node.fault(f"is one key with a dot in it; write {', or '.join(ways)}")


def _own_keys(file: Path) -> Mapping[str, Node]:
    return Node.read(file).entries() if file.is_file() else {}


def _as_set(key: str, value: Any) -> Iterator[str]:
    """Say how `set` has a value, where it is as short there."""
    text = json.dumps(value) if isinstance(value, bool | int | float) else value
    if isinstance(text, str) and (text is not value or _SAME_IN_SET.fullmatch(text)):
        expression = f"{key}={text}"
        is_plain = re.fullmatch(r"[\w.-]+", key)
        yield f"set: [{expression if is_plain else json.dumps(expression)}]"


def _set(case: Case, node: Node) -> Case:
    for item in node.each():
        if isinstance(item.value, dict):
            raise item.fault("expected texts such as image.tag=7.0, found a mapping")
    return replace(case, sets=(*case.sets, *node.words()))


def _file(node: Node) -> Path:
    file = node.file.parent / node.word()
    if not file.is_file():
        raise node.fault(f"no such file: {file}")
    return file


def _objects(case: Case, node: Node) -> Case:
    """Add objects that `lookup` finds: files with manifests, or the manifests themselves."""
    found = [body for item in node.each() for body in _bodies(item)]
    objects = (*case.options.objects, *(json.dumps(body, sort_keys=True) for body in found))
    return _with_options(case, objects=objects)


def _bodies(node: Node) -> Iterator[Mapping[str, Any]]:
    if isinstance(node.value, dict):
        bodies: list[Any] = [node.value]
    else:
        file = _file(node)
        text = file.read_text("utf-8")
        if fault := yamlio.fault(text):
            raise node.fault(fault.told(file, text))
        bodies = [body for body in yamlio.load_all(text) if body]
    for body in bodies:
        name = body["metadata"].get("name") if isinstance(body.get("metadata"), dict) else None
        if not (body.get("apiVersion") and body.get("kind") and name):
            raise node.fault("expected an object with apiVersion, kind and metadata.name")
        yield body


def _with_options(case: Case, **changes: Any) -> Case:
    return replace(case, options=replace(case.options, **changes))


SETTINGS: Mapping[str, Setting] = {
    "values": _values,
    "set": _set,
    "release": lambda case, node: _with_options(case, release=node.word()),
    "namespace": lambda case, node: _with_options(case, namespace=node.word()),
    "kubeVersion": lambda case, node: _with_options(case, kube_version=node.version()),
    "apiVersions": lambda case, node: _with_options(case, api_versions=node.words()),
    "upgrade": lambda case, node: _with_options(case, is_upgrade=node.flag()),
    "objects": _objects,
    "expectFailure": lambda case, node: replace(case, expected_failure=node.word()),
    "masks": lambda case, node: replace(case, masks=masks_of(node)),
}
"""What can be set for a case, in the order docs/cases.md tells it."""
