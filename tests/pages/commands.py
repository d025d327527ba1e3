"""The commands on the pages, and how each of them is tried: commands.yaml says which test does.

A step is a line of a block that a reader types: after `$ ` in a console, or of a shell script. A
mention is a command within a sentence or a table.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[2]
PAGES = (
    *(ROOT / name for name in ("README.md", "chart/README.md", "apps/README.md")),
    ROOT / "tools/chartproof/scaffold/templates/project/chart/README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
)
PROGRAMS = {
    *("apt-get", "chartproof", "cosign", "coverage", "curl", "docker", "git", "go", "gpg", "helm"),
    *("kubectl", "make", "mypy", "npm", "opentelemetry-instrument", "pip"),
    *("pre-commit", "pytest", "python", "rabbitmq-diagnostics", "rabbitmq-plugins"),
    *("rabbitmq-queues", "rabbitmq-upgrade", "rabbitmqctl", "ruff", "workers"),
}
"""What makes a piece of code in a sentence a command, if something follows it."""

_MARKDOWN = MarkdownIt("commonmark").enable("table")
_BETWEEN = {"&&", "||", "|", ";", ">", "<", "<<", ">>"}
_STANDS_FOR = re.compile(r"<[^<>]+>|\.\.\.|\b[A-Z]{2,}(?:-[A-Z]+)*\b")


@dataclass(frozen=True)
class Typed:
    """A command on a page; `section` is the nearest heading of the second level, or ""."""

    page: str
    line: int
    section: str
    text: str
    is_step: bool

    def __str__(self) -> str:
        return f"{self.page}:{self.line}: {self.text}"

    @property
    def simple(self) -> Sequence[Sequence[str]]:
        """The commands that it is made of, each as its words, without variables before them."""
        return [words for words in map(_without_variables, _parts(self.text)) if words]


def commands(pages: Sequence[Path] = PAGES, root: Path = ROOT) -> Iterator[Typed]:
    """Give every command of the pages, in their order."""
    for page in pages:
        yield from _of_page(page.read_text("utf-8"), page.relative_to(root).as_posix())


def tries(mention: Sequence[str], run: Sequence[str]) -> bool:
    """Tell whether a command that is run tries one that is mentioned.

    It has the words of the mention in their order, others between them. NAME, <name> and ... in a
    mention stand for anything.
    """
    if not run or not _fits(mention[0], run[0]):
        return False
    rest = iter(run[1:])
    return all(any(_fits(word, other) for other in rest) for word in mention[1:])


def _of_page(text: str, page: str) -> Iterator[Typed]:
    lines = text.splitlines()
    section, tokens = "", _MARKDOWN.parse(text)
    for before, token in zip([None, *tokens], tokens, strict=False):
        if before is not None and before.type == "heading_open":
            section = token.content if before.tag == "h2" else section
        found = _steps(token) if token.type in ("fence", "code_block") else _mentions(token, lines)
        for line, command in found:
            yield Typed(page, line, section, command, token.type != "inline")


def _steps(token: Token) -> Iterator[tuple[int, str]]:
    first = token.map[0] if token.map else 0
    if token.type == "code_block":
        texts = [it for it in token.content.splitlines() if _is_command(it)]
        yield from ((first + 1, it) for it in texts)
        return
    for line, text in enumerate(token.content.splitlines(), first + 2):
        if token.info == "console" and text.startswith("$ "):
            yield line, text.removeprefix("$ ")
        elif token.info in ("sh", "bash", "shell") and not text.startswith("#"):
            yield line, text.partition("  #")[0].strip()


def _mentions(token: Token, lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    if token.type != "inline" or not token.map:
        return
    first, end = token.map
    block, at = "\n".join(lines[first:end]), 0
    for child in token.children or []:
        if child.type == "code_inline":
            text = child.content.strip()
            shown = r"\s+".join(re.escape(word) for word in text.split())
            if place := re.compile(shown.replace(r"\|", r"\\?\|")).search(block, at):
                at = place.end()
            if _is_command(text):
                yield first + 1 + block.count("\n", 0, place.start() if place else 0), text


def _is_command(text: str) -> bool:
    for words in map(_without_variables, _parts(text)):
        return len(words) > 1 and _program(words[0]) in PROGRAMS
    return False


def _parts(text: str) -> list[list[str]]:
    lexer = shlex.shlex(text, posix=True, punctuation_chars="&|;")
    lexer.whitespace_split, lexer.commenters = True, ""
    try:
        words = list(lexer)
    except ValueError:  # a quotation mark of its own: it is no command, or one in few words
        words = text.split()
    parts: list[list[str]] = [[]]
    for word in words:
        if word in _BETWEEN:
            parts.append([])
        else:
            parts[-1].append(word)
    return [part for part in parts if part]


def _without_variables(words: Sequence[str]) -> Sequence[str]:
    first = next((at for at, word in enumerate(words) if not re.match(r"[A-Z_]+=", word)), None)
    return [] if first is None else words[first:]


def _program(word: str) -> str:
    name = word.rpartition("/")[2]
    return "python" if name == "python3" else name


def _fits(word: str, other: str) -> bool:
    if _program(word) == _program(other):
        return True
    pieces = _STANDS_FOR.split(word)
    return len(pieces) > 1 and bool(re.fullmatch(".*".join(map(re.escape, pieces)), other))
