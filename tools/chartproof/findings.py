"""What lint finds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chartproof.manifest import Manifest
    from chartproof.yamlio import Path as FieldPath


class Severity(StrEnum):
    """How much a finding matters; only errors make lint fail."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class Finding:
    """One thing found: `object` is `Kind/name`, `field` the way to it, both empty for a chart.

    `template` and `line` say where it is written, as far as that can be told; `hint` names what
    may have been meant. `cases` are the names of the cases that show it.
    """

    message: str
    severity: Severity = Severity.ERROR
    rule: str = ""
    object: str = ""
    field: str = ""
    template: str = ""
    line: int | None = None
    hint: str | None = None
    cases: tuple[str, ...] = ()

    @classmethod
    def at(
        cls,
        manifest: Manifest,
        path: FieldPath,
        message: str,
        *,
        hint: str | None = None,
        severity: Severity = Severity.ERROR,
    ) -> Finding:
        """Find fault with the field at `path` of an object."""
        template, line = manifest.origin(path)
        return cls(
            message,
            severity,
            object=f"{manifest.kind}/{manifest.name}",
            field=manifest.field_name(path),
            template=str(template),
            line=line,
            hint=hint,
        )


def sort_key(finding: Finding) -> tuple[int, str, int, str, str]:
    """Order findings: errors first, then by place."""
    weight = list(Severity).index(finding.severity)
    return weight, finding.template, finding.line or 0, finding.object, finding.field
