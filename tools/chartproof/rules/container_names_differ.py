"""No init container has the name of a container beside it.

The two stand in lists of their own and share one set of names all the same: `kubectl logs -c`,
metrics and the pod's status know a container by its name alone, so the API server refuses the
pod. The pods of a workload are refused as they are made, and it has none. Two containers of one
list are told of by item-is-listed-once.
"""

from __future__ import annotations

from collections.abc import Iterator

from chartproof.findings import Finding
from chartproof.release import Release
from chartproof.walk import each
from chartproof.wiring.pods import pods


def check(release: Release) -> Iterator[Finding]:
    """Find init containers with a name that is taken."""
    for pod in pods(release):
        body = pod.owner.body
        taken = [one.get("name") for _, one in each(body, *pod.spec, "containers")]
        for at, container in each(body, *pod.spec, "initContainers"):
            name = container.get("name")
            if name and name in taken:
                message = f"a container of the pod is named {name!r} already"
                yield Finding.at(pod.owner, (*at, "name"), message)
