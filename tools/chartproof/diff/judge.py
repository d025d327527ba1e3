"""The verdict on an upgrade: everything that changes, how large a step it is, and the version."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from chartproof.cases import Case
from chartproof.chart import Chart
from chartproof.diff.addresses import addresses
from chartproof.diff.cases import Wanted, cases_of_both
from chartproof.diff.change import Change, gathered
from chartproof.diff.crds import definitions
from chartproof.diff.hooks import hooks
from chartproof.diff.image import images
from chartproof.diff.level import Level, needed_numbers
from chartproof.diff.loss import losses
from chartproof.diff.metadata import CHART_YAML, metadata_changes
from chartproof.diff.objects import objects, refusals
from chartproof.diff.removed_values import ignored_values
from chartproof.diff.restarts import restarts, stale_configuration
from chartproof.diff.scale import scale
from chartproof.diff.schema import VALUES, schema_changes
from chartproof.diff.trial import Trial
from chartproof.diff.upgrade import Upgrade, installed, upgrade
from chartproof.diff.values import value_changes
from chartproof.diff.volumes import volumes
from chartproof.errors import ChartproofError, InputError
from chartproof.manifest import ManifestError
from chartproof.render import TemplateError, ValuesError
from chartproof.semver import Version
from chartproof.study import side_by_side

OF_RELEASE: Sequence[Callable[[Upgrade], Iterator[Change]]] = (
    *(refusals, losses, volumes, scale, addresses, images, restarts, stale_configuration),
    *(hooks, definitions, objects),
)
"""What is looked for in the two releases of a case."""

_TOLD_ONCE = ("value-removed", "value-renamed", "value-retyped", "default-removed")
TRIALS = 6
"""How many cases a value that is gone is tried in: each costs up to four renders."""


@dataclass(frozen=True)
class Left:
    """A case that could not be compared, and why."""

    case: str
    reason: str


@dataclass(frozen=True)
class Verdict:
    """What an upgrade does. `left` are cases with values that the old chart does not take."""

    old: Chart
    new: Chart
    changes: Sequence[Change]
    cases: Sequence[str]
    left: Sequence[Left] = ()

    @property
    def level(self) -> Level:
        """The largest step of all; another archive is a patch, whatever is in it."""
        level = max((change.level for change in self.changes), default=Level.NONE)
        is_other = self.old.files != self.new.files
        return max(level, Level.PATCH) if is_other else level

    @property
    def needed(self) -> Version | None:
        """The lowest version that tells the step; None where the old chart has no version."""
        version = Version.read(self.old.version)
        return Version(needed_numbers(version, self.level)) if version else None

    @property
    def is_told_by_version(self) -> bool:
        """Whether the new chart's version is as far from the old one as the step asks for."""
        version, needed = Version.read(self.new.version), self.needed
        return bool(version and needed and version.numbers >= needed.numbers)

    @property
    def is_refused(self) -> bool:
        """Whether the upgrade fails in some case."""
        return any(change.is_refused for change in self.changes)


def judge(old: Chart, new: Chart, wanted: Wanted | None = None) -> Verdict:
    """Judge the upgrade of a release of `old` to `new`.

    Raises InputError for a case that there is not, and for a chart that lacks subcharts.
    """
    for chart in (old, new):
        if missing := chart.missing_dependencies:
            names = ", ".join(missing)
            raise InputError(f"{chart.path / 'charts'}: lacks {names}: run helm dependency build")
    upgrades: list[Upgrade] = []
    left: list[Left] = []
    found: list[tuple[str, list[Change]]] = []
    cases = cases_of_both(old, new, wanted or Wanted())
    outcomes = side_by_side(partial(_tried, old, new), cases)
    for case, outcome in zip(cases, outcomes, strict=True):
        if isinstance(outcome, Left):
            left.append(outcome)
        elif isinstance(outcome, Change):
            found.append((case.name, [outcome]))
        else:
            upgrades.append(outcome)
            changes = [change for look in OF_RELEASE for change in look(outcome)]
            changes += ignored_values(old, new, Trial(outcome))
            found.append((case.name, changes))
    of_charts = [*metadata_changes(old, new), *_of_values(old, new, upgrades)]
    changes = gathered([*found, ("", of_charts)])
    compared = [case.name for case in cases if case.name not in {it.case for it in left}]
    return Verdict(old, new, changes, compared, left)


def _of_values(old: Chart, new: Chart, upgrades: Sequence[Upgrade]) -> list[Change]:
    trials = [Trial(it) for it in upgrades[:TRIALS]]
    defaults = list(value_changes(old, new, trials))
    # A key that is gone, or is a map now, breaks the schema too: it is told once.
    told = {change.field for change in defaults if change.rule in _TOLD_ONCE}
    schemas = [it for it in schema_changes(old, new) if not _is_told(it, told)]
    return [*defaults, *schemas]


def _is_told(change: Change, told: set[str]) -> bool:
    is_narrow = change.rule in ("value-refused", "value-narrowed", "value-required")
    return is_narrow and any(change.field == it or change.field.startswith(f"{it}.") for it in told)


def _tried(old: Chart, new: Chart, case: Case) -> Upgrade | Change | Left:
    """Render a case with both charts, or say which of them fails."""
    try:
        before = installed(old, case)
    except ChartproofError as error:
        return Left(case.name, _told(error, old))
    try:
        return upgrade(before, new, case)
    except ValuesError as error:
        rule, said = "values-refused", "values that the old chart takes are refused"
        failure: ChartproofError = error
    except (TemplateError, ManifestError) as error:
        rule, said = "render-fails", "the new chart fails with values that the old chart takes"
        failure = error
    except ChartproofError as error:
        rule, said = "upgrade-refused", "Helm refuses the new chart"
        failure = error
    first, *more = _told(failure, new).splitlines()
    subject = CHART_YAML if rule == "upgrade-refused" else VALUES
    message = f"{said}: {first}"
    return Change(rule, Level.MAJOR, subject, message, notes=tuple(more), is_refused=True)


def _told(error: ChartproofError, chart: Chart) -> str:
    """Write an error without the folder that a chart was unpacked to: it is another each time."""
    folder = f"{chart.path}/" if chart.path.is_absolute() else ""
    return str(error).replace(folder, "")
