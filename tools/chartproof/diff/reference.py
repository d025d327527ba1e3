"""Where a chart comes from: a folder, an archive, a git revision, a repository or a registry.

chart                    a folder or an archive that is there
v1.2.0:chart             a folder of a git revision, by its path in the repository
git:v1.2.0               the same folder as the other chart's, at a revision
oci://HOST/PATH/NAME     a registry; with :VERSION, or with @sha256:DIGEST
https://HOST/NAME.tgz    an archive on a web server
NAME@VERSION             a chart of the repository that --repo names
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from chartproof import engine
from chartproof.chart import Chart
from chartproof.diff import revision
from chartproof.errors import InputError
from chartproof.login import registry_config

OCI, GIT = "oci://", "git:"
_URL = re.compile(r"https?://\S+")
_TAGGED = re.compile(r"(?P<name>oci://[^@]*?/[^/:@]+):(?P<version>[^/:@]+)")
FORMS = (
    "a folder, an archive, REVISION:PATH, git:REVISION, oci://..., https://.../NAME.tgz,"
    " or with --repo NAME@VERSION"
)


@dataclass(frozen=True)
class Source:
    """How to fetch what has to be fetched, as `helm pull` has it.

    `version` is for the old chart, where its reference has none.
    """

    repo: str | None = None
    version: str | None = None
    plain_http: bool = False
    username: str | None = None
    password: str | None = None


@contextmanager
def both(old: str, new: str, source: Source) -> Iterator[tuple[Chart, Chart]]:
    """Give the charts of two references; what is fetched is gone afterwards.

    Raises InputError for a reference that leads to no chart.
    """
    with TemporaryDirectory(prefix="chartproof-") as folder:
        of_new = replace(source, version=None)
        loaded = [
            _load(reference, other, Path(folder, side), where)
            for reference, other, side, where in (
                (old, new, "old", source),
                (new, old, "new", of_new),
            )
        ]
        yield loaded[0], loaded[1]


def _load(reference: str, other: str, into: Path, source: Source) -> Chart:
    """Load one chart, by way of the folder `into` where it is not on disk as it is."""
    path = Path(reference)
    if path.is_dir():
        return Chart.load(path)
    into.mkdir()
    if path.is_file():
        return _unpacked(path, into)
    if reference.startswith(GIT):
        return revision.load(reference.removeprefix(GIT), revision.beside(other), into)
    if reference.startswith(OCI) or _URL.fullmatch(reference):
        return _pulled(reference, into, replace(source, repo=None))
    if source.repo:
        return _pulled(reference, into, source)
    name, colon, below = reference.partition(":")
    if colon:
        return revision.load(name, below, into)
    raise InputError(f"{reference}: no such file or folder; expected {FORMS}")


def _unpacked(archive: Path, into: Path) -> Chart:
    """Load an archive, and unpack it for the cases in it."""
    content = archive.read_bytes()
    try:
        engine.expand(archive, into)
        metadata = engine.metadata(content)
    except engine.EngineError as error:
        raise InputError(f"{archive}: no chart archive: {error}") from error
    return Chart(into / str(metadata["name"]), content, metadata)


def _pulled(reference: str, into: Path, source: Source) -> Chart:
    """Fetch an archive as `helm pull` does."""
    name, version = _version(reference, source)
    try:
        engine.pull(
            name,
            into,
            registry_config=registry_config(),
            version=version,
            repo=source.repo,
            plain_http=source.plain_http,
            username=source.username,
            password=source.password,
        )
    except engine.EngineError as error:
        at = f" in {source.repo}" if source.repo else ""
        raise InputError(f"{reference}{at}: {error}") from error
    (archive,) = into.glob("*.tgz")
    return _unpacked(archive, into / "unpacked")


def _version(reference: str, source: Source) -> tuple[str, str | None]:
    """Split a reference into what Helm calls chart and version."""
    if tagged := _TAGGED.fullmatch(reference):
        return tagged["name"], tagged["version"].replace("_", "+")
    if source.repo:
        name, at, version = reference.partition("@")
        return name, version if at else source.version
    return reference, source.version if reference.startswith(OCI) else None
