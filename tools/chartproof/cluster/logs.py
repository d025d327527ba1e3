"""Follows a component's logs on standard output."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager

from chartproof.cluster.choose import resolve
from chartproof.cluster.engine import ReleaseEngine
from chartproof.cluster.follow import FileFollower, Line, PodFollower
from chartproof.cluster.status import reach
from chartproof.cluster.watch import COMPONENT, Watch
from chartproof.errors import ChartproofError

HISTORY_S = 60


def following(
    component: str, context: str | None, engine: str | None, namespace: str, release: str
) -> AbstractContextManager[object]:
    """Print the log lines of a component's pods, the last minute's first, while it is open.

    Raises ChartproofError when nothing is up.
    """
    at = resolve(context, engine)
    if at is None:
        raise ChartproofError("nothing is up; chartproof up brings a chart up")
    if isinstance(at, ReleaseEngine):
        return FileFollower(lambda: at.logs(component), write)
    watch = Watch(reach(at, namespace, release))
    return PodFollower(watch, f"{COMPONENT}={component}", write, HISTORY_S)


def write(line: Line) -> None:
    """Print a line behind the name of its source, in one piece among those of other threads."""
    sys.stdout.write(f"{line.source} | {line.text}\n")
    sys.stdout.flush()
