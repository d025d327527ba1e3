"""Images written without a container engine."""

from __future__ import annotations

import hashlib
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from chartproof.cluster.oci import Entry, layer, manifest_digest, write_archive


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Give an image of two layers."""
    base = layer(tmp_path / "base.tar", [Entry("etc/motd", b"hello\n", mode=0o644)])
    top = layer(tmp_path / "top.tar", [Entry("data", owner=999), Entry("link", link="/data")])
    target = tmp_path / "image.tar"
    write_archive(target, "localhost/thing:1", [base, top], {"Cmd": ["run"]})
    return target


def blobs(archive: Path) -> dict[str, bytes]:
    """Return every file in an archive."""
    with tarfile.open(archive) as tar:
        files = {member.name: tar.extractfile(member) for member in tar}
        return {name: file.read() for name, file in files.items() if file}


def follow(files: dict[str, bytes], descriptor: dict[str, Any]) -> bytes:
    """Return the content that a descriptor points at, its size and digest checked."""
    algorithm, _, digest = descriptor["digest"].partition(":")
    content = files[f"blobs/{algorithm}/{digest}"]
    assert len(content) == descriptor["size"]
    assert hashlib.new(algorithm, content).hexdigest() == digest
    return content


def test_everything_is_found_from_the_index_by_its_digest(archive: Path) -> None:
    files = blobs(archive)
    [named] = json.loads(files["index.json"])["manifests"]
    manifest = json.loads(follow(files, named))
    config = json.loads(follow(files, manifest["config"]))

    assert json.loads(files["oci-layout"]) == {"imageLayoutVersion": "1.0.0"}
    assert named["annotations"]["io.containerd.image.name"] == "localhost/thing:1"
    assert config["config"] == {"Cmd": ["run"]}
    assert config["os"] == "linux"
    stored = [follow(files, descriptor) for descriptor in manifest["layers"]]
    assert [f"sha256:{hashlib.sha256(content).hexdigest()}" for content in stored] == config[
        "rootfs"
    ]["diff_ids"]


def test_a_layer_keeps_owners_modes_and_links(tmp_path: Path) -> None:
    entries = [Entry("data", owner=999, mode=0o700), Entry("link", link="/data"), Entry("f", b"x")]

    with tarfile.open(layer(tmp_path / "layer.tar", entries)) as tar:
        folder, link, file = tar.getmembers()

    assert (folder.isdir(), folder.uid, folder.gid, folder.mode) == (True, 999, 999, 0o700)
    assert (link.issym(), link.linkname) == (True, "/data")
    assert (file.isfile(), file.size) == (True, 1)


def test_the_same_content_gives_the_same_image(tmp_path: Path) -> None:
    def written(name: str) -> bytes:
        top = layer(tmp_path / f"{name}-layer.tar", [Entry("file", b"content")])
        write_archive(tmp_path / name, "localhost/thing:1", [top], {})
        return (tmp_path / name).read_bytes()

    assert written("one") == written("other")


def test_the_digest_of_an_archive_is_that_of_its_manifest(archive: Path) -> None:
    [named] = json.loads(blobs(archive)["index.json"])["manifests"]

    assert manifest_digest(archive) == named["digest"]


def test_an_archive_of_another_format_has_no_digest(tmp_path: Path) -> None:
    other = layer(tmp_path / "saved.tar", [Entry("manifest.json", b"[]")])

    assert manifest_digest(other) is None
