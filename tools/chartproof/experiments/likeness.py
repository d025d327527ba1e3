"""What is the same in every render of a case, of whose lines some are random.

Two renders show which those are. A random line stays one line, whatever is in it; what the two have
in a different number of lines may have any number. A certificate or a key that is made up is a line
longer or shorter by chance, and has lines in common with another one: it counts as one line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

_PEM = re.compile(r"(?<=-----\n)(?:[ \t]*[A-Za-z0-9+/=]+\n)+(?=[ \t]*-----END)")


def is_like(once: Sequence[str], again: Sequence[str], other: Sequence[str]) -> bool:
    """Tell whether another text has what two renders have in common, and no line besides."""
    pattern = "".join(_patterns(_lines(once), _lines(again)))
    return re.fullmatch(pattern, "".join(_lines(other))) is not None


def _patterns(once: Sequence[str], again: Sequence[str]) -> Iterator[str]:
    matcher = SequenceMatcher(None, once, again, autojunk=False)
    for tag, start, end, start_again, end_again in matcher.get_opcodes():
        count, count_again = end - start, end_again - start_again
        if tag == "equal":
            yield re.escape("".join(once[start:end]))
        else:
            yield r"(?:.*\n)" + (f"{{{count}}}" if count == count_again else "*")


def _lines(text: Sequence[str]) -> list[str]:
    """Give the lines with their ends, and what a certificate or a key consists of as one."""
    joined = "".join(f"{line}\n" for line in text)
    return _PEM.sub(lambda body: body[0].replace("\n", "") + "\n", joined).splitlines(keepends=True)
