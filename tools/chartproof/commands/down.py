"""`chartproof down`."""

from __future__ import annotations

from chartproof.commands import options


def down(
    context: options.Context = None,
    engine: options.Engine = None,
    release: options.Release = options.DEFAULT_RELEASE,
    namespace: options.Namespace = options.DEFAULT_NAMESPACE,
) -> None:
    """Take away what `up` made: the own cluster, or with --context the release."""
    from chartproof.cluster.down import down as take_down
    from chartproof.cluster.progress import Progress

    progress = Progress()
    if not take_down(context, engine, namespace, release, progress):
        progress.note("nothing is up")
