"""Objects as YAML for reviewers: it changes only when the object does, and a change shows small.

Keys are sorted, as `kubectl get -o yaml` has them, so that moving lines about in a template
changes nothing; what identifies an object or a list item comes first, as people write it. Text
of several lines always stands as lines: PyYAML would put a configuration file that has one tab
or one trailing space in it on a single quoted line. Nothing is folded and nothing is an alias.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

_FIRST = {key: rank for rank, key in enumerate(("apiVersion", "kind", "metadata", "name"))}
_INDENT = "  "
_SHORT = 64
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
    return "---\n".join("\n".join([*_lines(each), ""]) for each in objects)


def _lines(value: Mapping[str, Any]) -> list[str]:
    lines: list[str] = []
    _write(value, "", "", lines)
    return lines


def _write(value: Any, head: str, indent: str, lines: list[str]) -> None:
    """Write a mapping or sequence that is not empty; its first line stands behind `head`."""
    # A list that grows and no generators: they took two thirds of the time.
    below = indent + _INDENT
    if isinstance(value, dict):
        for key, item in sorted(value.items(), key=_rank):
            key_head = f"{head}{scalar(key)}:"
            if isinstance(item, dict | list) and item:
                lines.append(key_head)
                _write(item, below, below, lines)
            else:
                _write_leaf(item, key_head, below, lines)
            head = indent
    else:
        for item in value:
            if isinstance(item, dict | list) and item:
                _write(item, f"{head}- ", below, lines)
            else:
                _write_leaf(item, f"{head}-", below, lines)
            head = indent


def _write_leaf(item: Any, head: str, indent: str, lines: list[str]) -> None:
    """Write what belongs to a key or a dash; `indent` is that of lines below it."""
    if isinstance(item, str) and "\n" in item and _has_lines(item):
        lines.append(f"{head} |{_block_indicators(item)}")
        lines += [f"{indent}{it}" if it else "" for it in item.removesuffix("\n").split("\n")]
    else:
        lines.append(f"{head} {scalar(item)}")


def _rank(entry: tuple[Any, Any]) -> tuple[int, str]:
    key, _ = entry
    return (_FIRST.get(key, len(_FIRST)), str(key))


def _has_lines(text: str) -> bool:
    """Tell whether YAML can show the text line by line."""
    return "\n" in text.lstrip("\n") and text.replace("\n", "").replace("\t", "").isprintable()


def _block_indicators(text: str) -> str:
    """Say how far a block is indented, where its own first line is, and how many lines end it."""
    indentation = str(len(_INDENT)) if text.lstrip("\n")[0] in " \t" else ""
    if not text.endswith("\n"):
        return indentation + "-"
    return indentation + ("+" if text.endswith("\n\n") else "")


def scalar(value: Any) -> str:
    """Write a value of one line."""
    if isinstance(value, str):
        return _word(value) if len(value) <= _SHORT else _string(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    # Of all numbers, only these two have such letters in them.
    return str(value).replace("inf", ".inf").replace("nan", ".nan")


def _string(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS and not _NUMERIC.fullmatch(text):
        return text
    if text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(map(_escaped, text)) + '"'


_word = lru_cache(maxsize=4096)(_string)
"""The same for what is short: most of it comes in many objects."""


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    return {"\n": r"\n", "\t": r"\t", "\r": r"\r"}.get(character, f"\\U{ord(character):08x}")
