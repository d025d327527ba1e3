"""The embedded Kubernetes: real nodes in namespaces of this machine."""

from chartproof.cluster.node.engine import NodeEngine

__all__ = ["NodeEngine"]
