"""Charts in an OCI registry, as `helm push` puts them there.

A registry has no lock and no compare-and-swap on tags. What is done about two publishers of one
version: publishers on one machine take turns, and every one looks after its push at what the tag
names. It tells where another one's content won.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from chartproof import engine
from chartproof.cluster.cache import cache_dir, locked
from chartproof.errors import ChartproofError, InputError
from chartproof.login import find_login, registry_config
from chartproof.publish import artifacthub
from chartproof.publish.archives import Archive
from chartproof.publish.plan import Plan, Step, difference
from chartproof.publish.settings import Settings

if TYPE_CHECKING:
    from chartproof.publish.registry import Manifest, Registry

SCHEME = "oci://"
CHART = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
PROVENANCE = "application/vnd.cncf.helm.chart.provenance.v1.prov"
HUB_TAG = "artifacthub.io"
HUB_CONFIG = "application/vnd.cncf.artifacthub.config.v1+yaml"
HUB_LAYER = "application/vnd.cncf.artifacthub.repository-metadata.layer.v1.yaml"
_ADDRESS = re.compile(r"(?P<host>[^/\s]+)/(?P<path>[a-z0-9]+(?:[._/-]+[a-z0-9]+)*)/?")


@dataclass(frozen=True, kw_only=True)
class Push(Step):
    """An archive that is pushed."""

    archive: Archive


@dataclass(frozen=True, kw_only=True)
class Describe(Step):
    """The artifacthub-repo.yml of one chart's repository that is put."""

    repository: str
    content: bytes


@dataclass(frozen=True)
class Oci:
    """A path in a registry, under which every chart has a repository of its own."""

    host: str
    path: str

    @classmethod
    def at(cls, address: str) -> Oci:
        """Read oci://HOST/PATH. Raises InputError for anything else."""
        found = _ADDRESS.fullmatch(address.removeprefix(SCHEME))
        if not found:
            raise InputError(
                f"--to {address}: expected oci://HOST/PATH, without the chart's name and version"
            )
        return cls(found["host"], found["path"].rstrip("/"))

    @property
    def name(self) -> str:
        """What a person calls it."""
        return f"{SCHEME}{self.host}/{self.path}"

    def plan(self, archives: Sequence[Archive], settings: Settings) -> Plan:
        """Tell what publishing changes; the registry is only read."""
        return self._plan(self._registry(settings), archives, settings)

    def apply(self, archives: Sequence[Archive], settings: Settings) -> Plan:
        """Publish, and look afterwards at what the tags name."""
        registry = self._registry(settings)
        # Two digits of a hash, so that there are never more than 256 files of locks.
        lock = hashlib.sha256(self.name.encode()).hexdigest()[:2]
        with locked(cache_dir() / "publish" / lock):
            plan = self._plan(registry, archives, settings)
            for step in plan.steps:
                if isinstance(step, Push):
                    self._push(step.archive, settings)
                    _hold(self._find(registry, step.archive), step.archive, step.name)
                if isinstance(step, Describe):
                    _describe(registry, step)
            return replace(plan, done=list(self._digests(registry, archives)))

    def _registry(self, settings: Settings) -> Registry:
        from chartproof.publish.registry import Registry

        login = find_login(self.host, settings.registry_config or registry_config())
        return Registry(self.host, settings.plain_http, login)

    def _plan(self, registry: Registry, archives: Sequence[Archive], settings: Settings) -> Plan:
        steps: list[Step] = []
        kept = []
        for archive in archives:
            reference = f"{self._repository(archive)}:{_tag(archive)}"
            there = self._find(registry, archive)
            if there is None:
                steps.append(_push_step("add", reference, archive))
                continue
            _hold(there, archive, reference)
            if archive.provenance is not None and there.layer(PROVENANCE) is None:
                # The archive stays; the manifest gets a layer and so another digest.
                steps.append(_push_step("sign", reference, archive))
            else:
                kept.append(f"{archive}, published as sha256:{archive.digest}")
        for repository in sorted({self._repository(archive) for archive in archives}):
            steps += _describe_steps(registry, repository, settings)
        return Plan(self.name, steps, kept)

    def _repository(self, archive: Archive) -> str:
        return f"{self.path}/{archive.name}"

    def _find(self, registry: Registry, archive: Archive) -> Manifest | None:
        return registry.manifest(self._repository(archive), _tag(archive))

    def _push(self, archive: Archive, settings: Settings) -> None:
        """Have Helm push a copy, so that what is pushed is what was read."""
        with TemporaryDirectory() as folder:
            copy = Path(folder, archive.file)
            copy.write_bytes(archive.content)
            if archive.provenance is not None:
                copy.with_name(f"{archive.file}.prov").write_bytes(archive.provenance)
            # Helm takes the file's time for the artifact's.
            when = archive.path.stat().st_mtime
            os.utime(copy, (when, when))
            config = settings.registry_config or registry_config()
            try:
                engine.push(copy, self.name, config, plain_http=settings.plain_http)
            except engine.EngineError as error:
                raise ChartproofError(f"{self.name}: {archive} was not pushed: {error}") from error

    def _digests(self, registry: Registry, archives: Sequence[Archive]) -> Iterator[str]:
        for archive in archives:
            found = self._find(registry, archive)
            if found:
                yield f"{SCHEME}{self.host}/{self._repository(archive)}@{found.digest}"


def _tag(archive: Archive) -> str:
    """Return the tag of a version: as Helm does it, since a tag can hold no plus."""
    return archive.version.replace("+", "_")


def _push_step(what: str, reference: str, archive: Archive) -> Push:
    lines = [f"sha256:{archive.digest}"]
    if archive.provenance is not None:
        lines.append(f"with {archive.file}.prov, {len(archive.provenance):,} bytes")
    return Push(what, reference, len(archive.content), lines, archive=archive)


def _hold(there: Manifest | None, archive: Archive, reference: str) -> None:
    """Raise ChartproofError unless the tag names this archive."""
    found = there.layer(CHART) if there else None
    if found == f"sha256:{archive.digest}":
        return
    if found is None:
        kind = (there.body.get("config") or {}).get("mediaType") if there else "nothing"
        found = f"no chart, but {kind}"
    raise ChartproofError(
        f"{reference} is published with other content, and a published version is never written"
        f" again; give the chart another version:\n"
        f"  published  {found}\n"
        f"  {archive.path}  sha256:{archive.digest}"
    )


def _describe_steps(registry: Registry, repository: str, settings: Settings) -> Iterator[Describe]:
    if settings.repository_id is None and not settings.owners:
        return
    there = registry.manifest(repository, HUB_TAG)
    layer = there.layer(HUB_LAYER) if there else None
    old = registry.blob(repository, layer) if layer else None
    reference = f"{repository}:{HUB_TAG}"
    new = artifacthub.written(old, settings, f"{reference}/{artifacthub.FILE}")
    if new is not None and new != old:
        what = "add" if old is None else "change"
        lines = difference(old or b"", new)
        yield Describe(what, reference, len(new), lines, repository=repository, content=new)


def _describe(registry: Registry, step: Describe) -> None:
    from chartproof.publish.registry import Blob

    title: Mapping[str, str] = {"org.opencontainers.image.title": artifacthub.FILE}
    layer = Blob(HUB_LAYER, step.content, title)
    registry.put(step.repository, HUB_TAG, Blob(HUB_CONFIG, b"{}"), [layer])
