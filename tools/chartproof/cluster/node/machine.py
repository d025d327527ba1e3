"""One node as a machine: switched on, found at work, switched off."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import uuid
from pathlib import Path

from chartproof.cluster.cache import remove
from chartproof.cluster.node import cgroups, network
from chartproof.cluster.node.authority import save_secret
from chartproof.cluster.node.components import boot_file
from chartproof.cluster.node.faults import fault
from chartproof.cluster.node.files import CONTAINERD, config_files
from chartproof.cluster.node.layout import ClusterLayout, NodeLayout
from chartproof.cluster.node.pki import kubeconfig
from chartproof.cluster.shell import run
from chartproof.errors import ChartproofError

# What a node that was killed leaves in them would keep the next kubelet busy for a minute.
FLEETING = ("upper", "work", "root", "containerd", "kubelet")
NODE_USERS = ("proxy", "policies")
USERS = ("controller-manager", "scheduler", *NODE_USERS, "dns", "storage")
IPTABLES = ("iptables", "iptables-save", "iptables-restore")
ENDING_S = 15
LAUNCH_S = 5


def switch_on(
    cluster: ClusterLayout,
    node: NodeLayout,
    lower: Path,
    programs: Path,
    listener: socket.socket | None,
) -> None:
    """Start a node that is switched off; its API server, if any, answers at `listener`.

    `lower` is the root file system that all nodes share.
    """
    for name in (*FLEETING, "etcd"):
        node.state(name).mkdir(parents=True, exist_ok=True)
    node.logs.mkdir(exist_ok=True)
    cluster.volumes.mkdir(exist_ok=True)
    _write_config(cluster, node)
    _furnish(node)
    description = node.folder / "boot.json"
    description.write_text(json.dumps(boot_file(cluster, node, str(lower), str(programs))))
    network.connect(cluster, node)
    cgroups.make_cgroup(node)
    _launch(node, programs / "boot", description, listener)


def switch_off(node: NodeLayout) -> None:
    """End every process of a node and remove all it leaves, its configuration and etcd apart.

    Raises ChartproofError when a process outlives being killed for ENDING_S.
    """
    deadline = time.monotonic() + ENDING_S
    while not _ended(node):
        if time.monotonic() > deadline:
            raise ChartproofError(f"{node.name}: its processes do not end within {ENDING_S} s")
        time.sleep(0.05)
    network.disconnect(node)
    for name in FLEETING:
        remove(node.state(name))


def boot_process(node: NodeLayout) -> int | None:
    """Return the id, on this machine, of the node's first process, or None if it is off."""
    for process in network.processes(node.namespace):
        try:
            command = Path(f"/proc/{process}/comm").read_text().strip()
        except OSError:  # it ended meanwhile
            continue
        if command == "boot":
            return process
    return None


def enter(node: NodeLayout) -> list[str]:
    """Return the beginning of a command line that runs the rest of it inside a node."""
    process = boot_process(node)
    if process is None:
        raise ChartproofError(f"{node.name} is not running")
    return ["nsenter", "--target", str(process), "--mount", "--net", "--pid"]


def ctr(node: NodeLayout) -> list[str]:
    """Return the beginning of a command of containerd's client, on what Kubernetes sees."""
    return [*enter(node), "ctr", "--address", CONTAINERD, "--namespace", "k8s.io"]


def containerd_unready_reason(node: NodeLayout) -> str | None:
    """Say why a node's containerd cannot be used yet, or None when it can."""
    asked = run([*ctr(node), "version"], check=False)
    return None if asked.returncode == 0 else asked.stderr.strip()


def _launch(
    node: NodeLayout, boot: Path, description: Path, listener: socket.socket | None
) -> None:
    command = ["setsid", "--fork"]  # Ctrl-C at the terminal is not meant for the node
    # nsenter, not `ip netns exec`: that one mounts another /sys, which has no cgroups in it.
    command += ["nsenter", f"--net=/run/netns/{node.namespace}"]
    # When the first process of a process namespace dies, the kernel ends all others with it.
    command += ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
    command += [str(boot), str(description)]
    with (node.logs / "boot.log").open("ab") as log:
        subprocess.run(
            command,
            stdin=subprocess.DEVNULL if listener is None else listener.fileno(),
            stdout=log,
            stderr=log,
            env={"PATH": "/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"},
            check=True,
        )
    deadline = time.monotonic() + LAUNCH_S
    while boot_process(node) is None:
        if time.monotonic() > deadline:
            raise fault(node, "boot", "it does not start")
        time.sleep(0.02)


def _write_config(cluster: ClusterLayout, node: NodeLayout) -> None:
    """Write the node's configuration anew; a worker gets no keys but its own."""
    remove(node.config)
    (node.config / "cni").mkdir(parents=True)
    for name, text in config_files(cluster, node).items():
        (node.config / name).write_text(text)
    own = f"{node.name}-kubelet"
    for user in USERS if node.control_plane else NODE_USERS:
        _write_kubeconfig(cluster, node, user, user)
    _write_kubeconfig(cluster, node, own, "kubelet")
    if node.control_plane:
        shutil.copytree(cluster.pki, node.config / "pki")
        return
    (node.config / "pki").mkdir()
    for file in ("ca.crt", f"{node.name}-serving.crt", f"{node.name}-serving.key"):
        shutil.copy(cluster.pki / file, node.config / "pki")


def _write_kubeconfig(cluster: ClusterLayout, node: NodeLayout, user: str, name: str) -> None:
    text = kubeconfig(cluster.pki, user, cluster.api, cluster.name)
    save_secret(node.config / f"{name}.kubeconfig", text.encode())


def _furnish(node: NodeLayout) -> None:
    """Lay what Debian's packages leave to the machine's owner over the shared file system."""
    etc, programs = node.state("upper") / "etc", node.state("upper") / "usr/local/sbin"
    etc.mkdir()
    programs.mkdir(parents=True)
    for name, text in {
        "passwd": "root:x:0:0::/root:/bin/sh\n",
        "group": "root:x:0:\n",
        "hosts": f"127.0.0.1 localhost\n{node.address} {node.name}\n",
        "resolv.conf": "",
        "machine-id": f"{uuid.uuid5(uuid.NAMESPACE_DNS, node.namespace).hex}\n",
    }.items():
        (etc / name).write_text(text)
    for name in IPTABLES:
        (programs / name).symlink_to("/usr/sbin/xtables-nft-multi")


def _ended(node: NodeLayout) -> bool:
    """Kill what runs in a node and tell whether nothing is left, its pods' processes included."""
    found = network.processes(node.namespace)
    for process in found:
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:  # it ended meanwhile
            continue
    return not found and cgroups.remove_cgroup(node)
