"""What is written into a template to learn whether a render takes a branch.

A failure tells of one branch for certain, whatever is around it, and ends the render. A mark tells
of all branches of a render at once, but only where the template is given the chart's top scope, or
something that holds it: that is where marks are kept. So marks come first, as they are quick, and
failures for all that no mark was seen of.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from chartproof.archive import rewritten, unpacked
from chartproof.coverage.branches import Branch

Branches = Mapping[int, Branch]
"""By their numbers."""

_FAILURE = re.compile(r"chartproof: branch (\d+)\b")
_MARKS = re.compile(r"chartproof: marks (\{[^\n]*?\})")
_SHOWN = re.compile(rf"\n?{_MARKS.pattern}\n?")
_MARK = """\
{{- define "chartproof.mark" -}}
{{- $scope := index . 0 -}}
{{- $top := dict -}}
{{- if and (kindIs "map" $scope) (hasKey $scope "Release") -}}
{{- $top = $scope -}}
{{- else if or (kindIs "map" $scope) (kindIs "slice" $scope) -}}
{{- range $_, $held := $scope -}}
{{- if kindIs "map" $held -}}
{{- if hasKey $held "Release" -}}{{- $top = $held -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $marks := get $top "chartproofMarks" | default dict -}}
{{- $_ := set $marks (index . 1) true -}}
{{- $_ := set $top "chartproofMarks" $marks -}}
{{- end -}}
"""
_SHOW = '\n{{ printf "chartproof: marks %s" (get . "chartproofMarks" | default dict | toJson) }}\n'


def with_failures(archive: bytes, branches: Branches) -> bytes:
    """Return a chart that fails where a render takes one of the branches."""
    return _written(archive, branches, _failure)


def failed_in(message: str) -> int | None:
    """Return the number of the branch in which a render failed, if it was in one."""
    found = _FAILURE.search(message)
    return int(found[1]) if found else None


def with_marks(archive: bytes, branches: Branches) -> bytes:
    """Return a chart that tells in its output which of the branches were taken."""

    files = {branch.file for branch in branches.values()}
    return _written(archive, branches, _mark, dict.fromkeys(files, _SHOW), _MARK)


def without_marks(text: str) -> str:
    """Return the output of a template as it would be without the line of its marks."""
    return _SHOWN.sub("", text)


def marks(output: Iterable[str]) -> set[int]:
    """Read the marks in the output of templates."""
    found = (json.loads(told[1]) for text in output for told in _MARKS.finditer(text))
    return {int(number) for each in found for number in each}


def _failure(number: int, _branch: Branch) -> str:
    return f'{{{{ fail "chartproof: branch {number}" }}}}'


def _mark(number: int, branch: Branch) -> str:
    trim = " -" if branch.trims else " "
    return f'{{{{ $chartproof := include "chartproof.mark" (list $ "{number}"){trim}}}}}'


def _written(
    archive: bytes,
    branches: Branches,
    probe: Callable[[int, Branch], str],
    ends: Mapping[str, str] | None = None,
    more: str = "",
) -> bytes:
    """Put a probe into every branch, `ends` at the ends of files, and `more` into one of them."""
    texts: dict[str, dict[int, str]] = {}
    for number, branch in branches.items():
        places = texts.setdefault(branch.file, {})
        # A body without a word in it begins where it ends.
        places[branch.start] = (
            places.get(branch.start, "") + branch.opened_by + probe(number, branch)
        )
    first = min(texts, default="")

    def change(name: str, content: bytes) -> bytes:
        if name not in texts:
            return content
        text = "".join(_with(content.decode(errors="replace"), texts[name]))
        return (text + (ends or {}).get(name, "") + (more if name == first else "")).encode()

    return rewritten(unpacked(archive), change)


def _with(text: str, added: Mapping[int, str]) -> Iterator[str]:
    done = 0
    for at in sorted(added):
        yield text[done:at]
        yield added[at]
        done = at
    yield text[done:]
