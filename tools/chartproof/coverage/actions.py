"""The actions of a template, `{{ ... }}`, found as Go's lexer finds them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

# text/template/parse/lex.go: a trim marker is a minus with white space beside it; strings may hold
# the closing braces; a comment ends at its own mark.
_ACTION = re.compile(
    r"""\{\{(?P<trim>-(?=\s))?\s*(?:
      /\*.*?\*/\s*-?\}\}
    | (?P<word>[a-z]*)(?P<rest>(?:"(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.)*'|(?!\}\}).)*+)\}\}
    )""",
    re.S | re.X,
)
_ELSE = re.compile(r"\s*(?P<word>if|with)\b(?P<rest>.*)", re.S)


class Action(NamedTuple):
    """An action of a template: where it stands, and what it begins with."""

    start: int
    end: int
    word: str
    """`if`, `else`, `else if` and so on; any name or nothing where it is no keyword."""
    rest: str
    trims: bool
    """White space before it goes."""
    trims_after: bool
    """White space after it goes."""


def actions(text: str) -> Iterator[Action]:
    """Give every action but the comments, in order."""
    for found in _ACTION.finditer(text):
        word, rest = found["word"], found["rest"]
        if word is None:
            continue
        if word == "else" and (also := _ELSE.match(rest)):
            word, rest = f"else {also['word']}", also["rest"]
        bare = re.sub(r"\s-$", "", rest)
        trims, trims_after = found["trim"] is not None, bare != rest
        yield Action(found.start(), found.end(), word, bare.strip(), trims, trims_after)
