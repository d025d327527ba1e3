"""The brokers' address, as an AMQP URL gives it."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import AddressValueError, IPv6Address
from typing import NoReturn
from urllib.parse import unquote

SHAPE = "amqp://user:password@host:5672/vhost"
PORTS = {"amqp": 5672, "amqps": 5671}
HIGHEST_PORT = 65535


@dataclass(frozen=True)
class Host:
    """One broker's name or IP address, an IPv6 one without its brackets, and its port."""

    name: str
    port: int

    def __str__(self) -> str:
        """Write it as a URL does."""
        return f"[{self.name}]:{self.port}" if ":" in self.name else f"{self.name}:{self.port}"


@dataclass(frozen=True)
class Address:
    """Where the brokers of one cluster are and, as far as the URL says, who logs in."""

    hosts: tuple[Host, ...]
    vhost: str
    tls: bool
    username: str | None
    password: str | None

    def at(self, host: Host) -> str:
        """Name one of its brokers and the virtual host, for logs."""
        return f"{host}/{self.vhost.removeprefix('/')}"

    def __str__(self) -> str:
        """Name the brokers without the login, for logs."""
        return f"{','.join(map(str, self.hosts))}/{self.vhost.removeprefix('/')}"

    __repr__ = __str__


def parse(url: str) -> Address:
    """Take an AMQP URL apart; its hosts, and their ports, are separated by commas.

    Raises ValueError with one sentence that shows nothing of the login. Stricter than pika,
    which reads `/a/b` as the virtual host `a` and quotes parts of a password in its faults.
    """
    scheme, separator, rest = url.strip().partition("://")
    if not separator:
        _fail("it has no scheme")
    if scheme not in PORTS:
        _fail(f"the scheme is {scheme!r}")
    if "#" in rest:
        _fail("write # as %23")
    if "?" in rest:
        _fail("it has a query; write ? in a password as %3F and set options by MQ_ variables")
    authority, _, path = rest.partition("/")
    login, _, hosts = authority.rpartition("@")
    if "," in login.partition("@")[2]:
        _fail("the login comes once, before the first host; write @ in a password as %40")
    username, _, password = login.partition(":")
    parsed = tuple(_hosts(hosts, PORTS[scheme]))
    if "/" in path:
        _fail("the path is more than a virtual host; write / in its name as %2F")
    return Address(
        hosts=parsed,
        vhost=unquote(path) or "/",
        tls=scheme == "amqps",
        username=unquote(username) or None,
        password=unquote(password) or None,
    )


def _hosts(text: str, default: int) -> list[Host]:
    """Read the hosts. A fault gives their number: a wrong URL may have its password here."""
    if not text:
        _fail("it names no host; write / in a password as %2F")
    given = text.split(",")
    whose = [f" of host {number}" if len(given) > 1 else "" for number in range(1, len(given) + 1)]
    return [_host(each, default, of) for each, of in zip(given, whose, strict=True)]


def _host(text: str, default: int, of: str) -> Host:
    name, colon, port = text.partition(":")
    if text.startswith("["):
        name, closed, port = text[1:].partition("]")
        colon, port = port[:1], port[1:]
        if not closed or colon not in ("", ":") or not _is_ipv6(name):
            _fail(f"the brackets{of} hold no IPv6 address; expected [::1] or [::1]:5672")
    if not colon:
        port = str(default)
    if not (port.isdecimal() and port.isascii() and 0 < int(port) <= HIGHEST_PORT):
        _fail(
            f"the port{of} is not a number from 1 to {HIGHEST_PORT}; write : / @ in a password as"
            " %3A %2F %40, and an IPv6 address in brackets"
        )
    if name.split() != [name]:
        _fail(f"the name{of} is empty or has a space")
    return Host(name.lower(), int(port))


def _is_ipv6(text: str) -> bool:
    try:
        IPv6Address(text)
    except AddressValueError:
        return False
    return True


def _fail(fault: str) -> NoReturn:
    raise ValueError(f"{fault}; expected {SHAPE}")
