"""The broker's address, as an AMQP URL gives it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import unquote, urlsplit

SHAPE = "amqp://user:password@host:5672/vhost"
PORTS = {"amqp": 5672, "amqps": 5671}


@dataclass(frozen=True)
class Address:
    """Where the broker is and, as far as the URL says, who logs in."""

    host: str
    port: int
    vhost: str
    tls: bool
    username: str | None
    password: str | None

    def __str__(self) -> str:
        """Name the broker without the login, for logs."""
        return f"{self.host}:{self.port}/{self.vhost.removeprefix('/')}"

    __repr__ = __str__


def parse(url: str) -> Address:
    """Take an AMQP URL apart.

    Raises ValueError with one sentence that shows nothing of the login. Stricter than pika,
    which reads `/a/b` as the virtual host `a` and quotes parts of a password in its faults.
    """
    scheme, separator, _ = url.partition("://")
    if not separator:
        _fail("it has no scheme")
    if scheme not in PORTS:
        _fail(f"the scheme is {scheme!r}")
    if "#" in url:
        _fail("write # as %23")
    parts = urlsplit(url)
    if parts.query:
        _fail("it has a query; write ? in a password as %3F and set options by MQ_ variables")
    if not parts.hostname:
        _fail("it names no host; write / in a password as %2F")
    try:
        port = parts.port or PORTS[scheme]
    except ValueError:
        _fail("the port is not a number up to 65535; write : / @ in a password as %3A %2F %40")
    path = parts.path.removeprefix("/")
    if "/" in path:
        _fail("the path is more than a virtual host; write / in its name as %2F")
    return Address(
        host=parts.hostname,
        port=port,
        vhost=unquote(path) or "/",
        tls=scheme == "amqps",
        username=parts.username and unquote(parts.username),
        password=parts.password and unquote(parts.password),
    )


def _fail(fault: str) -> NoReturn:
    raise ValueError(f"{fault}; expected {SHAPE}")
