"""TLS to the broker: who is trusted, and who the worker says it is."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Files:
    """PEM files. Without a `ca` the system's authorities count; without a `cert` none is shown."""

    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None

    def __bool__(self) -> bool:
        """Tell whether there is any."""
        return any((self.ca, self.cert, self.key))

    def context(self) -> ssl.SSLContext:
        """Read the files and return a context that verifies the broker.

        To be called for each connection: they may be replaced while the worker runs. Raises
        OSError, of which ssl.SSLError is one.
        """
        context = ssl.create_default_context(cafile=self.ca)
        if self.cert:
            context.load_cert_chain(self.cert, self.key)
        return context

    def faults(self) -> Iterator[tuple[str, str]]:
        """Give what cannot be used: the name of the file, and why."""
        unreadable = [(name, why) for name, path in vars(self).items() if (why := _fault(path))]
        yield from unreadable
        if self.key and not self.cert:
            yield "key", "it needs MQ_TLS_CERT, the certificate that it belongs to"
        if unreadable:
            return
        # OpenSSL does not say which file it means: each is tried by itself.
        if not Files(self.ca)._load():
            yield "ca", "no certificate in PEM; expected -----BEGIN CERTIFICATE-----"
        elif self.cert and not self._load():
            yield "cert", "no certificate in PEM, or not the one that the private key belongs to"

    def _load(self) -> bool:
        try:
            self.context()
        except ssl.SSLError:
            return False
        return True


def _fault(path: Path | None) -> str | None:
    """Say why a file cannot be read, or None."""
    try:
        if path:
            path.read_bytes()
    except OSError as error:
        return error.strerror
    return None
