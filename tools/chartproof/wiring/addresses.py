"""Hosts and ports in environments, arguments, ConfigMaps and Secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from chartproof.manifest import Manifest
from chartproof.release import Release, once
from chartproof.walk import each, fields
from chartproof.wiring.texts import name_of, text_at, texts, without_comments
from chartproof.yamlio import Path

_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?"
_URL = re.compile(
    rf"(?P<scheme>[a-z][a-z0-9+]*)://(?:[^\s/@]*@)?"
    rf"(?P<host>{_HOST})(?::(?P<port>\d+))?(?=[/?#\s\"',;)\]]|$)"
)
_PAIR = re.compile(rf"(?<![\w.:/@$%-])(?P<host>{_HOST}):(?P<port>\d{{2,5}})(?![\w.:-])")
_QUALIFIED = re.compile(
    rf"(?<![\w.:/@$%-])(?P<host>{_HOST}\.svc(?:\.[a-z0-9.-]*[a-z0-9])?)(?![\w:])"
)
_SETTING = re.compile(
    rf"""^(?P<indent>[ \t-]*)["']?(?P<name>[\w.-]*?)(?:host|server|address)["']?"""
    rf"""\s*[:=]\s*["']?(?P<host>{_HOST})["']?,?\s*$""",
    re.IGNORECASE | re.MULTILINE,
)
_OWN_NAME = re.compile(r"^\s*upstream\s+(?P<name>[\w.-]+)\s*\{", re.MULTILINE)
"""What nginx calls a group of servers; `proxy_pass` then names it as it names a host."""
_SHELL = re.compile(
    rf"(?:\b(?:nc|ncat|netcat|telnet)(?:\s+-\w+(?:[ =]\d+(?=\s+-|\s+[a-z]))?)*"
    rf"\s+(?P<host>{_HOST})\s+"
    rf"|/dev/tcp/(?P<device>{_HOST})/"
    rf"|(?:-h|--host)[= ]+(?P<option>{_HOST})\s+(?:-p|-P|--port)[= ]+)(?P<port>\d{{2,5}})\b"
)
_VARIABLE = re.compile(r"(?P<what>.*_)(?:HOST|ADDR|ADDRESS)")
_PORTS = {
    "amqp": 5672,
    "amqps": 5671,
    "http": 80,
    "https": 443,
    "ws": 80,
    "wss": 443,
    "ldap": 389,
    "ldaps": 636,
    "mongodb": 27017,
    "mysql": 3306,
    "nats": 4222,
    "postgres": 5432,
    "postgresql": 5432,
    "redis": 6379,
    "rediss": 6379,
}
_SCHEMES = {
    *_PORTS,
    *("cassandra", "clickhouse", "etcd", "ftp", "git", "grpc", "grpcs", "jdbc", "kafka", "mariadb"),
    *("memcached", "mqtt", "mqtts", "mssql", "mysqlx", "opensearch", "oracle", "pulsar", "smb"),
    *("smtp", "smtps", "sqlserver", "ssh", "ssl", "stomp", "syslog", "tcp", "telnet", "thrift"),
    *("tls", "udp", "valkey", "zookeeper"),
}
"""Schemes of protocols: others (`oci://`, `s3://`, `kubernetes://`) may name what is no host."""
_LEAST_PORT = 80
"""Below it a number after a colon is a version or a time more often than a port."""


@dataclass(frozen=True)
class Address:
    """A host, and maybe a port, somewhere in an object, without what may be secret around it.

    `called` is how to speak of it. `port` is the one it leads to, None where only the client
    knows. `is_certain` tells that it cannot be anything but a host.
    """

    manifest: Manifest
    path: Path
    called: str
    host: str
    port: int | None
    is_certain: bool


@once
def addresses(release: Release) -> Iterator[Address]:
    """Give every address of the release: URLs, `host:port`, and hosts under a telling name."""
    for manifest, path in texts(release):
        text = without_comments(text_at(manifest, path))
        named_here = set(_OWN_NAME.findall(text))
        for url in _URL.finditer(text):
            if url["host"] in named_here:
                continue
            is_whole = text[url.end() : url.end() + 1] != ";"  # nginx puts a port behind a variable
            implied = _PORTS.get(url["scheme"]) if is_whole else None
            port = int(url["port"]) if url["port"] else implied
            is_certain = url["scheme"].partition("+")[0] in _SCHEMES
            called = f"{url['scheme']}://"
            yield Address(manifest, path, called, url["host"], port, is_certain)
        rest = _URL.sub(" ", text)
        name = name_of(manifest, path)
        variable = _VARIABLE.fullmatch(name)
        for pair in _PAIR.finditer(rest):
            port, is_certain = int(pair["port"]), variable is not None
            if port >= _LEAST_PORT:
                yield Address(manifest, path, pair[0], pair["host"], port, is_certain)
        if variable and re.fullmatch(_HOST, text):
            beside = _port(manifest, path, f"{variable['what']}PORT")
            yield Address(manifest, path, name, text, beside, True)
            continue
        for call in _SHELL.finditer(rest):
            host = call["host"] or call["device"] or call["option"]
            yield Address(manifest, path, "it", host, int(call["port"]), False)
        for qualified in _QUALIFIED.finditer(rest):
            yield Address(manifest, path, "it", qualified["host"], None, False)
        for setting in _SETTING.finditer(rest):
            yield Address(manifest, path, "it", setting["host"], _beside(rest, setting), False)


def _beside(text: str, setting: re.Match[str]) -> int | None:
    """Return the port in the line after or before that of a host, under a name of the same form."""
    # In a list the first of two lines begins with a dash.
    width = len(setting["indent"])
    line = re.compile(
        rf"[ \t-]{{{width}}}[\"']?{re.escape(setting['name'])}port[\"']?"
        rf"\s*[:=]\s*[\"']?(?P<port>\d+)[\"']?,?\s*$",
        re.IGNORECASE,
    )
    before, after = text[: setting.start("indent")], text[setting.end() :]
    nearby = (*before.rstrip().splitlines()[-1:], *after.lstrip("\n").splitlines()[:1])
    ports = [int(match["port"]) for match in map(line.match, nearby) if match]
    return ports[-1] if ports else None


def _port(manifest: Manifest, path: Path, name: str) -> int | None:
    """Return the port that the variable `name` beside the one at `path` holds."""
    if isinstance(path[-2], int):  # in a list of variables
        variables = each(manifest.body, *path[:-2])
        beside = [(*at, "value") for at, variable in variables if variable.get("name") == name]
    else:
        beside = [(*path[:-1], key) for key in fields(manifest.body, *path[:-1]) if key == name]
    text = text_at(manifest, beside[0]) if beside else ""
    return int(text) if text.isdecimal() else None
