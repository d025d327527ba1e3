"""Finds what a component that failed had to say last."""

import re

from chartproof.cluster.node.layout import NodeLayout
from chartproof.errors import ChartproofError

SHOWN_LINES = 6
WIDTH = 300
# As Kubernetes, etcd, containerd and a Go program that gives up mark them.
ERROR = re.compile(
    r'^[EF]\d{4} |"level":"(error|fatal|panic)"|level=(error|fatal)|^(Error|panic): '
)


def fault(node: NodeLayout, component: str, reason: str) -> ChartproofError:
    """Return the error that says why a node does not work, with the component's last errors."""
    log = node.logs / f"{component}.log"
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    said = [f"  {line[:WIDTH]}" for line in last_errors(lines)]
    return ChartproofError("\n".join([f"{node.name}: {reason}", f"{log} ends with:", *said]))


def last_errors(lines: list[str]) -> list[str]:
    """Return the last lines that report errors, or the last lines if none does."""
    errors = [line for line in lines if ERROR.search(line)]
    return (errors or lines)[-SHOWN_LINES:]
