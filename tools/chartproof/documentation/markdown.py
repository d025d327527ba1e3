"""Tables of values in Markdown, as GitHub and others show it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from chartproof.documentation.value import Value, as_json

LONGEST = 80
"""Characters of a default that a table shows; the rest of it is for values.yaml to tell."""
OTHERS = "Other values"
"""The title of those without a section, where others have one; helm-docs' own word."""

_HEAD = "| Key | Type | Default | Description |\n|---|---|---|---|"
_CODE = re.compile(r"(`+)(?:.*?[^`])??\1(?!`)", re.DOTALL)
_PIPE = re.compile(r"(?<!\\)((?:\\\\)*)\|")
"""One that no backslash escapes: two of them before it are themselves an escaped one."""
_HTML = (
    *("a", "abbr", "b", "br", "code", "del", "details", "em", "i", "img", "ins", "kbd", "li", "ol"),
    *("p", "pre", "s", "small", "span", "strong", "sub", "summary", "sup", "ul"),
)
_PLACEHOLDER = re.compile(
    rf"<(?!/?(?:{'|'.join(_HTML)})\b[^<>]*>|https?://|mailto:)", re.IGNORECASE
)


def tables(values: Sequence[Value], intros: Mapping[str, str], level: int) -> str:
    """Write a table of values, or one for each section under a heading of `level`."""
    sections = dict.fromkeys(value.section for value in values if value.section)
    if not sections:
        return _table(values)
    rest = [value for value in values if not value.section]
    titled = [(title, [one for one in values if one.section == title]) for title in sections]
    parts = list[str]()
    for title, rows in [*titled, *([(OTHERS, rest)] if rest else [])]:
        parts += [f"{'#' * level} {title}", intros.get(title, ""), _table(rows)]
    return "\n\n".join(filter(None, parts))


def _table(values: Iterable[Value]) -> str:
    return "\n".join([_HEAD, *_rows(values)])


def _rows(values: Iterable[Value]) -> Iterator[str]:
    for value in values:
        key = f'<a id="{value.anchor}"></a>{code(value.name)}'
        cells = (key, _cell(value.type), shown_default(value), text(value.description))
        yield f"| {' | '.join(cells)} |"


def shown_default(value: Value) -> str:
    """Write what a table shows of a default."""
    if value.shown_default is not None:
        return _cell(value.shown_default)
    json = as_json(value.default)
    return code(json) if len(json) <= LONGEST else f"{code(json[: LONGEST - 1])}…"


def code(words: str) -> str:
    """Write words as code in a cell, whatever is in them."""
    runs = {len(run) for run in re.findall(r"`+", words)}
    fence = "`" * next(size for size in range(1, len(words) + 2) if size not in runs)
    space = " " if words.startswith("`") or words.endswith("`") else ""
    return _cell(f"{fence}{space}{words}{space}{fence}")


def text(description: str) -> str:
    """Write a description in a cell: its Markdown stays, what would be lost as HTML is escaped."""
    parts, end = list[str](), 0
    for span in _CODE.finditer(description):
        parts += [_PLACEHOLDER.sub("&lt;", description[end : span.start()]), span[0]]
        end = span.end()
    parts.append(_PLACEHOLDER.sub("&lt;", description[end:]))
    return _cell("".join(parts))


def _cell(words: str) -> str:
    """Keep words in their cell."""
    return _PIPE.sub(r"\1\\|", words).strip().replace("\n", "<br>")
