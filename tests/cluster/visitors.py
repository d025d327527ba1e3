"""Pods that are no part of a release, to see from where and what of it can be reached."""

from __future__ import annotations

from kr8s.objects import Pod

from chartproof.cluster.install import ensure_namespace
from chartproof.cluster.watch import connect
from tests.cluster.conftest import Brought
from tests.cluster.releases import image_of_workers

# Connects to each HOST:PORT it is given and prints those that answer.
KNOCK = """
import socket, sys
for address in sys.argv[1:]:
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=3).close()
        print(address)
    except OSError:
        pass
"""


def visitor(cluster: Brought, namespace: str, name: str) -> Pod:
    """Start a pod with Python in a namespace, made if it is not there, and wait for it."""
    api = connect(cluster.kubeconfig, None)
    ensure_namespace(api, namespace)
    container = {
        "name": "visitor",
        "image": image_of_workers(cluster),
        "imagePullPolicy": "Never",
        "command": ["python", "-m", "http.server", "8000", "--directory", "/etc"],
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "runAsNonRoot": True,
            "runAsUser": 10001,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
    }
    metadata = {"name": name, "namespace": namespace}
    spec = {"containers": [container], "terminationGracePeriodSeconds": 0}
    pod = Pod({"metadata": metadata, "spec": spec}, api=api)
    pod.create()
    pod.wait("condition=Ready", timeout=60)
    return pod


def reached(pod: Pod, *addresses: str) -> set[str]:
    """Return those of the addresses, HOST:PORT each, that a pod with Python can connect to."""
    done = pod.exec(["python", "-c", KNOCK, *addresses], container=pod.spec.containers[0].name)
    return set(done.stdout.decode().split())
