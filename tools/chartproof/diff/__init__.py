"""What an upgrade from one version of a chart to another does to a running release."""

from chartproof.diff.cases import Wanted
from chartproof.diff.judge import Verdict, judge
from chartproof.diff.level import Level

__all__ = ["Level", "Verdict", "Wanted", "judge"]
