"""Chart archives put where `helm` finds them: a classic repository, or an OCI registry.

A classic repository is a folder that a web server gives out, or a branch of a git repository.
What stands here for each of them: a version that is published is never written again, a publisher
that is stopped half-way leaves a repository that is right, the same command completes it, and
two publishers at once lose nothing.
"""

from chartproof.publish.plan import Plan, Step
from chartproof.publish.settings import Settings
from chartproof.publish.target import publish

__all__ = ["Plan", "Settings", "Step", "publish"]
