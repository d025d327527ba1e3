"""The network of a cluster: a switch, and a cable from it to every node."""

from pathlib import Path

from chartproof.cluster.node.layout import MOST_NODES, SERVICES, ClusterLayout, NodeLayout
from chartproof.cluster.shell import run

NAMESPACES = Path("/run/netns")  # where ip keeps them


def lay_switch(cluster: ClusterLayout) -> None:
    """Make the switch, unless it is there."""
    if cluster.switch not in namespaces():
        run(["ip", "netns", "add", cluster.switch])
        _ip(cluster.switch, "link add bridge type bridge")
        _ip(cluster.switch, "link set bridge up")


def connect(cluster: ClusterLayout, node: NodeLayout) -> None:
    """Make a node's network namespace and plug its cable into the switch.

    Nothing leads out of it: what goes neither to a node nor to a pod or a Service is refused at
    once.
    """
    inside = node.namespace
    run(["ip", "netns", "add", inside])
    _ip(cluster.switch, f"link add {_port(node)} type veth peer name eth0 netns {inside}")
    _ip(cluster.switch, f"link set {_port(node)} master bridge up")
    _ip(inside, "link set lo up")
    _ip(inside, f"addr add {node.address}/24 dev eth0")
    _ip(inside, "link set eth0 up")
    # kube-proxy rewrites an address of a Service, but only if the packet has a route at all.
    _ip(inside, f"route add {SERVICES} dev eth0")
    _ip(inside, "route add unreachable default")
    for number in range(1, MOST_NODES + 1):
        if other := cluster.node(number) if number != node.number else None:
            _ip(inside, f"route add {other.pods} via {other.address}")


def disconnect(node: NodeLayout) -> None:
    """Take a node's cable and its network namespace away."""
    if node.namespace in namespaces():
        # The kernel takes the cable away with the namespace too, but some time later.
        run(["ip", "-n", node.namespace, "link", "delete", "eth0"], check=False)
    remove_namespace(node.namespace)


def cut_cable(cluster: ClusterLayout, node: NodeLayout) -> None:
    """Cut a node off from every other node; its API server, if it has one, stays in reach."""
    _ip(cluster.switch, f"link set {_port(node)} down")


def plug_cable(cluster: ClusterLayout, node: NodeLayout) -> None:
    """Undo `cut_cable`."""
    _ip(cluster.switch, f"link set {_port(node)} up")


def namespaces() -> list[str]:
    """Return the names of this machine's network namespaces."""
    return [file.name for file in NAMESPACES.glob("*")]


def processes(namespace: str) -> list[int]:
    """Return the ids of the processes in a network namespace; none where it does not exist."""
    if namespace not in namespaces():
        return []
    found = run(["ip", "netns", "pids", namespace], check=False)
    return [int(word) for word in found.stdout.split()]


def remove_namespace(name: str) -> None:
    """Remove a network namespace, if there is one of this name."""
    if name in namespaces():
        run(["ip", "netns", "delete", name])


def _port(node: NodeLayout) -> str:
    return f"port{node.number}"


def _ip(namespace: str, command: str) -> None:
    run(["ip", "-n", namespace, *command.split()])
