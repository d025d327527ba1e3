"""Container images as OCI archives, written without a container engine.

The format is the OCI image layout, version 1, in a tar: containerd, buildah and Docker read it.
"""

import hashlib
import io
import json
import platform
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
MEDIA = "application/vnd.oci.image"


@dataclass(frozen=True)
class Entry:
    """A file, a folder or a symbolic link in a layer: exactly one of content, link or neither."""

    path: str
    content: bytes | None = None
    link: str | None = None
    mode: int = 0o755
    owner: int = 0

    def header(self) -> tarfile.TarInfo:
        """Return what a tar says of it; the time is always 0, so that equal layers are equal."""
        header = tarfile.TarInfo(self.path)
        header.mode, header.uid, header.gid = self.mode, self.owner, self.owner
        if self.link is not None:
            header.type, header.linkname = tarfile.SYMTYPE, self.link
        elif self.content is None:
            header.type = tarfile.DIRTYPE
        else:
            header.size = len(self.content)
        return header


def layer(target: Path, entries: Sequence[Entry]) -> Path:
    """Write a layer of these entries to `target` and return it."""
    with tarfile.open(target, "w") as tar:
        for entry in entries:
            tar.addfile(entry.header(), io.BytesIO(entry.content or b""))
    return target


def write_archive(
    target: Path, reference: str, layers: Sequence[Path], config: Mapping[str, Any]
) -> None:
    """Write an image of tars that lie on one another, the first one lowest.

    `config` is the image's configuration as its format names it: Entrypoint, Env, User ...
    The layers stay uncompressed: they are imported on this machine and travel nowhere.
    """
    architecture = ARCHITECTURES.get(platform.machine(), platform.machine())
    with tarfile.open(target, "w") as tar:
        stored = [_add_blob(tar, f"{MEDIA}.layer.v1.tar", file) for file in layers]
        image = {
            "architecture": architecture,
            "os": "linux",
            "config": dict(config),
            "rootfs": {"type": "layers", "diff_ids": [blob["digest"] for blob in stored]},
        }
        manifest = {
            "schemaVersion": 2,
            "mediaType": f"{MEDIA}.manifest.v1+json",
            "config": _add_json(tar, f"{MEDIA}.config.v1+json", image),
            "layers": stored,
        }
        named = _add_json(tar, f"{MEDIA}.manifest.v1+json", manifest)
        # containerd reads the first annotation as the name, buildah the second.
        named["annotations"] = {
            "io.containerd.image.name": reference,
            "org.opencontainers.image.ref.name": reference,
        }
        _add(tar, "oci-layout", json.dumps({"imageLayoutVersion": "1.0.0"}).encode())
        index = {"schemaVersion": 2, "manifests": [named]}
        _add(tar, "index.json", json.dumps(index).encode())


def manifest_digest(archive: Path) -> str | None:
    """Return the digest of the one image in an OCI archive, or None for another kind of archive."""
    with tarfile.open(archive) as tar:
        try:
            file = tar.extractfile("index.json")
        except KeyError:
            return None
        manifests = json.load(file)["manifests"] if file else []
    return str(manifests[0]["digest"]) if len(manifests) == 1 else None


def _add_blob(tar: tarfile.TarFile, media: str, file: Path) -> dict[str, Any]:
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
        content.seek(0)
        return _descriptor(tar, media, digest, content, file.stat().st_size)


def _add_json(tar: tarfile.TarFile, media: str, value: object) -> dict[str, Any]:
    text = json.dumps(value).encode()
    digest = hashlib.sha256(text).hexdigest()
    return _descriptor(tar, media, digest, io.BytesIO(text), len(text))


def _descriptor(
    tar: tarfile.TarFile, media: str, digest: str, content: IO[bytes], size: int
) -> dict[str, Any]:
    header = tarfile.TarInfo(f"blobs/sha256/{digest}")
    header.size = size
    tar.addfile(header, content)
    return {"mediaType": media, "digest": f"sha256:{digest}", "size": size}


def _add(tar: tarfile.TarFile, path: str, content: bytes) -> None:
    tar.addfile(Entry(path, content, mode=0o644).header(), io.BytesIO(content))
