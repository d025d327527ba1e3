"""Objects as YAML for reviewers: it changes only when the object does, and a change shows small.

Keys are sorted, as `kubectl get -o yaml` has them, so that moving lines about in a template
changes nothing; what identifies an object or a list item comes first, as people write it. Text
of several lines always stands as lines: PyYAML would put a configuration file that has one tab
or one trailing space in it on a single quoted line. Nothing is folded and nothing is an alias.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

_FIRST = ("apiVersion", "kind", "metadata", "name")
_INDENT = "  "
_PLAIN = re.compile(r"(?:--?[a-z]|[\w./])[\w./@+=~%$,()-]*(?:(?: +|:+)[\w./@+=~%$,()-]+)*")
_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
# Whatever any version of YAML reads as a number, a date or a time, and version numbers too.
_NUMERIC = re.compile(
    r"[-+]?\.?[0-9][0-9_.]*(?:e[-+]?[0-9]+)?"
    r"|[-+]?0[xob][0-9a-f_]+"
    r"|[-+]?[0-9][0-9_]*[-:][0-9tz :.+-]*"
    r"|[-+]?\.(?:inf|nan)",
    re.IGNORECASE,
)


def to_yaml(*objects: Mapping[str, Any]) -> str:
    """Write objects, each a document of its own."""
    return "---\n".join("\n".join([*_lines(each, indent=""), ""]) for each in objects)


def _lines(value: Any, indent: str) -> Iterator[str]:
    """Write a mapping or sequence that is not empty."""
    if isinstance(value, Mapping):
        for key, item in sorted(value.items(), key=_rank):
            yield from _entry(f"{indent}{_scalar(key)}:", item, indent + _INDENT)
    else:
        for item in value:
            yield from _entry(f"{indent}-", item, indent + _INDENT)


def _entry(head: str, item: Any, indent: str) -> Iterator[str]:
    """Write what belongs to a key or a dash; `indent` is that of lines below it."""
    if isinstance(item, Mapping | list) and item:
        lines = _lines(item, indent)
        yield f"{head} {next(lines).lstrip()}" if head.endswith("-") else head
        yield from lines
    elif isinstance(item, str) and _has_lines(item):
        yield f"{head} |{_block_indicators(item)}"
        yield from (
            f"{indent}{line}" if line else "" for line in item.removesuffix("\n").split("\n")
        )
    else:
        yield f"{head} {_scalar(item)}"


def _rank(entry: tuple[Any, Any]) -> tuple[int, str]:
    key, _ = entry
    return (_FIRST.index(key) if key in _FIRST else len(_FIRST), str(key))


def _has_lines(text: str) -> bool:
    """Tell whether YAML can show the text line by line."""
    return "\n" in text.lstrip("\n") and text.replace("\n", "").replace("\t", "").isprintable()


def _block_indicators(text: str) -> str:
    """Say how far a block is indented, where its own first line is, and how many lines end it."""
    indentation = str(len(_INDENT)) if text.lstrip("\n")[0] in " \t" else ""
    if not text.endswith("\n"):
        return indentation + "-"
    return indentation + ("+" if text.endswith("\n\n") else "")


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value).replace("inf", ".inf").replace("nan", ".nan")
    if not isinstance(value, str):
        return str(value)
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS and not _NUMERIC.fullmatch(value):
        return value
    if value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    return '"' + "".join(map(_escaped, value)) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    return {"\n": r"\n", "\t": r"\t", "\r": r"\r"}.get(character, f"\\U{ord(character):08x}")
