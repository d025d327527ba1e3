"""The worker image: built only when its sources are new, kept as an archive by their hash."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from chartproof.cluster import docker
from chartproof.cluster.cache import cache_dir, once, remove
from chartproof.cluster.debian import install_missing
from chartproof.cluster.engine import Image
from chartproof.cluster.progress import Progress
from chartproof.cluster.shell import run
from chartproof.errors import InputError

# A name with a registry part, or Docker would read it as one of its own hub.
REPOSITORY = "localhost/rabbitmq-workers"
BASE_ARGUMENT = "PYTHON_IMAGE"
KEPT_ARCHIVES = 3
# What a build behind a proxy or a mirror of the package index needs to know.
PASSED_ON = re.compile(r"(?i:https?_proxy|no_proxy)|PIP_(?:(?:EXTRA_)?INDEX_URL|TRUSTED_HOST)")
CERTIFICATES = Path("/etc/ssl/certs")


def build_worker_image(context: Path, progress: Progress) -> Image:
    """Return the image of the Dockerfile in `context`, built if its tag is not in the cache.

    The tag is the hash of the build context, so that pods change exactly when their code does.
    With a Docker engine that answers, it builds on the Dockerfile's own base image; without one,
    buildah builds on a Debian root file system with Python. Raises ChartproofError.
    """
    if not (context / "Dockerfile").is_file():
        raise InputError(f"{context}: no Dockerfile here to build the worker image from")
    with_docker = docker.fault() is None
    tag = context_hash(context, "docker" if with_docker else "buildah")
    folder = cache_dir() / "images"
    image = Image(REPOSITORY, tag, folder / f"workers-{tag}.tar")
    if image.archive.exists():
        return image
    with progress.stage(f"build the worker image {tag}"):
        build = _build_with_docker if with_docker else _build_with_buildah
        once(image.archive, lambda part: build(context, image.reference, part))
    _prune(folder)
    return image


def context_hash(context: Path, *more: str) -> str:
    """Hash what a build sees: each file's path, whether it may be run, its bytes, and `more`."""
    digest = hashlib.sha256()
    for word in more:
        digest.update(f"{word}\0".encode())
    for file in context_files(context):
        runs = os.access(file, os.X_OK)
        head = f"{file.relative_to(context).as_posix()}\0{runs}\0{file.stat().st_size}\0"
        digest.update(head.encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def context_files(context: Path) -> list[Path]:
    """Return the Dockerfile and all files that .dockerignore lets into a build, sorted by path."""
    ignore = context / ".dockerignore"
    rules = list(_rules(ignore.read_text())) if ignore.is_file() else []
    return sorted(
        file
        for file in context.rglob("*")
        if file.is_file()
        and (
            file == context / "Dockerfile"
            or not _ignored(file.relative_to(context).as_posix(), rules)
        )
    )


def _rules(text: str) -> Iterator[tuple[bool, re.Pattern[str]]]:
    """Read .dockerignore: for each line whether it ignores, and the paths it is about."""
    for line in text.splitlines():
        pattern = line.strip()
        if pattern and not pattern.startswith("#"):
            yield not pattern.startswith("!"), _path_pattern(pattern.lstrip("!").strip("/"))


def _path_pattern(pattern: str) -> re.Pattern[str]:
    """Translate a path with `*`, `**` and `?`; one that matches a folder matches all inside."""
    words = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    return re.compile("".join(words.get(part, re.escape(part)) for part in parts) + "(?:/.*)?")


def _ignored(path: str, rules: Sequence[tuple[bool, re.Pattern[str]]]) -> bool:
    """Tell whether the last rule that is about a path ignores it."""
    about = [ignores for ignores, pattern in rules if pattern.fullmatch(path)]
    return bool(about) and about[-1]


def build_arguments() -> list[str]:
    """Return the options that pass proxies and package index settings of this shell on."""
    passed = sorted(name for name in os.environ if PASSED_ON.fullmatch(name))
    return [word for name in passed for word in ("--build-arg", f"{name}={os.environ[name]}")]


def _build_with_docker(context: Path, reference: str, archive: Path) -> None:
    run(["docker", "build", "--tag", reference, *build_arguments(), context])
    run(["docker", "save", "--output", archive, reference])


def _build_with_buildah(context: Path, reference: str, archive: Path) -> None:
    from chartproof.cluster.node.images import python_base

    install_missing("buildah")
    isolation = ["--isolation", "chroot", "--network", "host"]
    # The build trusts whom this machine trusts: there may be a proxy with its own authority.
    trust = ["--volume", f"{CERTIFICATES}:{CERTIFICATES}:ro"] if CERTIFICATES.is_dir() else []
    base = ["--build-arg", f"{BASE_ARGUMENT}={python_base()}"]
    options = [*isolation, *trust, *base, *build_arguments()]
    run(["buildah", "build", *options, "--tag", reference, context])
    run(["buildah", "push", reference, f"oci-archive:{archive}:{reference}"])


def _prune(folder: Path) -> None:
    """Keep the newest archives only."""
    archives = sorted(folder.glob("workers-*.tar"), key=lambda file: file.stat().st_mtime)
    for archive in archives[:-KEPT_ARCHIVES]:
        remove(archive)
