"""RabbitMQ without its image and without root: Debian packages, laid out as the image is."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from chartproof.cluster import standin
from chartproof.cluster.cache import cache_dir, once, remove
from chartproof.cluster.debian import mirror
from chartproof.cluster.processes.container import Mount
from chartproof.cluster.shell import run
from chartproof.cluster.standin import ACCOUNT, PACKAGES, SUITE, USER
from chartproof.errors import ChartproofError

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")

# How names are looked up: in /etc/hosts alone, where each line of a name counts.
LOOKUP = {"host.conf": "multi on\n", "nsswitch.conf": "hosts: files\n"}
# Those at the top that hold anything; which of them there are depends on the processor.
FOLDERS = ("bin", "etc", "lib", "lib64", "sbin", "usr", "var")
FILES = {
    "etc/passwd": f"root:x:0:0::/root:/bin/sh\n{ACCOUNT}\n",
    "etc/group": f"root:x:0:\nrabbitmq:x:{USER}:\n",
    **{f"etc/{name}": text for name, text in LOOKUP.items()},
    "etc/hosts": "127.0.0.1 localhost\n",
    **standin.FILES,
}


def root_folder() -> Path:
    """Return a root file system with RabbitMQ, made once by apt-get and dpkg-deb.

    Any user can do that: it needs about 90 MB from the Debian mirror that apt uses here, and
    keeps 250 MB in the cache. Raises ChartproofError.
    """
    return once(_target(), _make)


def cached() -> bool:
    """Tell whether `root_folder` has nothing to download."""
    return _target().exists()


def mounts() -> list[Mount]:
    """Return the mounts that give a container this root file system."""
    tops = [root_folder() / name for name in FOLDERS]
    return [Mount(str(top), f"/{top.name}") for top in tops if top.exists()]


def _target() -> Path:
    key = hashlib.sha256(repr((SUITE, PACKAGES, FILES)).encode()).hexdigest()[:12]
    return cache_dir() / "debian" / f"rabbitmq-root-{key}"


def _make(root: Path) -> None:
    root.mkdir(parents=True)
    work = root.with_name(f"apt-{root.name}")
    remove(work)
    try:
        for package in _download(work):
            run(["dpkg-deb", "--extract", package, root])
    finally:
        remove(work)
    (root / "usr/bin/awk").symlink_to("mawk")  # what the package's script would have set up
    for name, text in FILES.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def _download(work: Path) -> Sequence[Path]:
    """Download the packages and all they depend on, as if this machine had none yet."""
    if not KEYRING.exists():
        raise ChartproofError(f"{KEYRING}: not there; it comes with debian-archive-keyring")
    for folder in ("state/lists/partial", "cache/archives/partial"):
        (work / folder).mkdir(parents=True)
    (work / "state/status").touch()
    source = work / "sources.list"
    source.write_text(f"deb [signed-by={KEYRING}] {mirror()} {SUITE} main\n")
    settings = {
        "Dir::State": work / "state",
        "Dir::State::status": work / "state/status",
        "Dir::Cache": work / "cache",
        "Dir::Etc::SourceList": source,
        "Dir::Etc::SourceParts": "/dev/null",
        "APT::Sandbox::User": "",  # root would download as _apt, who cannot write here
        "APT::Install-Recommends": "false",
        "Acquire::Languages": "none",
        # A mirror that keeps a day's state serves it for longer; its signature still counts.
        "Acquire::Check-Valid-Until": "false",
    }
    options = [f"--option={name}={value}" for name, value in settings.items()]
    run(["apt-get", *options, "update"])
    run(["apt-get", *options, "--yes", "--download-only", "install", *PACKAGES])
    return sorted((work / "cache/archives").glob("*.deb"))
