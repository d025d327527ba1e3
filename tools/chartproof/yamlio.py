"""YAML as Kubernetes reads it, at the speed of libyaml."""

from __future__ import annotations

import re
from typing import Any

import yaml
from yaml import CSafeLoader


class _Loader(CSafeLoader):
    """The fast loader without the scalars that only Python sees as dates or base-60 numbers."""


_NUMBERS = {
    "tag:yaml.org,2002:int": r"[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|0|[1-9][0-9_]*)",
    "tag:yaml.org,2002:float": r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
}
_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag not in _NUMBERS and tag != "tag:yaml.org,2002:timestamp"
    ]
    for first, resolvers in CSafeLoader.yaml_implicit_resolvers.items()
}
for _tag, _pattern in _NUMBERS.items():
    _Loader.add_implicit_resolver(_tag, re.compile(rf"^(?:{_pattern})$"), list("-+.0123456789"))


def load(text: str) -> Any:
    """Parse one document; raises yaml.YAMLError."""
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - a subclass of the safe loader
