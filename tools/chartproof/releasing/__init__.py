"""From a commit to a published version of a chart, in steps that a second run goes on with.

Nothing is remembered in a file of its own: what a run has done already is seen by the commit, the
tag and the archive that are there, which cannot tell anything else than what is.
"""

from chartproof.releasing.run import Signing, release

__all__ = ["Signing", "release"]
