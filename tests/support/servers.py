"""Real servers on loopback that charts are got from: a static web server and a registry."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from tests.support.broker import free_ports
from tests.support.tools import CADDY, DOCKER_REGISTRY
from tests.support.words import Words

START_S = 20
NAME, PASSWORD = "publisher", "correct horse"
# bcrypt of PASSWORD, the one kind that the registry reads.
HTPASSWD = "publisher:$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e"


@contextmanager
def web_server(folder: Path) -> Iterator[str]:
    """Give out a folder; the address ends without a slash."""
    (port,) = free_ports(1)
    words: Words = [CADDY.path(), "file-server", "--root", folder, "--listen", f"127.0.0.1:{port}"]
    with _running(words, port, folder.parent / "web.log"):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def registry(
    folder: Path,
    auth: Mapping[str, Any] | None = None,
    certificate: tuple[Path, Path] | None = None,
) -> Iterator[str]:
    """Run a registry that keeps its content in `folder`; give HOST:PORT.

    `certificate` are the files of one for localhost and of its key; without it there is no TLS.
    """
    (port,) = free_ports(1)
    settings: dict[str, Any] = {
        "version": 0.1,
        "log": {"level": "warn", "accesslog": {"disabled": True}},
        "storage": {"filesystem": {"rootdirectory": str(folder / "content")}},
        "http": {"addr": f"127.0.0.1:{port}"},
        **({"auth": auth} if auth else {}),
    }
    if certificate:
        settings["http"]["tls"] = dict(
            zip(("certificate", "key"), map(str, certificate), strict=True)
        )
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "config.yml"
    config.write_text(yaml.safe_dump(settings))
    with _running([DOCKER_REGISTRY.path(), "serve", config], port, folder / "registry.log"):
        yield f"{'localhost' if certificate else '127.0.0.1'}:{port}"


def with_password(folder: Path) -> Mapping[str, Any]:
    """Return the settings of a registry that only NAME with PASSWORD may use."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "htpasswd").write_text(f"{HTPASSWD}\n")
    return {"htpasswd": {"realm": "The charts", "path": str(folder / "htpasswd")}}


@contextmanager
def _running(words: list[str | Path], port: int, log: Path) -> Iterator[None]:
    with log.open("wb") as file:
        process = subprocess.Popen(words, stdout=file, stderr=subprocess.STDOUT)
    try:
        end = time.monotonic() + START_S
        while not _listens(port):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < end, f"{words[0]} does not listen: {log.read_text()}"
            time.sleep(0.02)
        yield
    finally:
        process.terminate()
        process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
