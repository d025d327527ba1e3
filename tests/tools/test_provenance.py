"""An archive says who made it, to chartproof and to both Helms."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from chartproof.errors import ChartproofError, InputError
from chartproof.package import package
from chartproof.provenance import sign, verify
from tests.support.charts import CHARTS
from tests.support.keys import OWNER, Key, new_key
from tests.support.tools import HELM3, HELM4

pytestmark = pytest.mark.needs("gnupg")


@pytest.fixture(scope="module")
def key() -> Iterator[Key]:
    """Give a key without a passphrase."""
    with new_key() as key:
        yield key


@pytest.fixture(autouse=True)
def _home(key: Key, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GNUPGHOME", str(key.home))


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Give an archive of its own to each test."""
    return package(CHARTS / "notes", tmp_path, allow_dirty=True).path


@pytest.mark.needs("helm3", "helm4")
@pytest.mark.parametrize("by", ["GnuPG", "Helm"])
def test_what_is_signed_is_verified_by_both_helms_and_by_chartproof(
    archive: Path, key: Key, by: str
) -> None:
    provenance = sign(archive, OWNER, key.secret if by == "Helm" else None)
    assert provenance == archive.with_name(f"{archive.name}.prov")
    verified = verify(archive, key.public)
    assert verified.signed_by == [OWNER]
    for helm in (HELM3, HELM4):
        done = subprocess.run(
            [helm.path(), "verify", archive, "--keyring", key.public],
            capture_output=True,
            text=True,
            check=True,
        )
        assert f"Signed by: {OWNER}" in done.stdout
        assert f"Chart Hash Verified: sha256:{verified.digest}" in done.stdout


@pytest.mark.parametrize("by", ["GnuPG", "Helm"])
def test_a_passphrase_from_a_file_unlocks_the_key(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    (tmp_path / "right").write_text("s3cret\n")
    (tmp_path / "wrong").write_text("guess\n")
    with new_key(passphrase="s3cret") as locked:
        monkeypatch.setenv("GNUPGHOME", str(locked.home))
        keyring = locked.secret if by == "Helm" else None
        subprocess.run(["gpgconf", "--kill", "gpg-agent"], check=True)  # it remembers
        with pytest.raises(InputError, match="sign") as refused:
            sign(archive, OWNER, keyring, tmp_path / "wrong")
        assert "guess" not in str(refused.value)
        sign(archive, OWNER, keyring, tmp_path / "right")
        assert verify(archive, locked.public).signed_by == [OWNER]


def test_an_archive_that_was_changed_is_told_with_both_digests(archive: Path, key: Key) -> None:
    sign(archive, OWNER)
    signed = verify(archive, key.public).digest
    archive.write_bytes(archive.read_bytes() + b"\0")
    with pytest.raises(ChartproofError, match="it is not what was signed") as fault:
        verify(archive, key.public)
    assert signed in str(fault.value)


def test_a_provenance_file_that_was_changed_does_not_hold(archive: Path, key: Key) -> None:
    provenance = sign(archive, OWNER)
    provenance.write_text(provenance.read_text().replace("apiVersion: v2", "apiVersion: v3"))
    with pytest.raises(ChartproofError, match="its signature does not hold"):
        verify(archive, key.public)


def test_a_provenance_file_of_another_archive_is_told(archive: Path, key: Key) -> None:
    sign(archive, OWNER)
    other = archive.with_name("other-1.0.0.tgz")
    archive.rename(other)
    archive.with_name(f"{archive.name}.prov").rename(other.with_name("other-1.0.0.tgz.prov"))
    with pytest.raises(ChartproofError, match=f"it is for {archive.name}, not for {other.name}"):
        verify(other, key.public)


def test_a_key_that_the_keyring_lacks_is_told(archive: Path) -> None:
    sign(archive, OWNER)
    with (
        new_key(owner="Stranger <stranger@example.com>") as stranger,
        pytest.raises(ChartproofError, match="signed by a key that is not in"),
    ):
        verify(archive, stranger.public)


def test_what_is_missing_is_told_before_anything_is_done(
    archive: Path, tmp_path: Path, key: Key
) -> None:
    with pytest.raises(InputError, match="it is not signed"):
        verify(archive, key.public)
    with pytest.raises(InputError, match="no such archive"):
        sign(tmp_path / "none.tgz", OWNER)
    with pytest.raises(InputError, match="chartproof package"):
        sign(tmp_path, OWNER)
    with pytest.raises(InputError, match=r"cannot sign by 'nobody@example\.com'"):
        sign(archive, "nobody@example.com")
    with pytest.raises(InputError, match="could not be signed by 'nobody@example"):
        sign(archive, "nobody@example.com", key.secret)
    with pytest.raises(InputError, match=r"--keyring .*none: no such file"):
        sign(archive, OWNER, tmp_path / "none")
    sign(archive, OWNER)
    with pytest.raises(InputError, match="gpg --export > none"):
        verify(archive, tmp_path / "none")
    assert not list(tmp_path.glob("*.part"))
