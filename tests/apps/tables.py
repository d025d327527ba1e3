"""Headers as bytes on the wire, among them such as pika cannot decode (AMQP 0-9-1, 4.2.5)."""

from __future__ import annotations

import struct

HEADERS_FLAG = 1 << 13


def with_headers(table: bytes) -> bytes:
    """Return encoded properties that are nothing but headers."""
    return struct.pack(">HI", HEADERS_FLAG, len(table)) + table


def timestamp(seconds: int) -> bytes:
    """Return the header `t`, a time in seconds since 1970."""
    return b"\x01tT" + struct.pack(">Q", seconds)


def long_string(size: int) -> bytes:
    """Return the header `s`, a string of so many bytes."""
    return b"\x01sS" + struct.pack(">I", size) + b"x" * size


def nested(depth: int) -> bytes:
    """Return the header `n`, tables in tables."""
    table = b""
    for _ in range(depth):
        table = b"\x01nF" + struct.pack(">I", len(table)) + table
    return table
