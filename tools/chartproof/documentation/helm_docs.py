"""The comments of helm-docs: `# -- text`, or with the path of the value, `# a.b -- text`.

Lines after that go on with the text. `# -- (type) text` names a type, `# @default -- text` what to
show as the default, `# @section -- title` the table to stand in; `# @raw` keeps the line breaks of
what follows it, and `# @ignored` leaves the value out. Facts: helm-docs 1.14, pkg/helm/comment.go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from chartproof.documentation.comments import Comments
from chartproof.documentation.note import Note

_BEGIN = re.compile(r"^# --(?!-)\s*(?P<text>.*)$")
_NAMED = re.compile(r"^#\s*(?P<path>\S+|\S.*\"\S*)\s+--(?!-)\s*(?P<text>.*)$")
_TYPE = re.compile(r"^\((?P<type>.*?)\)\s*(?P<text>.*)$")
_TAG = re.compile(r"^#\s*@(?P<tag>default|section|notationType)\s+--\s*(?P<text>.*)$")
_ANY_TAG = re.compile(r"^#\s*@\w+")
_SCHEMA = re.compile(r"^#\s*@schema\b\s*(?P<rest>.*)$")
_RAW = re.compile(r"^#\s+@raw\b")
_IGNORED = re.compile(r"^#\s*@ignored?\b")
_REST = re.compile(r"^#(?!#\s*@)#* ?(?P<text>.*)$")
"""What goes on with a text: not a tag of readme-generator."""


def note_of(block: Sequence[str], line: int) -> Note | None:
    """Read the comment above a value, None where it says nothing; `line` is its first, from 1.

    Where a comment has several descriptions the last one counts: the others belong to values that
    are commented out.
    """
    block = _without_schemas(block)
    is_ignored = any(_IGNORED.match(text) for text in block)
    begins = [index for index, text in enumerate(block) if _BEGIN.match(text)]
    if begins:
        start = begins[-1]
        text = block[start].partition("--")[2].strip()
        note = _note(text, block[start + 1 :], line + start)
    else:
        note = replace(_note("", block, line), description="")
    said = replace(note, is_ignored=is_ignored)
    return said if said != Note(line=said.line) else None


def has_text(block: Sequence[str]) -> bool:
    """Tell whether a comment has more than tags."""
    return any(not _ANY_TAG.match(line) for line in _without_schemas(block))


def _without_schemas(block: Sequence[str]) -> list[str]:
    """Leave out what is for helm-schema: lines between two `# @schema`, or one that begins so."""
    kept = list[str]()
    is_inside = False
    for line in block:
        found = _SCHEMA.match(line)
        if found:
            is_inside ^= not found["rest"]
        elif not is_inside:
            kept.append(line)
    return kept


def named_notes(comments: Comments) -> Iterator[tuple[str, Note]]:
    """Give the descriptions that name their value, wherever they stand; the paths as written."""
    for line, block in comments.blocks():
        starts = [index for index, text in enumerate(block) if _NAMED.match(text)]
        for index, start in enumerate(starts):
            end = starts[index + 1] if index + 1 < len(starts) else len(block)
            found = _NAMED.match(block[start])
            if found:
                yield found["path"], _note(found["text"], block[start + 1 : end], line + start + 1)


def _note(first: str, more: Sequence[str], line: int) -> Note:
    typed = _TYPE.match(first)
    kind, text = (typed["type"], typed["text"]) if typed else ("", first)
    tags = dict[str, str]()
    is_raw = False
    for words in more:
        if tag := _TAG.match(words):
            tags[tag["tag"]] = tag["text"].strip()
        elif _RAW.match(words):
            is_raw = True
        elif not _IGNORED.match(words) and not _BEGIN.match(words) and (rest := _REST.match(words)):
            text += ("\n" if is_raw else " ") + rest["text"]
    return Note(
        description=text.strip() if is_raw else " ".join(text.split()),
        type=kind or tags.get("notationType", ""),
        default=tags.get("default", ""),
        section=tags.get("section", ""),
        line=line,
    )
