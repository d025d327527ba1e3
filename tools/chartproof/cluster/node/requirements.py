"""What the embedded nodes need of a machine."""

import os
import shutil
import sys
from collections.abc import Iterator

from chartproof.cluster.cache import cache_dir
from chartproof.cluster.engine import Check
from chartproof.cluster.node.programs import go_fault, programs_folder
from chartproof.cluster.shell import run

WARM_START_S = 15
BUILD_CPU_S = 430  # processor seconds of a build with an empty Go cache, measured
GB = 10**9
WARM_BYTES = 2 * GB
COLD_BYTES = 6 * GB
WITH_DOCKER = "use k3d or kind, which need Docker"


def check_machine() -> Check:
    """Say whether this machine can run the nodes; the first fault is what counts."""
    for reason, remedy in faults():
        return Check(False, reason, remedy)
    return Check(True, "Linux, root, Debian's packages, Go", first_start_s=first_start_s())


def first_start_s() -> int:
    """Estimate the seconds of the next start."""
    if programs_folder().exists():
        return WARM_START_S
    return WARM_START_S + BUILD_CPU_S // (os.cpu_count() or 1)


def faults() -> Iterator[tuple[str, str]]:
    """Yield what this machine lacks, each with its remedy."""
    if sys.platform != "linux":
        yield f"needs Linux, this is {sys.platform}", WITH_DOCKER
        return
    if os.geteuid() != 0:
        yield f"needs root, this is user {os.geteuid()}", "run it with sudo"
    if shutil.which("apt-get") is None:
        yield "needs Debian's packages, and there is no apt-get", WITH_DOCKER
    if reason := go_fault():
        yield reason, "install either"
    folder = cache_dir()
    needed = WARM_BYTES if programs_folder().exists() else COLD_BYTES
    free = shutil.disk_usage(folder).free
    if free < needed:
        reason = f"needs {needed / GB:.0f} GB in {folder}, {free / GB:.1f} GB are free"
        yield reason, "free some, or set CHARTPROOF_CACHE to a folder on another disk"
    if run(["stat", "--file-system", "--format=%T", folder]).stdout.strip() == "overlayfs":
        reason = f"{folder} is on an overlay, which cannot hold the overlays of containers"
        yield reason, "set CHARTPROOF_CACHE to a folder on a disk or a volume"
