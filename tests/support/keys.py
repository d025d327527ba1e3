"""OpenPGP keys for tests, in a GnuPG home of their own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

OWNER = "Maintainer <maintainer@example.com>"


@dataclass(frozen=True)
class Key:
    """A key of OWNER, and the files that it was exported to."""

    home: Path
    public: Path
    secret: Path

    @property
    def environment(self) -> Mapping[str, str]:
        """What makes GnuPG use it."""
        return {"GNUPGHOME": str(self.home)}


@contextmanager
def new_key(passphrase: str = "", owner: str = OWNER) -> Iterator[Key]:
    """Make a key; its agent ends with the block."""
    # In /tmp, as the path of the agent's socket may not be longer than 107 bytes.
    with TemporaryDirectory(prefix="gpg-", dir="/tmp") as folder:
        home = Path(folder, "home")
        home.mkdir(mode=0o700)
        key = Key(home, Path(folder, "public.gpg"), Path(folder, "secret.gpg"))
        unlock = ["--pinentry-mode", "loopback", "--passphrase", passphrase]
        try:
            _gpg(key, *unlock, "--quick-generate-key", owner, "ed25519", "sign", "never")
            key.public.write_bytes(_gpg(key, "--export"))
            key.secret.write_bytes(_gpg(key, *unlock, "--export-secret-keys"))
            yield key
        finally:
            subprocess.run(
                ["gpgconf", "--kill", "all"], env={**os.environ, **key.environment}, check=False
            )


def _gpg(key: Key, *words: str) -> bytes:
    done = subprocess.run(
        ["gpg", "--batch", *words],
        env={**os.environ, **key.environment},
        check=True,
        capture_output=True,
    )
    return done.stdout
