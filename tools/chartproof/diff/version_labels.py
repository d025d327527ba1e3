"""Labels that follow the chart's version, on every object and at every release."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chartproof.diff.fields import FieldChange

# helm.sh/docs/chart_best_practices/labels
LABELS = frozenset({"helm.sh/chart", "app.kubernetes.io/version"})


def is_version_label(change: FieldChange) -> bool:
    """Tell whether a change is no more than that of such a label."""
    return len(change.path) > 1 and change.path[-2] == "labels" and change.path[-1] in LABELS


def without_version_labels(changes: Iterable[FieldChange]) -> Iterator[FieldChange]:
    """Leave such labels out."""
    return (change for change in changes if not is_version_label(change))
