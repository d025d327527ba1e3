"""Chart archives that come out the same, byte for byte, wherever and whenever they are made.

What Helm's own `package` writes depends on when each file was last touched, and on what else lies
in the folder. Here only files that git knows are packed, all with one time, from a copy: nothing
in the chart's folder is ever changed.
"""

from chartproof.package.build import Package, package

__all__ = ["Package", "package"]
