"""URLs in environments, ConfigMaps and Secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from chartproof.manifest import Manifest
from chartproof.release import Release
from chartproof.wiring.texts import text_at, texts
from chartproof.yamlio import Path

_URL = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+]*)://(?:[^\s/@]*@)?"
    r"(?P<host>[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::(?P<port>\d+))?(?=[/?#\s\"',;)\]]|$)"
)
_PORTS = {"amqp": 5672, "amqps": 5671, "http": 80, "https": 443}


@dataclass(frozen=True)
class Url:
    """A URL somewhere in an object, without what may be secret in it.

    `port` is the one it leads to, None where only the client knows.
    """

    manifest: Manifest
    path: Path
    scheme: str
    host: str
    port: int | None


def urls(release: Release) -> Iterator[Url]:
    """Give every URL of the release."""
    for manifest, path in texts(release):
        for match in _URL.finditer(text_at(manifest, path)):
            port = int(match["port"]) if match["port"] else _PORTS.get(match["scheme"])
            yield Url(manifest, path, match["scheme"], match["host"], port)
