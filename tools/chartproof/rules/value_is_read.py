"""Every value of values.yaml has an effect.

A value that no template reads looks like a setting and is none: a typo, or what is left of a
template that was removed. The test is an experiment: change the value, render every case again,
and compare all output, the notes included. Many values are changed in one render, as far as it can
be told afterwards which of them had an effect. What has none is tried once more with the flags
beside it switched on, so that a value that only no case uses is told apart: it is a note, as no
snapshot and no rule ever sees what it does. Lines that are random in every render are left out of
the comparison.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from chartproof.experiments.output import Output
from chartproof.experiments.search import Search
from chartproof.experiments.subject import Subject, dotted, paths, reservation, with_value
from chartproof.findings import Finding, Severity
from chartproof.study import Study, side_by_side
from chartproof.walk import dig
from chartproof.yamlio import Path

SEVERITIES = (Severity.WARNING, Severity.NOTE)

_ALLOWED_BYTES = 4_000_000


def check_chart(study: Study) -> Iterator[Finding]:
    """Find values without an effect."""
    subject, allowance = study.subject, study.allowance(_ALLOWED_BYTES)
    if not study.outputs:
        return
    unread = [path for path, value in paths(subject.values) if not (value and _is_map(value))]
    richest, *others = sorted(study.outputs, key=lambda output: -output.size)
    first = Search(richest, allowance)
    read = first.shown(unread)
    tried, unread = len(unread), [path for path in unread if path not in read]
    shares = allowance.shares(len(others))
    searches = [Search(output, share) for output, share in zip(others, shares, strict=True)]
    tried += len(unread) * len(searches)
    read |= set().union(*side_by_side(lambda search: search.shown(unread), searches))
    undecided = [path for search in (first, *searches) for path in search.undecided - read]
    for path in (path for path in unread if path not in {*read, *undecided}):
        if allowance.may_render(subject.size):
            yield _judged(subject, study.outputs[0], path, read)
        else:
            undecided.append(path)
    yield from reservation(tried - len(undecided), len(undecided))


def _is_map(value: object) -> bool:
    return isinstance(value, dict)


def _judged(subject: Subject, output: Output, path: Path, read: set[Path]) -> Finding:
    """Tell a value that no case uses from one that no template reads."""
    name = dotted(path)
    flags = list(_flags_off(subject, path))
    if flags and _shows_with(flags, output, path):
        message = f"no case uses {name}: none switches on {' or '.join(map(dotted, flags))}"
    elif _is_mentioned(subject, path, read):
        message = f"no case shows what {name} does"
    else:
        dead = f"no template reads {name}: changing it changes no output"
        return subject.finding(path, dead, Severity.WARNING)
    return subject.finding(path, message, Severity.NOTE)


def _flags_off(subject: Subject, path: Path) -> Iterator[Path]:
    """Give the flags that are off, beside the value and beside the maps it is in."""
    for depth in range(len(path)):
        for key, value in dig(subject.values, *path[:depth]).items():
            if value is False:
                yield (*path[:depth], key)


def _shows_with(flags: list[Path], output: Output, path: Path) -> bool:
    """Switch flags on, and tell whether the value has an effect then."""
    values = output.case.values
    for flag in flags:
        values = with_value(values, flag, True)
    switched_on = output.with_values(values)
    return switched_on is not None and switched_on.shows(path)


def _is_mentioned(subject: Subject, path: Path, read: set[Path]) -> bool:
    """Tell whether a template names the value, or a map around it that no case shows anything of.

    Of a map with other values that have an effect, this one would have one too if it were read,
    unless a template takes the map as a whole and names the value only behind a flag. What is a
    subchart's is also looked for there.
    """
    is_beside_one_read = any(other[:-1] == path[:-1] for other in read)
    places = [(path, subject.templates)]
    if path[0] in subject.subcharts:
        places.append((path[1:], subject.templates_of(str(path[0]))))
    for own, templates in places:
        around = [depth for depth in range(1, len(own)) if _is_named(own[:depth], templates)]
        if _is_named(own, templates):
            return True
        if around and (not is_beside_one_read or _is_taken(str(own[-1]), templates)):
            return True
        if any(_is_named(own[depth:], templates) for depth in around):
            return True  # the map is laid over the values themselves
    return False


def _is_named(path: Path, templates: Sequence[str]) -> bool:
    name = re.escape(".".join(map(str, path)))
    return _occurs(rf"\.Values\.{name}(?![\w.])", templates)


def _is_taken(key: str, templates: Sequence[str]) -> bool:
    """Tell whether a template reads `key` off something other than the values themselves."""
    name = re.escape(key)
    return _occurs(rf"(?<![\w.$])(?!\$?\.Values\.)[\w.$]*\.{name}(?!\w)|\"{name}\"", templates)


def _occurs(pattern: str, templates: Sequence[str]) -> bool:
    words = re.compile(pattern)
    return any(words.search(text) for text in templates)
