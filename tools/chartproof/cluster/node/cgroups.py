"""The control groups of a node, on machines with cgroup v1 as well as v2."""

from pathlib import Path

from chartproof.cluster.node.layout import NodeLayout

HIERARCHIES = Path("/sys/fs/cgroup")
CONTROLLERS = ("cpuset", "cpu", "io", "memory", "hugetlb", "pids")


def make_cgroup(node: NodeLayout, top: Path = HIERARCHIES) -> None:
    """Make the group that all pods of a node are in."""
    name = node.cgroup.lstrip("/")
    if is_v2(top):
        _pass_on_controllers(top)
        (top / name).mkdir(exist_ok=True)
        _pass_on_controllers(top / name)
        return
    for hierarchy in _hierarchies(top):
        group = hierarchy / name
        group.mkdir(exist_ok=True)
        for setting in ("cpuset.cpus", "cpuset.mems"):  # v1 makes them empty: no process fits in
            if (hierarchy / setting).exists():
                (group / setting).write_text((hierarchy / setting).read_text())


def remove_cgroup(node: NodeLayout, top: Path = HIERARCHIES) -> bool:
    """Remove the group of a node with all groups in it, and tell whether they are gone.

    Those with a process in them that has not quite ended stay.
    """
    for hierarchy in [top] if is_v2(top) else _hierarchies(top):
        group = hierarchy / node.cgroup.lstrip("/")
        for folder in sorted(group.glob("**/"), reverse=True):  # a child sorts after its parent
            try:
                folder.rmdir()
            except OSError:
                return False
    return True


def is_v2(top: Path = HIERARCHIES) -> bool:
    """Tell whether this machine has the one hierarchy of cgroup v2."""
    return (top / "cgroup.controllers").exists()


def _hierarchies(top: Path) -> list[Path]:
    """Return the hierarchies of v1, each once (some are links), and of v2 where it lies beside."""
    folders = (folder for folder in sorted(top.iterdir()) if not folder.is_symlink())
    return [folder for folder in folders if (folder / "cgroup.procs").exists()]


def _pass_on_controllers(group: Path) -> None:
    """Let the children of a v2 group have the controllers that it has.

    Below a container's root group (not the machine's) the kernel allows that only to a group
    without processes of its own, so those move into a child first.
    """
    available = (group / "cgroup.controllers").read_text().split()
    wanted = [name for name in CONTROLLERS if name in available]
    enable = " ".join(f"+{name}" for name in wanted)
    try:
        (group / "cgroup.subtree_control").write_text(enable)
    except OSError:
        leaf = group / "init"
        leaf.mkdir(exist_ok=True)
        for pid in (group / "cgroup.procs").read_text().split():
            try:
                (leaf / "cgroup.procs").write_text(pid)
            except ProcessLookupError:  # it ended meanwhile
                continue
        (group / "cgroup.subtree_control").write_text(enable)
