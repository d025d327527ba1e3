"""Takes away what `up` made, and nothing else."""

from __future__ import annotations

from chartproof.cluster.choose import candidates
from chartproof.cluster.context import ContextEngine
from chartproof.cluster.engine import Engine
from chartproof.cluster.helm import Target
from chartproof.cluster.install import uninstall
from chartproof.cluster.progress import Progress
from chartproof.errors import InputError


def down(
    context: str | None, engine: str | None, namespace: str, release: str, progress: Progress
) -> bool:
    """Stop every own engine that runs something, or only the named one.

    With a context, the release is uninstalled and the cluster left alone. Return whether there
    was anything to take away; that there was nothing is no error.
    """
    if context:
        return _uninstall(ContextEngine(context), namespace, release, progress)
    stopped = [_stop(found, progress) for found in candidates(context, engine)]
    return any(stopped)


def _uninstall(engine: ContextEngine, namespace: str, release: str, progress: Progress) -> bool:
    check = engine.check()
    if not check.usable:
        raise InputError(check.reason)
    return uninstall(Target(engine.start(progress), namespace, release), progress)


def _stop(engine: Engine, progress: Progress) -> bool:
    there = engine.running()
    if there:
        with progress.stage(f"stop {engine.name}"):
            engine.stop()
    elif engine.check().usable:
        engine.stop()  # a start or stop that broke off may have left something
    return there
