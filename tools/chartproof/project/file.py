"""chartproof.yaml in the folder of a chart, read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path

from chartproof.cases import Case, ci_cases
from chartproof.errors import InputError, nearest
from chartproof.project import FILE
from chartproof.project.matrix import expand
from chartproof.project.node import Node
from chartproof.project.settings import SETTINGS, apply, masks_of
from chartproof.waivers import Waiver

_FIELDS = ("cases", "masks", "waivers", "release")
_CASE = (*SETTINGS, "matrix")
_VALUES = {"values", "set"}
"""One of these has a case that has no file of ci/."""
_WAIVER = ("rule", "object", "field", "case", "reason")


@dataclass(frozen=True)
class Project:
    """What is to be tried with a chart, and which findings its owner accepts."""

    cases: Mapping[str, Case] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()


def read_project(folder: Path) -> Project:
    """Read chartproof.yaml of the chart in `folder`, where there is one, and the files of its ci/.

    Raises InputError with file, line and keys.
    """
    file = folder / FILE
    fields: Mapping[str, Node] = {}
    if file.is_file():
        fields = Node.read(file).fields(_FIELDS)
    masks = masks_of(fields["masks"]) if "masks" in fields else ()
    entries = fields["cases"].entries() if "cases" in fields else {}
    cases: dict[str, Case] = {}
    known = {name: replace(case, masks=masks) for name, case in ci_cases(folder).items()}
    for case in _cases(known, entries, Case("", masks=masks, home=file)):
        if case.name in cases:
            raise InputError(f"{file}: two cases have the name {case.name}")
        cases[case.name] = case
    waivers = fields["waivers"].items() if "waivers" in fields else []
    return Project(dict(sorted(cases.items())), tuple(map(_waiver, waivers)))


def cases_of(folder: Path) -> list[Case]:
    """Give the cases of the chart in `folder`, by name. Raises InputError."""
    return list(read_project(folder).cases.values())


def case_of(folder: Path, name: str) -> Case:
    """Return one case of the chart in `folder`. Raises InputError that names the nearest one."""
    cases = read_project(folder).cases
    if name in cases:
        return cases[name]
    near = nearest(name, cases)
    hint = f", did you mean {near}?" if near else f": {', '.join(cases) or 'it has none'}"
    raise InputError(f"{folder / 'ci'}: no case {name!r}{hint}")


def _cases(known: Mapping[str, Case], entries: Mapping[str, Node], new: Case) -> Iterator[Case]:
    """Give every case: those of ci/ with what the file says of them, and those it adds to them.

    The latter are all made of `new`.
    """
    own = {name: node.fields(_CASE) for name, node in entries.items()}
    for name, case in known.items():
        patterns = [it for pattern, it in own.items() if _is_pattern_for(pattern, name)]
        yield from _settled(case, [*patterns, own.get(name, {})])
    for name, settings in own.items():
        if "*" in name:
            if not any(fnmatchcase(case, name) for case in known):
                raise entries[name].fault("no file of ci/ has a name like that")
        elif name not in known:
            if _VALUES.isdisjoint([*settings, *_axes(settings)]):
                near = nearest(name, known)
                hint = f", did you mean {near}?" if near else "; values: {} are the defaults"
                raise entries[name].fault(f"has no values, and no ci/{name}-values.yaml{hint}")
            yield from _settled(replace(new, name=name), [settings])


def _is_pattern_for(pattern: str, name: str) -> bool:
    return "*" in pattern and fnmatchcase(name, pattern)


def _axes(settings: Mapping[str, Node]) -> Mapping[str, Node]:
    return settings["matrix"].entries() if "matrix" in settings else {}


def _settled(case: Case, layers: list[Mapping[str, Node]]) -> Iterator[Case]:
    """Lay settings over a case, one layer after the other, and open up the last matrix."""
    matrix = None
    for layer in layers:
        matrix = layer.get("matrix", matrix)
        case = apply(case, {name: node for name, node in layer.items() if name != "matrix"})
    yield from expand(case, matrix)


def _waiver(node: Node) -> Waiver:
    fields = node.fields(_WAIVER)
    for needed in ("rule", "reason"):
        if needed not in fields:
            raise node.fault(f"lacks {needed}: a waiver names its rule and says why")
    texts = {name: field.word() for name, field in fields.items()}
    return Waiver(**texts, line=node.line)
