"""One case of chartproof.yaml as many: every combination of what the axes of its matrix offer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from chartproof.cases import Case
from chartproof.project.node import Node
from chartproof.project.settings import SETTINGS

_AXES = tuple(name for name in SETTINGS if name != "masks")
_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_UPGRADE = {False: "install", True: "upgrade"}


def expand(case: Case, matrix: Node | None) -> Iterator[Case]:
    """Give the case, or one for each combination, named `<case>-<label>-<label>`.

    An axis is a list of settings, or a mapping of labels to settings. Raises InputError.
    """
    if matrix is None:
        yield case
        return
    axes = matrix.fields(_AXES)
    for combination in product(*(list(_choices(axis)) for axis in axes.values())):
        one = case
        for name, (label, setting) in zip(axes, combination, strict=True):
            one = replace(SETTINGS[name](one, setting), name=f"{one.name}-{label}")
        yield one


def _choices(axis: Node) -> Iterator[tuple[str, Node]]:
    """Give label and setting of everything an axis offers."""
    if isinstance(axis.value, dict):
        offered = list(axis.entries().items())
    else:
        offered = [(_label(item), item) for item in axis.items()]
    for label, setting in offered:
        if not _LABEL.fullmatch(label):
            problem = f"{label!r} names no folder; label it: {{label: {setting.value!r}}}"
            raise setting.fault(problem)
        yield label, setting
    if not offered:
        raise axis.fault("an axis without a choice leaves no case")


def _label(setting: Node) -> str:
    """Name a choice by itself: a values file goes by the name its case would have."""
    if isinstance(setting.value, bool):
        return _UPGRADE[setting.value]
    name = str(setting.value).rpartition("/")[2]
    return re.sub(r"(-values)?\.ya?ml$", "", name)
