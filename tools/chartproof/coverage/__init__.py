"""Which branches of a chart's templates its cases take: what no case renders, no test has seen.

A branch is what `if`, `with`, `range`, `else` or `define` decides about, and where there is no
`else`, that the body is left out is one too. It is asked of Helm itself: a branch in which `fail`
is put was taken if the render then fails, and since nothing else of a template changes, a chart
renders in the test just as it does in use.
"""

from chartproof.coverage.measure import Coverage, measure

__all__ = ["Coverage", "measure"]
